"""`fde answer`, through the door: in a terminal, with an editor, from a script; the file is the same whichever way."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from small import tree, write

import fde as package
from fde.engagement import files

YES_NO = [{"value": "yes", "key": "y", "label": "Yes"}, {"value": "no", "key": "n", "label": "No"}]
QUESTIONS = {
    "schema": "fde.questions/1",
    "title": "From an order to its delivery",
    "questions": [
        {"id": "case", "ask": "What do you call one case?", "help": "An order, a claim", "type": "text", "required": True},
        {"id": "arrivals", "ask": "How many start in a usual week?", "type": "range"},
        {"id": "paper", "ask": "Is anything on paper?", "type": "choice", "choices": YES_NO},
        {
            "id": "steps",
            "ask": "Which steps does it take?",
            "type": "table",
            "minimum": 1,
            "columns": [
                {"id": "step", "label": "Step", "type": "text", "required": True},
                {"id": "work", "label": "Work", "type": "range", "unit": "min", "required": True},
                {"id": "by-hand", "label": "By hand", "type": "choice", "choices": YES_NO},
            ],
        },
        {"id": "since", "ask": "Since when is it so?", "type": "date"},
    ],
}
FILE = r"""---
fde: answers/1
skill: order-flow
who: owner
---

# From an order to its delivery

## What do you call one case? {#case}

An order, with ünlauts

## How many start in a usual week? {#arrivals}

20 (10 to 45)

## Is anything on paper? {#paper}

yes

## Which steps does it take? {#steps}

| Step | Work (min) | By hand |
| --- | --- | --- |
| Type \| paste | 5 (3 to 15) | yes |
| Pick | 10 |  |

## Since when is it so? {#since}

