"""The adapters under the SDKs' own clients, with the network's place taken: exact bodies and headers, and what each answer becomes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx2
import pytest
import said

from fde.errors import (
    DeadlineOver,
    Exit,
    NotReachable,
    NotTheApi,
    ProviderBusy,
    ProviderRefused,
    ReplyCut,
    ReplyDeclined,
    ReplyEmpty,
    ReplyTooLong,
    StreamEnded,
)
from fde.models import anthropic, local, openai, wire
from fde.models.model import Document, Message, Request, Usage
from fde.models.retry import whole
from fde.models.terms import Terms
from fde.models.watch import Watch

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
FIRST, SECOND = '{"source": "a.md", "lines": [[1, "We wait."]]}', '{"source": "b.md", "lines": [[1, "And wait."]]}'
REQUEST = Request(
    messages=(
        Message(role="system", text="The rules.\n"),
        Message(role="system", text="The method.\n"),
        Message(
            role="user",
            text=f"<evidence>\n{FIRST}\n{SECOND}\n</evidence>\n",
            documents=(Document(source="a.md", text=FIRST), Document(source="b.md", text=SECOND)),
        ),
        Message(role="user", text="The task.\n"),
        Message(role="assistant", text='{"a": "1"}'),
        Message(role="user", text="Again."),
    ),
    schema=SCHEMA,
)
KEY = "sk-test-0123456789"
BASES = {anthropic: "https://api.anthropic.com", openai: "https://api.openai.com/v1", local: "http://127.0.0.1:8080/v1"}
GOOD = {anthropic: said.messages, openai: said.responses, local: said.chat}
WIRES = pytest.mark.parametrize("adapter", BASES, ids=["anthropic", "openai", "local"])


def terms(adapter, **given):
    return Terms(who="it at host", model="m-1", base_url=BASES[adapter], key=KEY, max_output=64, **given)


class Clock:
    """A clock that a test moves, and a sleep that moves it."""

    def __init__(self):
        self.now, self.slept = 100.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Server:
    """The network's place: gives its answers in order and keeps the requests."""

    def __init__(self, clock, *answers):
        self.clock, self.answers, self.requests = clock, list(answers), []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer(self.clock) if callable(answer) else answer


def stream(content, **headers):
    return httpx2.Response(200, headers={"content-type": "text/event-stream", "request-id": "req_1", **headers}, content=content)


def refuse(status, body, **headers):
    return httpx2.Response(status, headers={"x-request-id": "req_9", **headers}, json=body)


@pytest.fixture(name="ask")
def _ask():
    def call(adapter, *answers, request=REQUEST, seconds=300.0, **given):
        clock = Clock()
        server = Server(clock, *answers)
        watch = Watch(seconds=seconds, clock=clock, sleep=clock.sleep, say=lambda _: None)
        made, transport = terms(adapter, **given), httpx2.MockTransport(server)
        seen = SimpleNamespace(watch=watch, clock=clock, requests=server.requests, reply=None, error=None)
        try:
            seen.reply = whole(lambda one: adapter.ask(request, made, watch, one, transport), watch, made.who, adapter.errors())
        except tuple(ERRORS) as error:
            seen.error = error
        return seen

    return call


ERRORS = (
    DeadlineOver, NotReachable, NotTheApi, ProviderBusy, ProviderRefused, ReplyCut, ReplyDeclined, ReplyEmpty, ReplyTooLong, StreamEnded,
)  # fmt: skip


def test_anthropic_gets_each_source_as_a_document_between_the_tags_that_the_rules_name(ask):
    (request,) = ask(anthropic, stream(said.messages("x")), effort="low").requests
    assert (request.method, str(request.url)) == ("POST", "https://api.anthropic.com/v1/messages")
    assert json.loads(request.content) == {
        "model": "m-1",
        "max_tokens": 64,
        "stream": True,
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}, "effort": "low"},
        "system": [{"type": "text", "text": "The rules."}, {"type": "text", "text": "The method."}],
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "<evidence>"},
                    *(
                        {
                            "type": "document",
                            "title": name,
                            "context": json.dumps({"source": name, "trust": "untrusted"}),
                            "source": {"type": "text", "media_type": "text/plain", "data": data},
                        }
                        for name, data in (("a.md", FIRST), ("b.md", SECOND))
                    ),
                    {"type": "text", "text": "</evidence>", "cache_control": {"type": "ephemeral"}},
                    {"type": "text", "text": "The task."},
                ],
            },
            {"role": "assistant", "content": [{"type": "text", "text": '{"a": "1"}'}]},
            {"role": "user", "content": [{"type": "text", "text": "Again."}]},
        ],
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["anthropic-version"] == "2026-10-21"


