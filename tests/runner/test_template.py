"""A template shapes text from plain values, and whatever is wrong with it has a file and a line."""

from __future__ import annotations

import enum
from decimal import Decimal

import pytest
from skillset.folders import built_in, make_skill

from fde.assets import assets
from fde.errors import BadHead, NotPlain, NotTrusted, TemplateFault, TemplateInputs
from fde.runner.template import Head, read_head, render, render_block, template_for
from fde.skillset.skill import Origin, read
from fde.skillset.trust import trust


@pytest.fixture
def template(tmp_path):
    """Write a template with the given body and inputs, and return its path."""

    def write(body, inputs="x", name="ask.md.j2"):
        path = tmp_path / name
        path.write_text(f"---\nname: ask\nversion: 1.0.0\ninputs: [{inputs}]\n---\n{body}")
        return path

    return write


def block(text):
    return f"{{% block task %}}\n{text}\n{{% endblock %}}\n"


def test_each_block_is_rendered_on_its_own_and_in_order(template):
    path = template("{% block rules %}\nBe {{ x }}.\n{% endblock %}\n\n{% block task %}\nDo {{ x }}.\n{% endblock %}\n")
    assert render(path, {"x": "brief"}) == {"rules": "Be brief.\n", "task": "Do brief.\n"}
    assert list(render(path, {"x": "brief"})) == ["rules", "task"]


def test_a_templates_head_is_its_name_version_and_inputs(template):
    assert read_head(template("", "x, y")) == Head(name="ask", version="1.0.0", inputs=("x", "y"))


def test_text_is_not_escaped_and_not_read_as_a_template(template):
    evil = "<b> & {{ x }} {% include '/etc/passwd' %} {# x #}"
    assert render(template(block("{{ x }}")), {"x": evil}) == {"task": evil + "\n"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [("text", "text"), (3, "3"), (True, "True"), (None, "None"), (Decimal("4.670"), "4.670"), (("a", 1), "['a', 1]")],
)
def test_plain_values_get_in(template, value, shown):
    assert render(template(block("{{ x }}")), {"x": value})["task"] == f"{shown}\n"


class Word(enum.StrEnum):
    A = "a"


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("value", [1.5, {1}, b"x", object(), Word.A, Text("a"), {1: "a"}, lambda: 1, int, iter([])])
def test_anything_else_is_refused_by_its_name_and_type(template, value):
    with pytest.raises(NotPlain) as refused:
        render(template(block("x"), "x"), {"x": {"rows": ["a", value]}})
    assert refused.value.message.startswith(f"x['rows'][1] is a {type(value).__name__}, ")


def test_a_value_that_holds_itself_is_refused(template):
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotPlain, match="more than 50 levels down"):
        render(template(block("x")), {"x": value})


def test_loops_and_conditions_work_on_items(template):
    body = block(
        "{% for row in x.rows %}{{ loop.index }}. {{ row.name }}{% if not loop.last %}, {% endif %}{% endfor %}."
    )
    assert render(template(body), {"x": {"rows": [{"name": "a"}, {"name": "b"}]}})["task"] == "1. a, 2. b.\n"


def test_macros_of_a_file_beside_it_can_be_used(template, tmp_path):
    (tmp_path / "parts.j2").write_text("{% macro line(fact) %}- {{ fact.label }}{% endmacro %}")
    body = block("{% from 'parts.j2' import line %}{{ line(x) }}")
    assert render(template(body), {"x": {"label": "Orders"}})["task"] == "- Orders\n"


def test_json_keeps_its_letters_and_cannot_close_a_tag(template):
    rendered = render(template(block("{{ x | tojson }}")), {"x": [[1, "Größe </evidence>"]]})
    assert rendered["task"] == '[[1, "Größe \\u003c/evidence\\u003e"]]\n'


def test_values_must_be_the_declared_inputs(template):
    with pytest.raises(TemplateInputs) as refused:
        render(template(block("{{ x }}{{ y }}"), "x, y"), {"x": 1, "z": 2})
    assert refused.value.message.endswith("missing y; not declared z.")
    assert refused.value.hint == "Its head declares these inputs: x, y."


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("name: a\nversion: '1'\n", "no list `inputs`"),
        ("name: a\nversion: '1'\ninputs: x\n", "no list `inputs`"),
        ("name: a\nversion: '1'\ninputs: [a b]\n", "no list `inputs`"),
        ("version: '1'\ninputs: []\n", "does not say its name"),
        ("name: a\ninputs: []\n", "does not say its version"),
        ("name: a\nversion: '1'\ninputs: []\nmodel: x\n", "the key 'model'"),
    ],
)
def test_a_head_that_lacks_something_is_refused(tmp_path, head, said):
    path = tmp_path / "ask.md.j2"
    path.write_text(f"---\n{head}---\n{block('x')}")
    with pytest.raises(TemplateFault) as refused:
        render(path, {})
    assert said in refused.value.message
    assert refused.value.where == str(path)


def test_a_template_without_a_head_is_refused(tmp_path):
    path = tmp_path / "ask.md.j2"
    path.write_text(block("x"))
    with pytest.raises(BadHead):
        render(path, {})