2024-02-29
"""
SET = [
    "--set", "since=2024-02-29", "--set", r"steps=Type \| paste | 5 (3-15) | y", "--set", "steps=Pick | 10 min",
    "--set", "paper=Yes", "--set", "arrivals=20(10 to 45)", "--set", "case=An order, with ünlauts",
]  # fmt: skip
NAME = "answers/order-flow.md"


@pytest.fixture(name="acme")
def _acme(fde, tmp_path):
    """An engagement with a skill of its own that only asks."""
    root = tmp_path / "acme"
    assert fde("init", root).code == 0
    write(root, "skills/order-flow/SKILL.md", "---\nname: order-flow\ndescription: Asks about orders. Use when somebody asks.\n---\nAsk.\n")
    write(root, "skills/order-flow/assets/questions.json", json.dumps(QUESTIONS))
    return root


@dataclass
class Terminal:
    """A person at a terminal: types when the prompt is there, and sees what was printed."""

    process: subprocess.Popen
    screen: int
    seen: str = ""
    whole: list[str] = field(default_factory=list)

    def sees(self, text):
        """Wait until *text* is on the screen; what stood before it is scrolled away."""
        while text not in self.seen:
            ready, _, _ = select.select([self.screen], [], [], 60)
            assert ready, f"{text!r} did not come; there was {self.seen!r}"
            try:
                self.seen += os.read(self.screen, 4096).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"{text!r} did not come before the end; there was {self.seen!r}") from None
        before, _, self.seen = self.seen.partition(text)
        self.whole.append(before + text)

    def types(self, prompt, keys):
        """Wait for *prompt* and press *keys*."""
        self.sees(prompt)
        os.write(self.screen, keys.encode())

    def ended(self):
        """Wait for the end and return the exit code."""
        return self.process.wait(60)


@contextmanager
def terminal(acme, *args):
    """`fde answer order-flow ...` in a terminal."""
    screen, child = pty.openpty()
    before = termios.tcgetattr(child)
    process = subprocess.Popen(
        [sys.executable, "-m", "fde", "answer", "order-flow", *args],
        cwd=acme,
        stdin=child,
        stdout=child,
        stderr=child,
        env={**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(package.__file__)), "NO_COLOR": "1"},
        start_new_session=True,
        # Only the terminal of its own session turns a Ctrl-C into an interrupt.
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
    )
    try:
        yield Terminal(process, screen)
        assert termios.tcgetattr(child) == before, "the terminal was left in another mode"
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
        os.close(child)
        os.close(screen)


def test_a_person_is_asked_one_by_one_and_the_file_is_the_canonical_one(acme):
    with terminal(acme) as person:
        person.types("Who answers? >", "Anna Schmidt\n")
        person.types("a role in small letters", "")
        person.types(" > ", "owner\n")
        person.types("one case? >", "?\n")
        person.types("An order, a claim.", "")
        person.types(" > ", "An order, with ünlauts\n")
        person.types("usual week? >", "many\n")
        person.types("like 20 (10 to 45), found 'many'", "")
        person.types(" > ", "20 (10 to 45)\n")
        person.types("[y Yes, n No] >", "x\x1b[0ny")
        person.types("Step >", "Type | paste\n")
        person.types("Work (min) >", "\n")
        person.types("found 'nothing'", "")
        person.types("Work (min) >", "-\n")
        person.types("found 'nothing'", "")
        person.types("Work (min) >", "5 (3 to 15)\n")
        person.types("By hand  [y Yes, n No] >", "y")
        person.types("2. Step >", "Pick\n")
        person.types("Work (min) >", "10\n")
        person.types("[y Yes, n No] >", "\n")
        person.types("3. Step >", "\n")
        person.types("Since when is it so? >", "2024-02-29\n")
        person.sees("5 of 5 questions answered")
        assert person.ended() == 0
    assert (acme / NAME).read_text() == FILE


def test_a_cell_that_a_filled_one_needs_is_asked_until_it_is_given_and_else_may_be_left(acme):
    asked = json.loads(json.dumps(QUESTIONS))
    asked["questions"] = [asked["questions"][3]]
    asked["questions"][0]["columns"][1] |= {"required": False, "needs": "by-hand"}
    write(acme, "skills/order-flow/assets/questions.json", json.dumps(asked))
    with terminal(acme, "--who", "owner") as person:
        person.types("1. Step >", "Type\n")
        person.types("Work (min) >", "5\n")
        person.types("By hand  [y Yes, n No] >", "-")
        person.types("found 'nothing'", "")
        person.types("By hand  [y Yes, n No] >", "y")
        person.types("2. Step >", "Pick\n")
        person.types("Work (min) >", "\n")
        person.types("By hand  [y Yes, n No] >", "\n")
        person.types("3. Step >", "\n")
        assert person.ended() == 0
    assert (acme / NAME).read_text().endswith("| Type | 5 | yes |\n| Pick |  |  |\n")


def test_after_ctrl_c_it_goes_on_where_it_was_left(acme):
    with terminal(acme, "--who", "owner") as person:
        person.types("one case? >", "An order, with ünlauts\n")
        person.types("usual week? >", "20 (10-45)\n")
        person.types("[y Yes, n No] >", "y")
        person.types("1. Step >", "Type | paste\n")
        person.types("Work (min) >", "5 (3 to 15)\n")
        person.types("[y Yes, n No] >", "Y")
        person.types("2. Step >", "Pi")
        person.types("Pi", "\x03")
        person.sees("the same command goes on from there")
        assert person.ended() == 130
    assert "| Type \\| paste | 5 (3 to 15) | yes |\n" in (acme / NAME).read_text()
    with terminal(acme) as person:
        person.types("What do you call one case?  An order, with ünlauts", "")
        person.types("2. Step >", "Pick\n")
        person.types("Work (min) >", "10\n")
        person.types("[y Yes, n No] >", "\x03")
        assert person.ended() == 130
    with terminal(acme) as person:
        person.types("2. Step >", "Pick\n")
        person.types("Work (min) >", "10\n")
        person.types("[y Yes, n No] >", "-")
        person.types("3. Step >", "\n")
        person.types("Since when is it so? >", "2024-02-29\n")
        assert person.ended() == 0
    assert (acme / NAME).read_text() == FILE


def test_a_question_that_is_left_open_is_asked_again_and_the_end_of_input_keeps_the_rest(acme):
    with terminal(acme, "--who", "owner") as person:
        person.types("one case? >", "-\n")
        person.types("usual week? >", "\n")
        person.types("[y Yes, n No] >", "y")
        person.types("1. Step >", "\x04")
        person.sees("1 of 5 questions answered")
        assert person.ended() == 0
    with terminal(acme) as person:
        person.types("Is anything on paper?  yes", "")
        person.types("one case? >", "\x04")
        assert person.ended() == 0


def test_set_gives_the_same_bytes(fde, acme):
    ended = fde("answer", "order-flow", "--who", "owner", *SET, cwd=acme)
    assert (ended.code, ended.out, ended.err) == (0, f"wrote  {NAME}  (5 of 5 questions answered)\n", "")
    assert (acme / NAME).read_text() == FILE
    assert fde("answer", "order-flow", *SET, cwd=acme).out.startswith("unchanged")


def test_a_form_that_was_filled_in_gives_the_same_bytes(fde, acme):
    assert fde("answer", "order-flow", "--form", cwd=acme).code == 0
    form = (acme / NAME).read_text()
    form = form.replace("who:", "who:  owner").replace("<!-- An order, a claim. -->\n", "An order, with ünlauts").replace("\n", "\r\n")
    form = form.replace("| --- | --- | --- |", "|------|------|---|\r\n|Type \\| paste|5 (3 to 15)|yes|\r\n|Pick|10||")
    for hint, answer in {"The usual": "20 (10 to 45)", "One of yes": "yes", "A date": "2024-02-29"}.items():
        start = form.index(f"<!-- {hint}", form.index("usual week"))
        form = form[: form.index("\r\n", start) + 2] + f"\r\n{answer}\r\n" + form[form.index("\r\n", start) + 2 :]
    (acme / NAME).write_bytes(b"\xef\xbb\xbf" + form.encode())
    assert fde("answer", "order-flow", "--check", cwd=acme).code == 0
    assert fde("answer", "order-flow", "--form", cwd=acme).code == 0
    assert (acme / NAME).read_bytes() == FILE.encode()


def test_a_form_never_takes_an_answer_away(fde, acme):
    write(acme, NAME, FILE)
    assert fde("answer", "order-flow", "--form", cwd=acme).out.startswith("unchanged")
    assert (acme / NAME).read_text() == FILE
    broken = FILE.replace("20 (10 to 45)", "about 20")
    write(acme, NAME, broken)
    for way in (["--form"], ["--set", "case=x"]):
        ended = fde("answer", "order-flow", *way, cwd=acme)
        assert ended.code == 3
        assert f"{NAME}:15: The answers cannot be used: arrivals: expected the usual value like 20" in ended.err
        assert "found 'about 20'" in ended.err
        assert (acme / NAME).read_text() == broken


def test_check_names_each_place_and_writes_nothing(fde, acme):
    write(acme, NAME, FILE.replace("20 (10 to 45)", "about 20").replace("\nyes\n", "\nperhaps\n").replace("An order, with ünlauts\n", "-\n"))
    before = tree(acme)
    ended = fde("answer", "order-flow", "--check", cwd=acme)
    assert (ended.code, ended.err) == (1, "")
    assert [line.split(": ")[0] for line in ended.out.splitlines()] == [f"{NAME}:15", f"{NAME}:19", NAME]
    assert "paper: expected one of yes, no, found 'perhaps'" in ended.out
    assert "case is not answered: What do you call one case?" in ended.out
    assert tree(acme) == before
    data = fde("answer", "order-flow", "--check", "--json", cwd=acme).json["data"]
    assert ([problem["line"] for problem in data["problems"]], data["missing"]) == ([15, 19], ["case"])


def test_check_of_complete_answers_names_what_is_open_and_may_stay_so(fde, acme):
    write(acme, NAME, FILE.replace("\nyes\n", "\n-\n"))
    ended = fde("answer", "order-flow", "--check", cwd=acme)
    assert (ended.code, ended.err) == (0, "")
    assert "is complete; 4 of 5 questions answered; open, and optional: paper" in ended.out


def test_check_tells_all_of_a_row_and_does_not_call_its_table_unanswered(fde, acme):
    write(acme, NAME, re.sub(r"(?m)^\| Pick .*$", "|  | long | perhaps |", FILE))
    ended = fde("answer", "order-flow", "--check", cwd=acme)
    assert ended.code == 1
    assert [line.split(": ")[2] for line in ended.out.splitlines() if "steps" in line] == ["Work (min)", "By hand", "Step"]
    assert "is not answered" not in ended.out


def test_without_a_file_there_is_nothing_to_check(fde, acme):
    ended = fde("answer", "order-flow", "--check", cwd=acme)
    assert ended.code == 3
    assert "There are no answers yet" in ended.err


def test_without_a_terminal_it_names_the_two_other_ways_and_does_not_wait(fde_process, acme):
    ended = fde_process("answer", "order-flow", cwd=acme)
    assert (ended.code, ended.out) == (2, "")
    assert "--set" in ended.err
    assert "--form" in ended.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--set", "colour=red"], "--set colour: expected the id of a question (case, arrivals, paper, steps, since), found 'colour'."),
        (["--set", "paper=maybe"], "--set paper: expected one of yes, no, found 'maybe'."),
        (["--set", "steps=Pick"], "--set steps: Work (min): expected the usual value"),
        (["--set", "steps=a | 1 | y | z"], "--set steps: expected 3 cells"),
        (["--set", "case"], "--set: expected ID=VALUE, found 'case'."),
        (["--who", "Anna Schmidt", "--set", "case=x"], "--who: expected a role in small letters"),
        (["--form", "--check"], "do not go together"),
        (["--dry-run"], "--dry-run goes with --form or --set"),
        (["--subject", "../x", "--form"], "is not a name"),
    ],
)
def test_a_wrong_command_line_is_told_and_nothing_is_written(fde, acme, args, said):
    before = tree(acme)
    ended = fde("answer", "order-flow", *args, cwd=acme)
    assert ended.code in (2, 3)
    assert said in ended.err
    assert tree(acme) == before


def test_one_file_has_one_persons_answers(fde, acme):
    write(acme, NAME, FILE)
    ended = fde("answer", "order-flow", "--who", "office lead", "--set", "case=x", cwd=acme)
    assert ended.code == 2
    assert "These are answers by the owner, and --who says office lead." in ended.err
    assert (acme / NAME).read_text() == FILE


def test_each_subject_has_a_file_of_its_own(fde, acme):
    assert fde("answer", "order-flow", "--subject", "returns", "--who", "owner", *SET, cwd=acme).code == 0
    assert (acme / "answers/order-flow-returns.md").read_text() == FILE.replace("who:", "subject: returns\nwho:")
    (acme / "answers/order-flow-returns.md").rename(acme / NAME)
    ended = fde("answer", "order-flow", "--form", cwd=acme)
    assert ended.code == 3
    assert "expected answers about the client, found returns" in ended.err


def test_nothing_given_takes_an_answer_away_when_it_is_asked_for(fde, acme):
    write(acme, NAME, FILE)
    assert fde("answer", "order-flow", "--set", "since=", "--set", "steps=", cwd=acme).code == 0
    text = (acme / NAME).read_text()
    assert "2024-02-29" not in text
    assert "Pick" not in text


def test_a_dry_run_shows_the_file_and_writes_nothing(fde, acme):
    before = tree(acme)
    ended = fde("answer", "order-flow", "--who", "owner", *SET, "--dry-run", cwd=acme)
    assert (ended.code, ended.out) == (0, f"would write  {NAME}\n\n{FILE}")
    assert tree(acme) == before


def test_a_skill_that_asks_nothing_says_so(fde, acme):
    (acme / "skills/order-flow/assets/questions.json").unlink()
    ended = fde("answer", "order-flow", "--form", cwd=acme)
    assert ended.code == 3
    assert "asks a person nothing" in ended.err


def test_questions_that_cannot_be_asked_are_the_skills_fault(fde, acme):
    write(acme, "skills/order-flow/assets/questions.json", json.dumps({**QUESTIONS, "title": 7}))
    ended = fde("answer", "order-flow", "--form", cwd=acme)
    assert ended.code == 3
    assert "questions.json: This skill cannot be used: questions.title: expected string" in ended.err


def test_what_another_wrote_meanwhile_is_not_written_over(acme):
    with terminal(acme, "--who", "owner") as person:
        person.sees("one case? >")
        write(acme, NAME, FILE)
        os.write(person.screen, b"A claim\n")
        person.sees("somebody else has changed it meanwhile")
        assert person.ended() == 3
    assert (acme / NAME).read_text() == FILE


def test_while_another_fde_works_nothing_is_written(fde, acme, monkeypatch):
    from fde.engagement import answers

    monkeypatch.setattr(answers, "WAIT", 0.0)
    with files.lock(acme):
        ended = fde("answer", "order-flow", *SET, cwd=acme)
    assert ended.code == 4
    assert not (acme / NAME).exists()


def test_a_link_in_the_place_of_the_answers_is_refused(fde, acme, tmp_path):
    write(tmp_path, "elsewhere.md", FILE)
    (acme / NAME).symlink_to(tmp_path / "elsewhere.md")
    ended = fde("answer", "order-flow", "--set", "case=x", cwd=acme)
    assert ended.code == 3
    assert (tmp_path / "elsewhere.md").read_text() == FILE