def test_openai_keeps_nothing_and_gets_the_schema_under_its_name(ask):
    (request,) = ask(openai, stream(said.responses("x")), effort="minimal").requests
    assert (request.method, str(request.url)) == ("POST", "https://api.openai.com/v1/responses")
    assert json.loads(request.content) == {
        "model": "m-1",
        "max_output_tokens": 64,
        "stream": True,
        "store": False,
        "instructions": "The rules.\n\nThe method.",
        "text": {"format": {"type": "json_schema", "name": "judgement", "schema": SCHEMA, "strict": True}},
        "reasoning": {"effort": "minimal"},
        "input": [
            {"type": "message", "role": "user", "content": f"<evidence>\n{FIRST}\n{SECOND}\n</evidence>\n"},
            {"type": "message", "role": "user", "content": "The task.\n"},
            {"type": "message", "role": "assistant", "content": '{"a": "1"}'},
            {"type": "message", "role": "user", "content": "Again."},
        ],
    }
    assert request.headers["authorization"] == f"Bearer {KEY}"


HELD = {
    "json_schema": {"type": "json_schema", "json_schema": {"name": "judgement", "schema": SCHEMA, "strict": True}},
    "json_object": {"type": "json_object", "schema": SCHEMA},
    "prompt": None,
}


@pytest.mark.parametrize(("structured", "held"), HELD.items(), ids=HELD)
def test_a_local_server_is_held_to_the_schema_in_the_way_that_is_declared_for_it(ask, structured, held):
    (request,) = ask(local, stream(said.chat("x")), structured=structured).requests
    body = json.loads(request.content)
    assert str(request.url) == "http://127.0.0.1:8080/v1/chat/completions"
    assert body.pop("response_format", None) == held
    assert body == {
        "model": "m-1",
        "max_tokens": 64,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "The rules.\n\nThe method.\n"},
            {"role": "user", "content": f"<evidence>\n{FIRST}\n{SECOND}\n</evidence>\n\nThe task.\n"},
            {"role": "assistant", "content": '{"a": "1"}'},
            {"role": "user", "content": "Again."},
        ],
    }


@WIRES
def test_no_effort_is_named_where_nobody_asks_for_one_and_no_packed_answer_is_asked_for(ask, adapter):
    (request,) = ask(adapter, stream(GOOD[adapter]("x"))).requests
    assert "effort" not in request.content.decode()
    assert request.headers["accept-encoding"] == "identity"


@WIRES
def test_the_pieces_are_one_reply_with_its_tokens_and_the_model_that_answered(ask, adapter):
    got = ask(adapter, stream(GOOD[adapter]("{\"a\": ", "\"gr\u00fcn\"", "}")))
    assert got.error is None
    assert got.reply.text == '{"a": "gr\u00fcn"}'
    written = 0 if adapter is local else 50
    assert got.reply.usage == Usage(input=370, output=7, cache_read=300, cache_write=written)
    assert got.reply.model in ("claude-opus-5-5-20261001", "gpt-6.1-terra-2026", "tiny")
    assert [(attempt.status, attempt.outcome) for attempt in got.watch.attempts] == [(200, "ok")]
    assert got.watch.attempts[0].id == "req_1"


def test_a_local_server_that_counts_no_tokens_gives_a_reply_without_usage(ask):
    assert ask(local, stream(said.chat("x", usage=False))).reply.usage is None


def _half(content):
    """Give the first half of *content*, then a connection that is gone."""

    class Torn(httpx2.SyncByteStream):
        def __iter__(self):
            yield content[: len(content) // 2]
            raise httpx2.ReadError("reset")

    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Torn())


def _endless(clock, step=0.0):
    class Endless(httpx2.SyncByteStream):
        def __iter__(self):
            while True:
                clock.now += step
                yield b": still here\n\n"

    return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Endless())


CUT = {
    anthropic: said.messages("{", stop="max_tokens"),
    openai: said.responses("{", status="incomplete"),
    local: said.chat("{", finish="length"),
}
REFUSED = {
    anthropic: said.messages("No.", stop="refusal"),
    openai: said.responses("No.", status="incomplete", incomplete_details={"reason": "content_filter"}),
    local: said.chat("No.", finish="content_filter"),
}


@WIRES
@pytest.mark.parametrize(("answers", "error"), [(CUT, ReplyCut), (REFUSED, ReplyDeclined)], ids=["cut", "refused"])
def test_an_answer_that_is_not_whole_is_its_own_error_and_is_not_asked_for_again(ask, adapter, answers, error):
    got = ask(adapter, stream(answers[adapter]))
    assert type(got.error) is error
    assert got.error.exit is Exit.NOT_NOW
    assert len(got.requests) == 1
    assert got.watch.usage.output == 7


UNKNOWN = {anthropic: said.messages("x", stop="pause_turn"), local: said.chat("x", finish="paused")}