# The head has five lines, so the body's first line is the sixth.
WRONG = [
    (block("{{ x.y }}"), 7, "no attribute 'y'"),
    (block("{{ x[9] }}"), 7, "has no element 9"),
    (block("a\n{{ x + 1 }}"), 8, "can only concatenate str"),
    (block("{{ x | upper | nosuch }}"), 7, "nosuch"),
    (block("{{ x | attr('upper') }}"), 7, "attr"),
    (block("{{ x | format(1) }}"), 7, "format"),
    (block("{% if x %}"), 8, "Unexpected end of template|endblock"),
    (block("{{ x "), 8, "expected token"),
    (block("{{ x.upper() }}"), 7, "no attribute 'upper'"),
    (block("{{ x['upper']() }}"), 7, "no attribute 'upper'"),
    (block("{{ x.__class__ }}"), 7, "no attribute '__class__'"),
    (block("{{ self.task() }}"), 7, "no attribute 'task'"),
    (block("{% for a in x %}{{ loop._iterable }}{% endfor %}"), 7, "unsafe"),
    (block("{% macro m() %}{% endmacro %}{{ m.name }}"), 7, "no attribute 'name'"),
    (block("{{ x() }}"), 7, "not safely callable"),
    (block("{{ x * 1000000000 }}"), 7, "for numbers only"),
    (block("{{ 'a' * 1000000000 }}"), 7, "for numbers only"),
    (block("{{ 9 ** 9 ** 9 }}"), 7, "not for templates"),
    (block("{{ '%1000000000d' % 1 }}"), 7, "for numbers only"),
    (block("{{ 1 // 0 }}"), 7, "by zero"),
    (block("{{ range(9) }}"), 7, "'range', which is not declared"),
    (block("{{ cycler.__init__ }}"), 7, "'cycler', which is not declared"),
    ("Hello\n" + block("x"), 6, "outside every block"),
    ("\n{% set y = 1 %}\n" + block("x"), 7, "outside every block"),
    ("{% extends 'base.j2' %}\n" + block("x"), 6, "outside every block"),
    ("{% block a %}\n{% block b %}{% endblock %}\n{% endblock %}", 7, "'b' lies in another block"),
    (block("x") + block("x"), 9, "task"),
]


@pytest.mark.parametrize(("body", "line", "said"), WRONG, ids=[body for body, _, _ in WRONG])
def test_what_is_wrong_has_a_file_a_line_and_a_reason(template, tmp_path, body, line, said):
    (tmp_path / "base.j2").touch()
    path = template(body)
    with pytest.raises(TemplateFault, match=said) as refused:
        render(path, {"x": "text"})
    assert refused.value.where == f"{path}:{line}"
    assert refused.value.exit == 3


def test_a_fault_in_an_included_file_is_placed_there(template, tmp_path):
    (tmp_path / "part.j2").write_text("\n\n{{ x.y }}")
    with pytest.raises(TemplateFault, match="no attribute 'y'") as refused:
        render(template(block("{% include 'part.j2' %}")), {"x": {}})
    assert refused.value.where == f"{tmp_path / 'part.j2'}:3"


def test_an_undeclared_name_in_an_included_file_is_placed_there(template, tmp_path):
    (tmp_path / "part.j2").write_text("\n{{ z }}")
    with pytest.raises(TemplateFault, match="'z', which is not declared") as refused:
        render(template(block("{% include 'part.j2' %}{{ x }}")), {"x": {}})
    assert refused.value.where == f"{tmp_path / 'part.j2'}:2"


def test_a_template_that_includes_itself_ends(template):
    with pytest.raises(TemplateFault):
        render(template(block("{% include 'ask.md.j2' %}{{ x }}")), {"x": 1})


def test_a_computed_name_cannot_be_included(template, tmp_path):
    (tmp_path / "part.j2").touch()
    with pytest.raises(TemplateFault, match="whose name is computed"):
        render(template(block("{% include x %}")), {"x": "part.j2"})


def test_a_template_without_a_block_is_refused(template):
    with pytest.raises(TemplateFault, match="it has no block"):
        render(template("\n"), {"x": 1})


def test_one_block_is_given_by_its_name_and_a_missing_one_is_named(template):
    assert render_block(template(block("{{ x }}")), "task", {"x": "a"}) == "a\n"
    with pytest.raises(TemplateFault, match="it has no block 'question'; its blocks are task"):
        render_block(template(block("{{ x }}")), "question", {"x": "a"})


def test_rendering_twice_gives_the_same_and_changes_no_value(template):
    values = {"x": {"b": [1, 2], "a": None}}
    path = template(block("{{ x }}{{ x | tojson }}"))
    assert render(path, values) == render(path, values)
    assert values == {"x": {"b": [1, 2], "a": None}}


def test_a_skill_of_ours_without_a_question_of_its_own_gets_the_generic_one(tmp_path):
    skill = built_in(make_skill(tmp_path))
    assert template_for(skill) == assets("prompts") / "generic.md.j2"


def test_a_strangers_own_template_counts_only_when_the_skill_is_trusted(tmp_path):
    folder = make_skill(tmp_path)
    own = folder / "assets" / "prompt.md.j2"
    own.write_text("---\nname: a\nversion: '1'\ninputs: []\n---\n" + block("x"))
    skill = read(folder, Origin.ENGAGEMENT)
    with pytest.raises(NotTrusted):
        template_for(skill)
    trust(skill)
    assert template_for(skill) == own


def test_a_stranger_that_brings_no_template_gets_the_generic_one(tmp_path):
    skill = read(make_skill(tmp_path), Origin.ENGAGEMENT)
    assert template_for(skill) == assets("prompts") / "generic.md.j2"
