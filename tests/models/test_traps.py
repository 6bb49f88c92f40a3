"""The traps of the vendors' SDKs, each in two halves: what code that trusts the SDK gets, and what ours gets.

The first half is about the SDK alone. When a new one closes a trap, its half fails, and our own care may go.
"""

from __future__ import annotations

import anthropic
import httpx2
import loopback
import openai
import pydantic
import pytest
import said
from loopback import EVENTS, Answer, error, ok

from fde.errors import NotTheApi, ProviderBusy, ReplyCut, ReplyDeclined, StreamEnded
from fde.models import anthropic as ours_anthropic
from fde.models import openai as ours_openai
from fde.models.environment import without_sdk_variables
from fde.models.model import Message, Request
from fde.models.retry import whole
from fde.models.terms import Terms
from fde.models.watch import Watch

REQUEST = Request(messages=(Message(role="system", text="Rules."), Message(role="user", text="What now?")), schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False})  # fmt: skip
TURNS = [{"role": "user", "content": "What now?"}]
OURS = {"anthropic": ours_anthropic, "openai": ours_openai}
# Neither is an error of the SDK's own, and neither holds the text, the tokens or the id of the request.
NOT_THE_SDKS = (pydantic.ValidationError, RuntimeError)
BOTH = pytest.mark.parametrize("provider", OURS)


class Judgement(pydantic.BaseModel):
    """What a naive program asks an SDK to parse."""

    title: str


@pytest.fixture(name="serve")
def _serve():
    servers = []

    def call(*answers):
        servers.append(loopback.Loopback(*answers))
        return servers[-1]

    yield call
    for server in servers:
        server.stop()


@pytest.fixture(name="slept")
def _slept(monkeypatch):
    """What an SDK would have slept, in seconds."""
    seconds = []
    for sdk in (anthropic, openai):
        monkeypatch.setattr(f"{sdk.__name__}._base_client.time.sleep", seconds.append)
    return seconds


def naive(provider, server, **given):
    """Return the SDK's client as its own documentation makes it."""
    if provider == "anthropic":
        return anthropic.Anthropic(api_key="k", base_url=f"http://{server.host}", **given)
    return openai.OpenAI(api_key="k", base_url=f"http://{server.host}/v1", **given)


def naive_stream(provider, client):
    """Return the stream of one naive call."""
    if provider == "anthropic":
        return client.messages.create(model="m", max_tokens=64, messages=TURNS, stream=True)
    return client.responses.create(model="m", input="What now?", stream=True)


def ask(provider, server, seconds=30.0):
    """Return our own reply from *server*; raises our own error."""
    adapter, watch = OURS[provider], Watch(seconds=seconds, sleep=lambda _: None)
    base = f"http://{server.host}" + ("/v1" if provider == "openai" else "")
    terms = Terms(who="it", model="m", base_url=base, key="k", max_output=64)
    with without_sdk_variables():
        return whole(lambda seen: adapter.ask(REQUEST, terms, watch, seen), watch, "it", adapter.errors())


def test_anthropics_sdk_sleeps_for_an_hour_without_a_word_and_ours_tells(serve, slept):
    busy = error(429, "Too many.", Retry_After="3600")
    with pytest.raises(anthropic.RateLimitError):
        naive("anthropic", serve(busy)).messages.create(model="m", max_tokens=64, messages=TURNS)
    assert slept == [3600.0, 3600.0]
    server = serve(busy)
    with pytest.raises(ProviderBusy) as told:
        ask("anthropic", server)
    assert "3,600 seconds" in told.value.hint
    assert len(server.requests) == 1


@BOTH
def test_both_sdks_sleep_two_minutes_where_our_deadline_is_shorter(serve, slept, provider):
    busy = error(429, Retry_After="60")
    with pytest.raises((anthropic.RateLimitError, openai.RateLimitError)):
        list(naive_stream(provider, naive(provider, serve(busy))))
    assert slept == [60.0, 60.0]
    with pytest.raises(ProviderBusy):
        ask(provider, serve(busy), seconds=30)