@pytest.mark.parametrize("adapter", UNKNOWN, ids=["anthropic", "local"])
def test_an_end_that_nobody_knows_is_not_taken_for_a_whole_answer(ask, adapter):
    got = ask(adapter, stream(UNKNOWN[adapter]))
    assert type(got.error) is NotTheApi
    assert "of which nobody knows whether it is whole" in got.error.message


def test_the_cut_answer_says_after_how_many_tokens(ask):
    assert ask(anthropic, stream(CUT[anthropic])).error.message == "The answer was cut at 7 tokens."


@WIRES
def test_an_empty_answer_is_its_own_error(ask, adapter):
    assert type(ask(adapter, stream(GOOD[adapter](" \n"))).error) is ReplyEmpty


@WIRES
def test_a_stream_that_breaks_off_is_asked_for_again_as_a_whole(ask, adapter):
    got = ask(adapter, _half(GOOD[adapter]("first", "torn")), stream(GOOD[adapter]("second")))
    assert got.reply.text == "second"
    assert [attempt.outcome for attempt in got.watch.attempts] == ["stream-ended", "ok"]


@WIRES
def test_a_stream_that_ends_early_without_an_error_counts_as_broken_off_twice_over(ask, adapter):
    early = GOOD[adapter]("a", "b")[: -len(b"data: [DONE]\n\n") if adapter is local else None].rpartition(b"event: ")[0] or said.chat("a", usage=False)[:-260]
    got = ask(adapter, *(stream(early) for _ in range(3)))
    assert type(got.error) is StreamEnded
    assert len(got.requests) == 3
    assert got.clock.slept == [0.5, 1.0]


@WIRES
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_a_provider_without_capacity_is_asked_twice_more(ask, adapter, status):
    got = ask(adapter, *(refuse(status, {"error": {"type": "x", "message": "Too much.\x1b[2J"}}) for _ in range(3)))
    assert type(got.error) is ProviderBusy
    assert got.error.message == f"it at host has no capacity now: HTTP {status}, Too much.\ufffd[2J."
    assert [(attempt.id, attempt.status) for attempt in got.watch.attempts] == [("req_9", status)] * 3


WAITS = {
    "seconds": ({"retry-after": "7"}, 7.0),
    "milliseconds": ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
    "a date": ({"retry-after": "Sat, 21 Nov 2026 10:00:20 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"}, 20.0),
    "a date that is past": ({"retry-after": "Sat, 21 Nov 2026 10:00:00 GMT", "date": "Sat, 21 Nov 2026 10:00:20 GMT"}, 0.0),
    "rubbish": ({"retry-after": "soon"}, 0.5),
    "below nothing": ({"retry-after": "-5"}, 0.5),
}


@pytest.mark.parametrize(("headers", "wait"), WAITS.values(), ids=WAITS)
def test_it_waits_as_long_as_the_provider_asks(ask, headers, wait):
    got = ask(anthropic, refuse(429, {"error": {"message": "x"}}, **headers), stream(said.messages("x")))
    assert got.reply.text == "x"
    assert got.clock.slept == [wait]


@WIRES
@pytest.mark.parametrize("wait", ["61", "3600", "999999999999"])
def test_a_wait_that_is_too_long_is_told_and_not_waited(ask, adapter, wait):
    got = ask(adapter, refuse(429, {"error": {"message": "x"}}, **{"retry-after": wait}))
    assert type(got.error) is ProviderBusy
    assert f"{int(wait):,} seconds" in got.error.hint
    assert got.clock.slept == []


def test_a_wait_beyond_the_deadline_is_not_waited(ask):
    got = ask(anthropic, refuse(429, {"error": {"message": "x"}}, **{"retry-after": "30"}), seconds=20.0)
    assert type(got.error) is ProviderBusy
    assert got.clock.slept == []


@pytest.mark.parametrize("wait", ["9" * 20, "9" * 400, "Wed, 21 Oct 2099 07:28:00 GMT"], ids=lambda wait: wait[:21])
def test_a_wait_that_is_long_in_another_way_is_not_waited_either(ask, wait):
    got = ask(anthropic, refuse(429, {"error": {"message": "x"}}, **{"retry-after": wait}))
    assert (got.clock.slept, got.error.hint[:15]) == ([], "It asks to wait")


def test_who_asks_for_no_wait_is_not_said_to_ask_for_one(ask):
    got = ask(anthropic, refuse(429, {"error": {"message": "x"}}), seconds=0.4)
    assert (got.clock.slept, got.error.hint) == ([], "The same command may work later.")


def test_what_the_provider_says_is_not_worth_repeating_is_not_repeated(ask):
    got = ask(openai, refuse(429, {"error": {"message": "x"}}, **{"x-should-retry": "false"}))
    assert type(got.error) is ProviderRefused


