"""The rows of the fault table that concern templates, each with its number."""

from __future__ import annotations

from pathlib import Path

import pytest

from fde.errors import NotPlain, TemplateFault
from fde.runner.template import render


@pytest.fixture
def template(tmp_path):
    """Write a template of one block with the given text and inputs, in a folder of its own, and return its path."""

    def write(text, inputs="x"):
        path = tmp_path / "prompts" / "ask.md.j2"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"---\nname: ask\nversion: 1.0.0\ninputs: [{inputs}]\n---\n{{% block task %}}\n{text}\n{{% endblock %}}\n"
        )
        return path

    return write


def test_fault_23_template_code_in_evidence_is_shown_as_text(template, tmp_path):
    canary = tmp_path / "canary"
    evil = f"{{{{ cycler.__init__.__globals__.os.popen('touch {canary}').read() }}}}{{% include '/etc/passwd' %}}"
    assert render(template("{{ x }}{% for line in y %}{{ line }}{% endfor %}", "x, y"), {"x": evil, "y": [evil]}) == {
        "task": evil + evil
    }
    assert not canary.exists()


@pytest.mark.parametrize("text", ["{{ x.read_text() }}", "{{ x.unlink() }}", "{{ x }}"])
def test_fault_24_an_object_does_not_reach_a_template(template, tmp_path, text):
    secret = tmp_path / "secret"
    secret.write_text("TOP")
    with pytest.raises(NotPlain, match=f"x is a {type(Path()).__name__}, "):
        render(template(text), {"x": secret})
    assert secret.exists()


@pytest.mark.parametrize(
    "text", ["{{ x.append(1) }}", "{{ x.clear() }}", "{{ y.update({}) }}", "{{ y.pop('a') }}", "{{ 'a'.join(x) }}"]
)
def test_fault_24_a_template_calls_no_method_of_what_it_is_given(template, text):
    values = {"x": ["a"], "y": {"a": "b"}}
    with pytest.raises(TemplateFault, match="no attribute|no element"):
        render(template(text, "x, y"), values)
    assert values == {"x": ["a"], "y": {"a": "b"}}


def test_fault_25_a_template_that_makes_too_much_text_is_stopped(template):
    many = [1] * 1_000
    loop = "{% for a in x %}{% for b in x %}{% for c in x %}{% for d in x %}xxxxxxxx{% endfor %}{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(TemplateFault, match="makes more than 2,000,000 bytes of text"):
        render(template(loop), {"x": many})


def test_fault_25_the_cap_counts_bytes_and_leaves_room_for_what_fits(template):
    fits = "é" * 999_999
    assert len(render(template("{{ x }}"), {"x": fits})["task"].encode()) == 1_999_999
    with pytest.raises(TemplateFault, match="more than 2,000,000 bytes"):
        render(template("{{ x }}"), {"x": fits + "é"})


def test_fault_25_a_few_characters_cannot_ask_for_gigabytes(template):
    with pytest.raises(TemplateFault, match="for numbers only"):
        render(template("{{ 'a' * 10 ** 9 }}{{ x }}".replace("10 ** 9", "1000000000")), {"x": 1})


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "..\\\\secret"])
@pytest.mark.parametrize(
    "how", ["{{% include '{}' %}}", "{{% include '{}' ignore missing %}}", "{{% import '{}' as m %}}"]
)
def test_fault_26_no_file_outside_the_folder_is_included(template, tmp_path, name, how):
    (tmp_path / "secret").write_text("TOP")
    with pytest.raises(TemplateFault, match="outside the template's own folder"):
        render(template(how.format(name)), {"x": 1})


def test_fault_26_nor_through_a_link(template, tmp_path):
    (tmp_path / "secret").write_text("TOP")
    path = template("{% include 'link.md' %}")
    (path.parent / "link.md").symlink_to(tmp_path / "secret")
    with pytest.raises(TemplateFault, match="outside the template's own folder"):
        render(path, {"x": 1})


def test_fault_26_nor_through_a_folder_that_is_a_link(template, tmp_path):
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "secret").write_text("TOP")
    path = template("{% include 'folder/secret' %}")
    (path.parent / "folder").symlink_to(tmp_path / "away")
    with pytest.raises(TemplateFault, match="outside the template's own folder"):
        render(path, {"x": 1})


def test_fault_26_a_file_inside_is_included(template):
    path = template("{% include 'part.md' %}")
    (path.parent / "part.md").write_text("part of {{ x }}\n")
    assert render(path, {"x": 1})["task"] == "part of 1\n"


@pytest.mark.parametrize(
    "text",
    ["{{ clinet }}", "{% if clinet %}yes{% endif %}", "{% if false %}{{ clinet }}{% endif %}", "{% for a in clinet %}{% endfor %}",
     "{{ clinet | default('x') }}", "{% if clinet is defined %}{% endif %}"],
)  # fmt: skip
def test_fault_27_a_misspelt_variable_is_named_with_template_line_and_inputs(template, text):
    path = template(f"Hello\n{text}", "client, rate")
    with pytest.raises(TemplateFault) as refused:
        render(path, {"client": "Acme", "rate": 95})
    assert refused.value.message == "This template cannot be used: it uses 'clinet', which is not declared."
    assert refused.value.where == f"{path}:8"
    assert refused.value.hint == "Its head declares these inputs: client, rate."
    assert refused.value.exit == 3


@pytest.mark.parametrize(
    "text", ["{{ x.clinet }}", "{% if x.clinet %}yes{% endif %}", "{% if not x['clinet'] %}no{% endif %}"]
)
def test_fault_27_a_misspelt_key_is_named_too_also_where_it_is_only_asked(template, text):
    path = template(text)
    with pytest.raises(TemplateFault, match="no attribute 'clinet'") as refused:
        render(path, {"x": {"client": "Acme"}})
    assert refused.value.where == f"{path}:7"


@pytest.mark.parametrize("key", ["items", "keys", "values", "get", "pop", "update"])
def test_fault_28_a_key_named_like_a_method_gives_the_keys_value(template, key):
    assert render(template(f"{{{{ x.{key} }}}}"), {"x": {key: "mine"}})["task"] == "mine\n"


def test_fault_28_without_the_key_the_method_is_not_shown(template):
    with pytest.raises(TemplateFault, match="no attribute 'items'"):
        render(template("{{ x.items }}"), {"x": {}})


def test_fault_29_a_block_ends_in_the_newline_it_was_written_with(template):
    assert render(template("Do {{ x }}."), {"x": "it"})["task"] == "Do it.\n"
    assert render(template("Do {{ x }}.\n"), {"x": "it"})["task"] == "Do it.\n\n"


def test_fault_29_an_included_file_keeps_its_last_newline(template):
    path = template("{% include 'part.md' %}after")
    (path.parent / "part.md").write_text("{{ x }}\n")
    assert render(path, {"x": "it"})["task"] == "it\nafter\n"


def test_fault_29_a_value_keeps_its_newlines(template):
    assert render(template("{{ x }}"), {"x": "a\n\n"})["task"] == "a\n\n\n"