@BOTH
def test_a_stream_that_breaks_off_is_not_repeated_by_the_sdk_and_is_by_ours(serve, provider):
    content = loopback.SAYS[provider]("one", "two")
    torn = Answer(pieces=[content[: len(content) // 2]], end="reset")
    server = serve(torn, ok(provider, "whole"))
    with pytest.raises((httpx2.ReadError, openai.APIConnectionError)):
        list(naive_stream(provider, naive(provider, server, max_retries=3)))
    assert len(server.requests) == 1
    assert ask(provider, serve(torn, ok(provider, "whole"))).text == "whole"


def test_anthropics_broken_stream_is_no_error_of_its_sdk(serve):
    content = said.messages("one", "two")
    with pytest.raises(httpx2.ReadError) as raised:
        list(naive_stream("anthropic", naive("anthropic", serve(Answer(pieces=[content[:-200]], end="reset")))))
    assert not isinstance(raised.value, anthropic.AnthropicError)


@BOTH
def test_a_stream_that_closes_early_is_no_error_to_the_sdk_and_is_one_to_us(serve, provider):
    content = loopback.SAYS[provider]("one", "two")
    early = Answer(pieces=[content[: content.rindex(b"event: ")]])
    assert list(naive_stream(provider, naive(provider, serve(early))))
    with pytest.raises(StreamEnded):
        ask(provider, serve(early))


def test_anthropics_helper_returns_a_message_without_a_stop_reason(serve):
    content = said.messages("one")
    early = Answer(pieces=[content[: content.index(b"event: message_delta")]])
    with naive("anthropic", serve(early)).messages.stream(model="m", max_tokens=64, messages=TURNS) as stream:
        assert stream.get_final_message().stop_reason is None
    with pytest.raises(StreamEnded):
        ask("anthropic", serve(early))


def test_an_overload_after_the_beginning_has_the_status_200(serve):
    late = Answer(pieces=[said.sse(said.MESSAGES["start"], {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})])
    with pytest.raises(anthropic.APIStatusError) as raised:
        list(naive_stream("anthropic", naive("anthropic", serve(late))))
    assert raised.value.status_code == 200
    server = serve(late)
    with pytest.raises(ProviderBusy):
        ask("anthropic", server)
    assert len(server.requests) == 3


def test_without_a_key_one_sdk_raises_a_type_error_and_only_when_it_is_asked(serve):
    server = serve(ok("anthropic", "x"))
    with without_sdk_variables():
        client = anthropic.Anthropic(base_url=f"http://{server.host}")
        with pytest.raises(TypeError):
            client.messages.create(model="m", max_tokens=64, messages=TURNS)
        with pytest.raises(openai.OpenAIError):
            openai.OpenAI()
    # Ours never comes that far: tests/faults/test_models.py, 47.


@BOTH
def test_parse_loses_a_cut_answer_in_somebody_elses_error(serve, provider):
    cut = {"anthropic": {"stop": "max_tokens"}, "openai": {"status": "incomplete"}}[provider]
    with pytest.raises(NOT_THE_SDKS):
        naive_parse(provider, serve(ok(provider, '{"title": "Or', **cut)))
    with pytest.raises(ReplyCut):
        ask(provider, serve(ok(provider, '{"title": "Or', **cut)))


@BOTH
def test_parse_takes_a_refusal_for_bad_json(serve, provider):
    refused = {"anthropic": {"stop": "refusal"}, "openai": {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}}[provider]
    with pytest.raises(NOT_THE_SDKS):
        naive_parse(provider, serve(ok(provider, "I would rather not.", **refused)))
    with pytest.raises(ReplyDeclined):
        ask(provider, serve(ok(provider, "I would rather not.", **refused)))


def naive_parse(provider, server):
    """Let the SDK parse a streamed reply, as its documentation shows."""
    client = naive(provider, server)
    if provider == "anthropic":
        with client.messages.stream(model="m", max_tokens=64, messages=TURNS, output_format=Judgement) as stream:
            return stream.get_final_message()
    with client.responses.stream(model="m", input="What now?", text_format=Judgement) as stream:
        for _ in stream:
            pass
        return stream.get_final_response()


def test_openais_helper_breaks_without_its_last_event(serve):
    content = said.responses("one")
    early = Answer(pieces=[content[: content.rindex(b"event: ")]])
    with naive("openai", serve(early)).responses.stream(model="m", input="x") as stream:
        for _ in stream:
            pass
        with pytest.raises(RuntimeError):
            stream.get_final_response()
    with pytest.raises(StreamEnded):
        ask("openai", serve(early))


def test_openais_incomplete_answer_may_come_without_details(serve):
    bare = ok("openai", "x", status="incomplete", incomplete_details=None)
    events = list(naive_stream("openai", naive("openai", serve(bare))))
    assert events[-1].response.incomplete_details is None
    with pytest.raises(ReplyCut):
        ask("openai", serve(bare))


@BOTH
def test_the_sdk_takes_the_evidence_along_to_wherever_it_is_redirected(serve, provider):
    elsewhere = serve(ok(provider, "x"))
    moved = Answer(status=307, headers={"Location": f"http://{elsewhere.host}/taken"})
    list(naive_stream(provider, naive(provider, serve(moved))))
    assert b"What now?" in elsewhere.sent
    safe = serve(ok(provider, "x"))
    with pytest.raises(NotTheApi):
        ask(provider, serve(Answer(status=307, headers={"Location": f"http://{safe.host}/taken"})))
    assert safe.requests == []


@BOTH
def test_a_page_of_a_proxy_is_an_empty_answer_to_the_sdk(serve, provider):
    page = Answer(headers={"Content-Type": "text/html"}, pieces=[b"<html>Sign in</html>"])
    assert list(naive_stream(provider, naive(provider, serve(page)))) == []
    with pytest.raises(NotTheApi):
        ask(provider, serve(page))


def test_a_variable_sends_the_evidence_elsewhere_and_adds_headers_to_it(serve, monkeypatch):
    taken, meant = serve(ok("anthropic", "x")), serve(ok("anthropic", "x"))
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://{taken.host}")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-More: CANARY")
    list(naive_stream("anthropic", anthropic.Anthropic(api_key="k")))
    assert taken.requests[0].headers["x-more"] == "CANARY"
    ask("anthropic", meant)
    assert "x-more" not in meant.requests[0].headers
    assert len(taken.requests) == 1


def test_openai_keeps_what_it_is_sent_unless_it_is_told_not_to(serve):
    naive_server, ours = serve(ok("openai", "x")), serve(ok("openai", "x"))
    list(naive_stream("openai", naive("openai", naive_server)))
    assert b"store" not in naive_server.requests[0].body
    ask("openai", ours)
    assert b'"store":false' in ours.requests[0].body.replace(b": ", b":")


def test_anthropics_sdk_refuses_a_long_answer_that_is_not_streamed(serve):
    server = serve(ok("anthropic", "x"))
    with pytest.raises(ValueError, match="[Ss]treaming"):
        naive("anthropic", server).messages.create(model="m", max_tokens=21_334, messages=TURNS)
    assert server.requests == []


def test_sampling_parameters_are_gone_and_a_forced_tool_would_be_refused_so_ours_sends_neither(serve):
    server = serve(ok("anthropic", "x"))
    with pytest.raises(TypeError):
        naive("anthropic", server).messages.create(model="m", max_tokens=64, messages=TURNS, temperature=0)
    for provider in OURS:
        one = serve(ok(provider, "x"))
        ask(provider, one)
        assert not [word for word in (b"temperature", b"top_p", b"top_k", b"tool", b"citations") if word in one.requests[0].body]


def test_a_map_in_a_schema_becomes_an_empty_object_in_silence():
    rule = {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": {"type": "string"}}}, "required": ["a"]}
    assert anthropic.transform_schema(rule)["properties"]["a"].get("additionalProperties") is not None
    assert anthropic.transform_schema(rule) != rule
    # Ours has none: tests/models/test_schemas.py.


def test_answers_may_be_packed_unless_somebody_asks_for_plain_ones(serve):
    plain = serve(Answer(headers=dict(EVENTS), pieces=[said.messages("x")]), ok("anthropic", "x"))
    list(naive_stream("anthropic", naive("anthropic", plain)))
    assert "gzip" in plain.requests[0].headers["accept-encoding"]
    ask("anthropic", plain)
    assert plain.requests[1].headers["accept-encoding"] == "identity"