@WIRES
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_refusal_is_told_in_the_providers_words_and_not_repeated(ask, adapter, status):
    got = ask(adapter, refuse(status, {"type": "error", "error": {"type": "invalid_request_error", "message": "No such\nmodel."}}))
    assert type(got.error) is ProviderRefused
    assert got.error.message == f"it at host refused the request: HTTP {status}, No such model."
    assert len(got.requests) == 1


@WIRES
def test_a_page_of_html_is_not_shown(ask, adapter):
    page = httpx2.Response(403, headers={"content-type": "text/html"}, content=b"<html><script>alert(1)</script>")
    got = ask(adapter, page)
    assert type(got.error) is NotTheApi
    assert got.error.message == "it at host did not answer as a model's API does: HTTP 403, with a page of HTML."


OTHERS = {
    "a login page": ("text/html", b"<html>Sign in</html>"),
    "json": ("application/json", b'{"oops":1}'),
    "nothing": ("", b""),
}


@WIRES
@pytest.mark.parametrize(("kind", "content"), OTHERS.values(), ids=OTHERS)
def test_an_answer_that_is_no_stream_of_events_is_not_the_apis(ask, adapter, kind, content):
    got = ask(adapter, httpx2.Response(200, headers={"content-type": kind} if kind else {}, content=content))
    assert type(got.error) is NotTheApi
    assert len(got.requests) == 1


GARBAGE = {
    "no JSON": b"event: message_start\ndata: {oops\n\n",
    "no UTF-8": b"data: \xff\xfe\n\n",
    "another vendor's": b'event: message_start\ndata: {"type": "message_start"}\n\n',
    "a bare number": b"data: 7\n\n",
}
# What an SDK passes over, or knows by a name that is none of its own, takes nothing from the answer behind it.
PASSED_OVER = {(openai, "another vendor's"), (anthropic, "a bare number")}


@WIRES
@pytest.mark.parametrize("garbage", GARBAGE)
def test_an_event_that_cannot_be_read_is_not_the_apis_and_one_that_is_passed_over_costs_nothing(ask, adapter, garbage):
    got = ask(adapter, stream(GARBAGE[garbage] + GOOD[adapter]("x")))
    if (adapter, garbage) in PASSED_OVER:
        assert got.reply.text == "x"
    else:
        assert type(got.error) is NotTheApi
        assert got.error.message.endswith("an event of its answer cannot be read.")


@WIRES
def test_a_redirect_is_not_followed(ask, adapter):
    got = ask(adapter, httpx2.Response(307, headers={"location": "https://evil.example/v1/messages"}))
    assert type(got.error) is NotTheApi
    assert "evil.example, and nothing was sent there" in got.error.message
    assert len(got.requests) == 1


@WIRES
def test_a_packed_answer_is_refused_before_it_is_unpacked(ask, adapter):
    got = ask(adapter, httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=httpx2.ByteStream(b"x")))
    assert type(got.error) is NotTheApi
    assert "gzip" in got.error.message


@WIRES
def test_signs_of_life_for_ever_end_with_the_deadline(ask, adapter):
    got = ask(adapter, lambda clock: _endless(clock, step=1.0), seconds=50.0)
    assert type(got.error) is DeadlineOver
    assert got.error.message == "it at host had not answered in full after 50 seconds."


@WIRES
def test_an_answer_without_an_end_is_cut_off(ask, adapter, monkeypatch):
    monkeypatch.setattr(wire, "MOST_BYTES", 10_000)
    assert type(ask(adapter, _endless).error) is ReplyTooLong


@WIRES
def test_no_connection_says_to_whom_and_why(ask, adapter):
    got = ask(adapter, *(httpx2.ConnectError("Name or service not known") for _ in range(3)))
    assert type(got.error) is NotReachable
    assert got.error.message == "No connection: it at host, Name or service not known."


@WIRES
def test_an_answer_that_does_not_begin_in_time_is_over_the_deadline(ask, adapter):
    assert type(ask(adapter, httpx2.ReadTimeout("slow")).error) is DeadlineOver


def test_an_overloaded_provider_may_say_so_after_the_answer_has_begun(ask):
    late = said.sse(said.MESSAGES["start"], {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    got = ask(anthropic, stream(late), stream(said.messages("x")))
    assert got.reply.text == "x"
    assert [attempt.outcome for attempt in got.watch.attempts] == ["provider-busy", "ok"]


@pytest.mark.parametrize(("code", "error"), [("server_error", ProviderBusy), ("invalid_prompt", ProviderRefused)])
def test_openais_failed_response_is_busy_or_refused_by_its_code(ask, code, error):
    failed = said.responses("x", status="failed", error={"code": code, "message": "Sorry."})
    assert type(ask(openai, *(stream(failed) for _ in range(3))).error) is error


def test_the_key_is_in_no_repr():
    assert KEY not in repr(terms(anthropic))
