"""The adapters through the real SDKs and a socket, against a server that others wrote.

What a request says is held in test_adapters.py: this server refuses no bad one. It is not the vendors' in all: its Responses wire
ends what was cut or filtered with `response.completed` and without a reason.
"""

from __future__ import annotations

import json
from types import SimpleNamespace

import aimock
import loopback
import pytest
import small
from small import NOW, SKILL

from fde.errors import FdeError, ProviderBusy, ProviderRefused, ReplyCut, ReplyDeclined, ReplyEmpty, StreamEnded
from fde.models import anthropic, local, openai
from fde.models.model import Message, Request, Usage
from fde.models.retry import whole
from fde.models.schema import wire_schema
from fde.models.terms import Terms
from fde.models.watch import Watch

ADAPTERS = {"anthropic": anthropic, "openai": openai, "local": local}
BASES = {"anthropic": "", "openai": "/v1", "local": "/v1"}
PATHS = {"anthropic": "/v1/messages", "openai": "/v1/responses", "local": "/v1/chat/completions"}
KEYS = dict.fromkeys(("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "FDE_LOCAL_API_KEY"), aimock.KEY)
WIRES = pytest.mark.parametrize("wire", ADAPTERS)

# One count in the words of each wire.
TOKENS = {"input_tokens": 370, "output_tokens": 7, "prompt_tokens": 370, "completion_tokens": 7}
REQUEST = Request(
    messages=(Message(role="system", text="The rules.\n"), Message(role="user", text="The task.\n")), schema=wire_schema("judgement")
)


def says(text, **more):
    """Return a fixture: the reply *text*, with more of what stands beside it."""
    return {"response": {"content": text, "usage": TOKENS, **more}}


def refuses(status, kind="some_error", **more):
    """Return a fixture: an error before any answer."""
    return {"response": {"error": {"message": "Not today", "type": kind}, "status": status, **more}}


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    aimock.require()
    with aimock.running(tmp_path_factory.mktemp("aimock")) as server:
        yield server


@pytest.fixture(name="ask")
def _ask(server):
    """Ask over one wire what the server shall give, and return the reply or the error, and what was seen and waited."""

    def call(wire, *answers, key=aimock.KEY):
        server.gives(*answers)
        slept = []
        watch = Watch(seconds=60.0, sleep=slept.append)
        terms = Terms(who="it at host", model="m-1", base_url=f"http://{server.host}{BASES[wire]}", key=key, max_output=64)
        adapter = ADAPTERS[wire]
        got = SimpleNamespace(reply=None, error=None, slept=slept, watch=watch)
        try:
            got.reply = whole(lambda seen: adapter.ask(REQUEST, terms, watch, seen), watch, terms.who, adapter.errors())
        except FdeError as error:
            got.error = error
        got.outcomes = [(attempt.status, attempt.outcome) for attempt in watch.attempts]
        return got

    return call


@WIRES
def test_a_judgement_comes_with_its_tokens_its_model_and_the_requests_id(ask, server, wire):
    got = ask(wire, says(small.GOOD, model="m-1-20261001"))
    assert got.error is None
    assert got.reply.text == small.GOOD
    assert got.reply.usage == Usage(input=370, output=7)
    assert got.reply.model == "m-1-20261001"
    assert got.outcomes == [(200, "ok")]
    assert got.watch.attempts[0].id.startswith("req")
    assert server.asked == [PATHS[wire]]


@WIRES
def test_many_small_pieces_are_one_reply_letter_for_letter(ask, wire):
    text = json.dumps({"a": "gr\u00fcn, \U0001f600 and \\ and \" and \u2028"}, ensure_ascii=False)
    got = ask(wire, {**says(text), "chunkSize": 1})
    assert got.reply.text == text
    assert len(got.watch.pieces) > len(text) // 2


@WIRES
def test_an_answer_at_the_limit_of_tokens_is_cut_and_not_asked_for_again(ask, wire):
    got = ask(wire, says('{"schema": "fde', finishReason="length"))
    assert type(got.error) is ReplyCut
    assert got.error.message == "The answer was cut at 7 tokens."
    assert got.outcomes == [(200, "reply-cut")]


REFUSALS = [
    ("anthropic", "refusal", ReplyDeclined),
    ("anthropic", "content_filter", ReplyDeclined),
    # The vendor says `incomplete` with a reason; aimock says `failed` without one.
    ("openai", "content_filter", ProviderRefused),
    ("local", "content_filter", ReplyDeclined),
]


@pytest.mark.parametrize(("wire", "reason", "error"), REFUSALS)
def test_a_refusal_is_no_reply(ask, wire, reason, error):
    got = ask(wire, says("I would rather not.", finishReason=reason))
    assert type(got.error) is error
    assert len(got.outcomes) == 1


@WIRES
def test_an_answer_without_a_word_is_empty(ask, wire):
    assert type(ask(wire, says(" \n")).error) is ReplyEmpty


@WIRES
def test_a_wait_that_the_server_asks_for_is_waited_and_then_the_reply_comes(ask, wire):
    got = ask(wire, refuses(429, "rate_limit_error", retryAfter=7), says(small.GOOD))
    assert got.reply.text == small.GOOD
    assert got.slept == [7.0]
    assert got.outcomes == [(429, "provider-busy"), (200, "ok")]


@WIRES
@pytest.mark.parametrize("status", [500, 503, 529])
def test_a_server_that_is_down_is_asked_three_times_and_no_more(ask, server, wire, status):
    got = ask(wire, refuses(status))
    assert type(got.error) is ProviderBusy
    assert got.error.message == f"it at host has no capacity now: HTTP {status}, Not today."
    assert server.asked == [PATHS[wire]] * 3


@WIRES
def test_a_server_that_drops_the_request_is_asked_again(ask, wire):
    got = ask(wire, {**says("x"), "chaos": {"dropRate": 1}}, says(small.GOOD))
    assert got.reply.text == small.GOOD
    assert got.outcomes == [(500, "provider-busy"), (200, "ok")]


@WIRES
def test_a_connection_that_is_gone_before_the_answer_is_asked_for_again(ask, wire):
    got = ask(wire, {**says("x"), "chaos": {"disconnectRate": 1}}, says(small.GOOD))
    assert got.reply.text == small.GOOD
    assert got.outcomes == [(None, "stream-ended"), (200, "ok")]


@WIRES
def test_an_answer_that_is_torn_in_the_middle_is_asked_for_again_and_none_of_it_is_kept(ask, wire):
    # A little time between the pieces, so that some are out when the connection goes.
    torn = {**says(small.GOOD), "truncateAfterChunks": 8, "latency": 20}
    got = ask(wire, torn, says("{}"))
    assert got.reply.text == "{}"
    assert got.outcomes == [(200, "stream-ended"), (200, "ok")]


@WIRES
def test_an_answer_that_is_torn_every_time_is_an_error_and_leaves_its_words_to_be_kept(ask, wire):
    got = ask(wire, {**says(small.GOOD), "truncateAfterChunks": 8, "latency": 20})
    assert type(got.error) is StreamEnded
    assert got.slept == [0.5, 1.0]
    assert 0 < len(got.watch.text) < len(small.GOOD)
    assert small.GOOD.startswith(got.watch.text)


@WIRES
def test_an_answer_that_is_no_json_of_the_api_is_an_error_that_says_so(ask, wire):
    got = ask(wire, {**says("x"), "chaos": {"malformedRate": 1}})
    assert got.error.code == "not-the-api"


@WIRES
def test_a_wrong_key_is_refused_once_and_not_shown(ask, server, wire):
    got = ask(wire, says(small.GOOD), key="another-9876")
    assert type(got.error) is ProviderRefused
    assert got.error.message == "it at host refused the request: HTTP 401, Invalid API key."
    assert len(got.outcomes) == 1
    assert "9876" not in f"{got.error.message} {got.error.hint}"


@pytest.fixture(name="acme")
def _acme(server, tmp_path):
    root = small.engagement(tmp_path)
    loopback.configure(server)
    loopback.allow(root, server)
    return root


@WIRES
def test_a_run_writes_what_the_model_judged(fde, server, acme, wire):
    server.gives({**says(small.GOOD), "chunkSize": 7})
    done = fde("run", SKILL, "--model", loopback.model(wire, server), "--json", cwd=acme, env={"FDE_NOW": NOW, **KEYS})
    assert done.code == 0, done.out + done.err
    record = small.record(acme, done.json["data"]["artefact"])
    assert (record["judged"]["status"], record["judged"]["tokens"]) == ("ok", {"input": 370, "output": 7})
    assert "The fax decides the week" in [finding["title"] for finding in record["findings"] if finding["by"] == "model"]
    assert server.asked == [PATHS[wire]]


@WIRES
def test_a_run_sends_back_once_what_the_check_refuses(fde, server, acme, wire):
    server.gives(says(small.BAD), says(small.GOOD))
    done = fde("run", SKILL, "--model", loopback.model(wire, server), "--json", cwd=acme, env={"FDE_NOW": NOW, **KEYS})
    assert done.code == 0, done.out + done.err
    record = small.record(acme, done.json["data"]["artefact"])
    assert (record["judged"]["tokens"], record["dropped"]) == ({"input": 740, "output": 14}, [])
    assert len(server.asked) == 2


@WIRES
def test_a_run_whose_answer_is_cut_writes_what_was_measured_and_says_so(fde, server, acme, wire):
    server.gives(says(small.GOOD[:40], finishReason="length"))
    done = fde("run", SKILL, "--model", loopback.model(wire, server), "--json", cwd=acme, env={"FDE_NOW": NOW, **KEYS})
    assert done.code == 4
    (folder,) = (acme / "artefacts" / SKILL).iterdir()
    record = json.loads((folder / "artefact.json").read_text())
    assert record["judged"]["status"] == "failed: reply-cut"
    assert [finding["by"] for finding in record["findings"]] == ["code"]


@WIRES
def test_a_sign_that_is_torn_between_two_pieces_is_whole_again(fde, server, acme, wire):
    # The server counts it as two characters, and sends each half as an escape of its own.
    reply = json.dumps(json.loads(small.judgement({**small.STANDS, "title": "The fax \U0001f4e0 decides"})), ensure_ascii=False)
    server.gives({**says(reply), "chunkSize": 1})
    done = fde("run", SKILL, "--model", loopback.model(wire, server), "--json", cwd=acme, env={"FDE_NOW": NOW, **KEYS})
    assert done.code == 0, done.out + done.err
    record = small.record(acme, done.json["data"]["artefact"])
    assert "The fax \U0001f4e0 decides" in [finding["title"] for finding in record["findings"]]
