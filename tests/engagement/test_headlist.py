"""A list in a head is changed in its own line or lines, and no other byte of the file with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde import frontmatter
from fde.engagement.headlist import changed
from fde.errors import HeadUnchanged

A, B, SIX = "anthropic@api.anthropic.com", "local@127.0.0.1:8080", "local@[::1]:8080"
ABOVE = "---\nfde: 1   # the format\nname: 'acme'\n"
BELOW = "people:\n  - owner: Ms Miller\n---\n\nmodels: are in the body\n- too\n"


def check(before, after, *, add=(), remove=()):
    assert changed(f"{ABOVE}{before}{BELOW}", "models", add=add, remove=remove, where="engagement.md") == f"{ABOVE}{after}{BELOW}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("models: []\n", f"models: [{A}]\n"),
        ("models:\n", f"models: [{A}]\n"),
        ("models:   # nobody yet\n", f"models: [{A}]   # nobody yet\n"),
        ("models: [ ] # c\n", f"models: [{A}] # c\n"),
        (f"models: [{B}]\n", f"models: [{B}, {A}]\n"),
        (f"models : [\"{B}\", openai@h,]   # both\n", f"models : [\"{B}\", openai@h, {A}]   # both\n"),
        (f"models: ['{SIX}']\n", f"models: ['{SIX}', {A}]\n"),
        (f"models:\n  - {B}\n", f"models:\n  - {B}\n  - {A}\n"),
        (f"models: # c\n- {B} # d\n\n# e\n- 'openai@h'\n# f\n", f"models: # c\n- {B} # d\n\n# e\n- 'openai@h'\n- {A}\n# f\n"),
    ],
)
def test_an_item_is_added_at_the_end(before, after):
    check(before, after, add=[A])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"models: [{A}, {B}] # c\n", f"models: [{B}] # c\n"),
        (f"models: ['{A}']\n", "models: []\n"),
        (f"models:\n  # ours\n  - {A}  # here\n  - {B}\n", f"models:\n  # ours\n  - {B}\n"),
        (f"models:\n  - {B}\n  - \"{A}\"\n  # end\n", f"models:\n  - {B}\n  # end\n"),
        (f"models:\n  - {A}\n", "models:\n"),
    ],
)
def test_an_item_is_taken_out_with_its_own_line_alone(before, after):
    check(before, after, remove=[A])


def test_an_item_with_brackets_goes_in_quotes():
    check("models: []\n", f'models: ["{SIX}"]\n', add=[SIX])


def test_a_list_that_is_missing_comes_last_in_the_head():
    text = "---\r\nfde: 1\r\nname: acme\r\n---\r\nmodels: no\r\n"
    expected = f"---\r\nfde: 1\r\nname: acme\r\nmodels: [{A}]\r\n---\r\nmodels: no\r\n"
    assert changed(text, "models", add=[A], where="") == expected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay(end):
    before = f"---\nfde: 1\nmodels:\n  - {B}\n---\n\nText\n".replace("\n", end)
    after = f"---\nfde: 1\nmodels:\n  - {B}\n  - {A}\n---\n\nText\n".replace("\n", end)
    assert changed(before, "models", add=[A], where="") == after


@pytest.mark.parametrize(
    "form",
    [
        f"models: [\n  {B},\n]\n",
        f"models: {B}\n",
        f"'models': [{B}]\n",
        f"models: |\n  {B}\n",
        f"models:\n  - >-\n    {B}\n",
        f"models: [[{B}]]\n",
        f"models:\n    {B}\n",
    ],
)
def test_a_form_that_cannot_be_changed_safely_is_left_and_the_line_to_write_is_shown(form):
    with pytest.raises(HeadUnchanged) as refused:
        changed(f"{ABOVE}{form}{BELOW}", "models", add=[A], where="engagement.md")
    assert refused.value.hint.startswith("Write it yourself, on one line: models: [")
    assert A in refused.value.hint
    assert refused.value.exit == 3


def test_a_head_that_is_one_mapping_in_braces_is_left():
    with pytest.raises(HeadUnchanged, match="nothing was"):
        changed("---\n{fde: 1, name: acme}\n---\n", "models", add=[A], where="")


ENTRIES = st.lists(st.sampled_from([A, B, SIX, "openai@api.openai.com", "local@h"]), unique=True)


@given(ENTRIES, ENTRIES, st.booleans())
def test_what_was_added_can_be_taken_out_again(there, new, in_one_line):
    new = [entry for entry in new if entry not in there]
    quoted = [f'"{entry}"' for entry in there]
    listed = f" [{', '.join(quoted)}]\n" if in_one_line else "\n" + "".join(f"- {entry}\n" for entry in quoted)
    text = f"---\nname: a\nmodels:{listed}model: x\n---\nbody\n"
    wider = changed(text, "models", add=new, where="")
    assert (frontmatter.parse(wider, "").fields["models"] or []) == there + new
    again = changed(wider, "models", remove=new, where="")
    assert (frontmatter.parse(again, "").fields["models"] or []) == there
    assert [line for line in again.splitlines() if "models" not in line] == [line for line in text.splitlines() if "models" not in line]
