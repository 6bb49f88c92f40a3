"""The one path with models that do what a recorded reply cannot: count tokens, fail, look at what they are asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
import small
from small import SKILL, lines, record

from fde.engagement.engagement import read
from fde.errors import Exit, FdeError, NotReachable, UnfitArtefact
from fde.models.model import Reply, Usage
from fde.models.watch import Attempt
from fde.runner.ask import Asking
from fde.runner.run import run as take_the_path
from fde.skillset.find import find


class Refused(FdeError):
    """The key was refused."""

    exit = Exit.INPUT


@dataclass
class Queue:
    """A model that gives what is in its queue, raises what is an error there, and keeps what it was asked."""

    answers: list
    name: str = "queue/test"
    origin: None = None
    window: None = None
    manner: str = ""
    notice: str = ""
    history: list = field(default_factory=list)

    def prepare(self):
        pass

    def preview(self, request):
        return None

    def reply(self, request, watch):
        self.history.append(list(request.messages))
        answer = self.answers.pop(0)
        if isinstance(answer, FdeError):
            raise answer
        return answer if isinstance(answer, Reply) else Reply(text=answer)


@pytest.fixture(name="acme")
def _acme(tmp_path):
    return small.engagement(tmp_path)


@pytest.fixture(name="run")
def _run(acme):
    def call(*answers, **given):
        model = Queue(list(answers)) if answers else None
        asking = Asking(model=model) if model else None
        return take_the_path(read(acme), find(SKILL, acme), now=small.moment(), asking=asking, **given), model

    return call


def test_a_model_is_asked_rules_and_method_first_then_evidence_then_the_task(run):
    _, model = run(small.GOOD)
    (conversation,) = model.history
    assert [message.role for message in conversation] == ["system", "system", "user", "user"]
    assert small.QUOTE in conversation[2].text
    assert conversation[3].text.rstrip().endswith("Reply with the JSON object alone.")


def test_what_was_refused_goes_back_behind_the_reply_it_is_about(run):
    _, model = run(small.BAD, small.GOOD)
    first, second = model.history
    assert second[: len(first)] == first
    assert [(message.role, message.text == small.BAD) for message in second[len(first) :]] == [("assistant", True), ("user", False)]
    assert "Typing takes 6 minutes" in second[-1].text


def test_tokens_and_cost_of_both_replies_are_added_up(run, acme):
    usage = Usage(input=100, output=10, cost=Decimal("0.25"))
    written, _ = run(Reply(text=small.BAD, usage=usage), Reply(text=small.GOOD, usage=usage))
    judged = record(acme, written.folder)["judged"]
    assert judged["tokens"] == {"input": 200, "output": 20}
    assert judged["cost"] == {"value": "0.50", "unit": "USD"}
    assert lines(acme / ".fde/runs.ndjson")[-1]["tokens"] == {"input": 200, "output": 20}


def test_a_cost_of_which_a_part_is_not_known_is_not_known(run, acme):
    known, unknown = Usage(input=1, output=1, cost=Decimal(1)), Usage(input=1, output=1)
    for first, second in ((known, unknown), (unknown, known)):
        written, _ = run(Reply(text=small.BAD, usage=first), Reply(text=small.GOOD, usage=second))
        assert record(acme, written.folder)["judged"]["cost"] is None


@pytest.mark.parametrize("error", [NotReachable("timed out"), Refused()], ids=["not now", "input"])
def test_however_the_model_fails_what_was_measured_is_written(run, acme, error):
    written, _ = run(error)
    assert written.error is error
    assert written.status == f"failed: {error.code}"
    document = record(acme, written.folder)
    assert (document["judged"]["status"], document["judged"]["by"]) == (f"failed: {error.code}", "queue/test")
    assert (acme / written.folder / "artefact.md").read_text().startswith(f"> **Not judged (failed: {error.code}).**")


def test_if_the_model_fails_in_the_second_round_the_first_reply_stands_and_the_failure_is_told(run, acme):
    failure = NotReachable("timed out")
    written, _ = run(small.BAD, failure)
    assert (written.status, written.error) == ("ok", failure)
    document = record(acme, written.folder)
    assert [item["what"] for item in document["dropped"]] == ["Typing takes 6 minutes"]


def test_a_reply_is_on_disk_before_anybody_looks_at_it(run, acme):
    written, _ = run("caf\u00e9 \x00 \r\n", "second")
    folder = acme / ".fde/runs" / written.run
    assert (folder / "reply-1.txt").read_bytes() == "caf\u00e9 \x00 \r\n".encode()


def test_a_reply_is_on_disk_before_the_ledger_tells_of_it(run, acme):
    with pytest.raises(ValueError, match="half a character"):
        run(Reply(text=small.GOOD, model="\ud800"))
    assert (acme / ".fde/runs/r0001/reply-1.txt").read_text() == small.GOOD


def test_what_is_no_artefact_never_becomes_official(run, acme):
    with pytest.raises(UnfitArtefact, match="judged.tokens"):
        run(Reply(text=small.GOOD, usage=Usage(input=370.5, output=1)))
    assert not (acme / "artefacts/ledger.ndjson").exists()
    assert list((acme / "artefacts").glob("*/*")) == []
    assert lines(acme / ".fde/runs.ndjson")[-1]["status"] == "failed: unfit-artefact"


def test_who_waits_is_told_what_is_done(run):
    told = []
    run(small.GOOD, progress=told.append)
    assert told == [f"measuring with {SKILL} ...", "asking queue/test ..."]


def test_an_unchanged_run_asks_nobody(run):
    run(small.GOOD)
    written, model = run(small.GOOD)
    assert written.unchanged
    assert model.history == []


class Interrupted(Queue):
    """A model in whose answer a person loses patience."""

    def reply(self, request, watch):
        watch.usage = Usage(input=370, output=1, cache_read=300)
        watch.piece("{")
        watch.attempts.append(Attempt(id="req_1", status=200, outcome="interrupted", seconds=2.5))
        raise KeyboardInterrupt


def test_an_interrupt_leaves_the_attempt_the_words_and_the_tokens_known_so_far(acme):
    with pytest.raises(KeyboardInterrupt):
        take_the_path(read(acme), find(SKILL, acme), now=small.moment(), asking=Asking(model=Interrupted([])))
    events = {event["event"]: event for event in lines(acme / ".fde/runs.ndjson")}
    assert events["attempts"]["attempts"] == [{"id": "req_1", "status": 200, "outcome": "interrupted", "seconds": 2.5, "usage": None}]
    assert events["attempts"]["usage"] == {"input": 370, "output": 1, "cache_read": 300, "cache_write": 0}
    assert events["finished"]["status"] == "failed: interrupted"
    assert (acme / ".fde/runs/r0001/reply-1.partial.txt").read_text() == "{"


@dataclass
class Disturbed(Queue):
    """A model in whose answering time something happens to the engagement."""

    what: Callable[[], object] = lambda: None

    def reply(self, request, watch):
        watch.attempts.append(Attempt(id="req_1", status=200, outcome="ok", seconds=1.0))
        reply = super().reply(request, watch)
        self.what()
        return reply


def test_a_reply_that_was_paid_for_is_kept_also_if_the_ledger_can_no_longer_be_written(acme):
    ledger = acme / ".fde/runs.ndjson"

    def spoil():
        ledger.unlink()
        ledger.mkdir()

    model = Disturbed([Reply(text=small.GOOD, model="m-1", usage=Usage(input=1, output=1))], what=spoil)
    with pytest.raises(FdeError):
        take_the_path(read(acme), find(SKILL, acme), now=small.moment(), asking=Asking(model=model))
    assert (acme / ".fde/runs/r0001/reply-1.txt").read_text() == small.GOOD


def test_a_recording_that_cannot_be_kept_is_told_and_takes_nothing_from_the_artefact(acme):
    def spoil():
        shutil.rmtree(acme / "replay")
        (acme / "replay").write_text("no folder")

    asking = Asking(model=Disturbed([small.GOOD], what=spoil), record="mine.json")
    written = take_the_path(read(acme), find(SKILL, acme), now=small.moment(), asking=asking)
    assert written.status == "ok"
    assert written.error.exit is Exit.INPUT
    assert record(acme, written.folder)["judged"]["status"] == "ok"
