"""The SDKs' traps, each in two halves: what an SDK does when it is used as its documentation begins, and what we do there.

The first half notices when a new release of an SDK has mended its trap; what we built against it may go then.
"""

from __future__ import annotations

import gzip
import json
import os
import time
from types import SimpleNamespace

import anthropic
import httpx2
import loopback
import openai
import pydantic
import pytest
import said
from loopback import Answer, error, ok
from small import NOW, moment, write

from fde.engagement.engagement import read
from fde.errors import FdeError
from fde.models.choose import Machine, choose
from fde.models.model import Message, Request, Usage
from fde.models.watch import Watch
from fde.settings import Level, Setting, config_folder

WORDS = "Nobody checks the article numbers."
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
REQUEST = Request(messages=(Message(role="system", text="The rules."), Message(role="user", text=WORDS)), schema=SCHEMA)
ASKED = {"model": "m-1", "messages": [{"role": "user", "content": WORDS}]}
VENDORS = pytest.mark.parametrize("provider", ["anthropic", "openai"])
WIRES = pytest.mark.parametrize("provider", list(loopback.SAYS))
BEFORE_THE_END = {"anthropic": b"event: message_delta", "openai": b"event: response.completed", "local": b'data: {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": [{"index": 0, "delta": {}'}
USAGE = Usage(input=370, output=7, cache_read=300, cache_write=50)


class Parsed(pydantic.BaseModel):
    """What the examples of both SDKs parse a reply into."""

    a: str = pydantic.Field(max_length=3)


# The naive half


def claude(server, **given):
    return anthropic.Anthropic(**{"api_key": "k", "base_url": f"http://{server.host}", **given})


def gpt(server, **given):
    return openai.OpenAI(**{"api_key": "k", "base_url": f"http://{server.host}/v1", **given})


def say(client):
    """Ask as the first page of each SDK's documentation does."""
    with client:
        if isinstance(client, openai.OpenAI):
            return client.responses.create(model="m-1", input=WORDS)
        return client.messages.create(**ASKED, max_tokens=64)


def naive(provider, server, **given):
    return say((claude if provider == "anthropic" else gpt)(server, **given))


def message(text, **more):
    """Return Anthropic's answer in one piece."""
    content = [{"type": "text", "text": text}]
    return _json({**said.MESSAGES["start"]["message"], "content": content, "stop_reason": "end_turn", **more})


def response(*content, **more):
    """Return the answer of OpenAI's Responses in one piece."""
    item = {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": list(content)}
    whole = {"id": "r", "object": "response", "created_at": 1, "model": "m-1", "status": "completed", "output": [item]}
    return _json({**whole, "parallel_tool_calls": False, "tool_choice": "none", "tools": [], "error": None, "incomplete_details": None, **more})


def completion(words, finish):
    """Return the answer of Chat Completions in one piece."""
    choice = {"index": 0, "message": {"role": "assistant", "content": words}, "finish_reason": finish}
    return _json({"id": "c", "object": "chat.completion", "created": 1, "model": "tiny", "choices": [choice]})


def _json(document):
    return Answer(headers={"Content-Type": "application/json"}, pieces=[json.dumps(document).encode()])


@pytest.fixture(name="slept")
def _slept(monkeypatch):
    """What the SDKs would have slept, in seconds; they do not."""
    slept = []
    for sdk in ("anthropic", "openai"):
        monkeypatch.setattr(f"{sdk}._base_client.time", SimpleNamespace(**{**vars(time), "sleep": slept.append}))
    return slept


# Our half


@pytest.fixture(name="ours")
def _ours(tmp_path, monkeypatch):
    """Ask as a run does, from the name of a model on; return what came of it."""
    for name, value in loopback.KEYS.items():
        monkeypatch.setenv(name, value)
    write(tmp_path, "acme/engagement.md", "---\nfde: 1\nname: acme\n---\n")

    def call(provider, server, *, request=REQUEST, clock=time.monotonic, extra=""):
        loopback.configure(server, extra)
        loopback.allow(tmp_path / "acme", server)
        named = Setting(name="model", value=loopback.model(provider, server), level=Level.FLAG)
        machine = Machine(config=config_folder(), environment=os.environ, now=moment(NOW))
        slept = []
        watch = Watch(seconds=100.0, clock=clock, sleep=slept.append)
        came = SimpleNamespace(watch=watch, slept=slept, reply=None, error=None)
        try:
            came.reply = choose(named, read(tmp_path / "acme"), machine).reply(request, watch)
        except FdeError as raised:
            came.error = raised
        return came

    return call


def outcomes(came):
    return [attempt.outcome for attempt in came.watch.attempts]


# Waiting and asking again


@pytest.mark.parametrize(("given", "waits"), [("3600", 3600.0), ("90", 90.0), ("inf", 4_294_967.0)])
def test_anthropics_client_sleeps_for_as_long_as_it_is_told_without_a_word(slept, ours, given, waits):
    with loopback.loopback(error(429, Retry_After=given)) as server:
        with pytest.raises(anthropic.RateLimitError):
            naive("anthropic", server)
        assert slept == [waits, waits]
        came = ours("anthropic", server)
    assert (came.error.code, max(came.slept, default=0.0)) == ("provider-busy", 1.0 if given == "inf" else 0.0)


@VENDORS
def test_both_clients_sleep_a_minute_twice_over_whatever_time_there_is(slept, ours, provider):
    with loopback.loopback(error(429, Retry_After="60")) as server:
        with pytest.raises((anthropic.RateLimitError, openai.RateLimitError)):
            naive(provider, server, timeout=5.0)
        assert slept == [60.0, 60.0]
        assert len(server.requests) == 3
        began = time.monotonic()
        came = ours(provider, server, clock=lambda: began + 60.0 * len(server.requests))
    assert came.error.code == "provider-busy"
    assert sum(came.slept) <= came.watch.seconds


@VENDORS
def test_of_three_requests_the_clients_tell_of_the_last(slept, ours, provider):
    with loopback.loopback(error(529, Retry_After="0")) as server:
        with pytest.raises((anthropic.APIStatusError, openai.APIStatusError)) as raised:
            naive(provider, server)
        assert raised.value.request_id is not None or provider == "openai"
        assert len(server.requests) == 3
        came = ours(provider, server)
    assert outcomes(came) == ["provider-busy"] * 3
    assert [attempt.id for attempt in came.watch.attempts] == ["req_bad"] * 3


@VENDORS
def test_a_header_makes_the_clients_repeat_what_can_never_succeed(slept, ours, provider):
    with loopback.loopback(error(400, x_should_retry="true")) as server:
        with pytest.raises((anthropic.BadRequestError, openai.BadRequestError)):
            naive(provider, server)
        assert len(server.requests) == 3
        came = ours(provider, server)
    assert (came.error.code, outcomes(came)) == ("provider-refused", ["provider-refused"])


@VENDORS
def test_the_clients_take_ten_minutes_for_each_of_three_requests(provider):
    client = {"anthropic": anthropic.Anthropic, "openai": openai.OpenAI}[provider](api_key="k")
    with client:
        assert (client.timeout, client.max_retries) == (httpx2.Timeout(600.0, connect=5.0), 2)


# Streams that are not whole


def torn(provider, end):
    whole = loopback.SAYS[provider]('{"a": "1', '2"}')
    return Answer(pieces=[whole[: whole.index(BEFORE_THE_END[provider])]], end=end)


def naive_stream(provider, server):
    """Return the words that a loop over the stream gives."""
    if provider == "anthropic":
        with claude(server, max_retries=3) as client, client.messages.stream(**ASKED, max_tokens=64) as stream:
            return "".join(stream.text_stream), stream.get_final_message().stop_reason
    with gpt(server, max_retries=3) as client:
        if provider == "local":
            chunks = client.chat.completions.create(**ASKED, stream=True)
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), None
        events = client.responses.create(model="m-1", input=WORDS, stream=True)
        return "".join(event.delta for event in events if event.type == "response.output_text.delta"), None


@WIRES
def test_a_connection_that_ends_early_is_no_error_to_the_clients(ours, provider):
    with loopback.loopback(torn(provider, "close")) as server:
        assert naive_stream(provider, server) == ('{"a": "12"}', None)
        assert len(server.requests) == 1
        came = ours(provider, server)
    assert (came.error.code, outcomes(came)) == ("stream-ended", ["stream-ended"] * 3)


@WIRES
def test_a_connection_that_is_torn_is_not_repeated_and_at_anthropics_not_even_an_error_of_the_sdk(ours, provider):
    with loopback.loopback(torn(provider, "reset")) as server:
        with pytest.raises((httpx2.ReadError, openai.APIConnectionError)) as raised:
            naive_stream(provider, server)
        assert isinstance(raised.value, anthropic.AnthropicError) is False
        assert len(server.requests) == 1
    with loopback.loopback(torn(provider, "reset"), ok(provider, '{"a": "1"}')) as server:
        came = ours(provider, server)
    assert came.reply.text == '{"a": "1"}'
    assert outcomes(came) == ["stream-ended", "ok"]


def test_the_helper_of_responses_ends_a_cut_stream_with_an_error_of_python(ours):
    with loopback.loopback(torn("openai", "close")) as server:
        with gpt(server) as client, pytest.raises(RuntimeError), client.responses.stream(model="m-1", input=WORDS) as stream:
            stream.get_final_response()
        assert ours("openai", server).error.code == "stream-ended"


OVERLOADED = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}


def test_anthropics_overload_in_a_stream_is_no_overload_to_the_client(ours):
    late = Answer(pieces=[said.sse(said.MESSAGES["start"], OVERLOADED)])
    with loopback.loopback(late) as server:
        with pytest.raises(anthropic.APIStatusError) as raised:
            naive_stream("anthropic", server)
        assert not isinstance(raised.value, anthropic.InternalServerError)
        assert raised.value.status_code == 200
        assert len(server.requests) == 1
        came = ours("anthropic", server)
    assert (came.error.code, outcomes(came)) == ("provider-busy", ["provider-busy"] * 3)


LATE = {
    "an event": said.sse({"type": "error", "sequence_number": 1, "code": "server_error", "message": "Sorry.", "param": None}),
    "a failed response": said.responses("{", status="failed", error={"code": "server_error", "message": "Sorry."}),
}


@pytest.mark.parametrize("late", LATE.values(), ids=LATE)
def test_openais_failure_in_a_stream_is_nothing_to_the_client(ours, late):
    with loopback.loopback(Answer(pieces=[late])) as server:
        assert naive_stream("openai", server)[0] in ("", "{")
        came = ours("openai", server)
    assert (came.error.code, outcomes(came)) == ("provider-busy", ["provider-busy"] * 3)


CUT = {"anthropic": {"stop": "max_tokens"}, "openai": {"status": "incomplete"}, "local": {"finish": "length"}}
REFUSED = {
    "anthropic": {"stop": "refusal"},
    "openai": {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
    "local": {"finish": "content_filter"},
}


@WIRES
@pytest.mark.parametrize(("how", "code"), [(CUT, "reply-cut"), (REFUSED, "reply-declined")], ids=["cut", "refused"])
def test_a_cut_or_refused_stream_is_as_good_as_any_to_the_clients(ours, provider, how, code):
    with loopback.loopback(ok(provider, '{"a": ', **how[provider])) as server:
        assert naive_stream(provider, server)[0] == '{"a": '
        came = ours(provider, server)
    assert came.error.code == code
    assert came.watch.usage.output == 7


def test_signs_of_life_are_not_shown_to_whoever_waits_for_an_event(ours):
    came_in = []

    def signs():
        for _ in range(1_000):
            came_in.append(1)
            yield b"event: ping\ndata: {\"type\": \"ping\"}\n\n"

    with loopback.loopback(lambda _: Answer(pieces=signs())) as server:
        with claude(server) as client:
            events = client.messages.create(**ASKED, max_tokens=64, stream=True)
            assert list(events) == []
        assert len(came_in) == 1_000
        # A second passes with each sign.
        came = ours("anthropic", server, clock=lambda: float(len(came_in)))
    assert came.error.code == "deadline-over"


@pytest.mark.parametrize("junk", [b"event: message_start\ndata: {oops\n\n", b"event: message_start\ndata: \xff\n\n"], ids=["no json", "no text"])
def test_an_event_that_cannot_be_read_is_an_error_of_python(ours, junk):
    with loopback.loopback(Answer(pieces=[junk])) as server:
        with pytest.raises(ValueError) as raised:
            naive_stream("anthropic", server)
        assert not isinstance(raised.value, anthropic.AnthropicError)
        came = ours("anthropic", server)
    assert came.error.code == "not-the-api"


# Answers that are something else


@VENDORS
@pytest.mark.parametrize("kind", ["application/json", "text/html"])
def test_any_answer_with_status_200_is_an_answer_to_the_clients(ours, provider, kind):
    content = b'{"oops":1}' if kind == "application/json" else b"<html>Sign in</html>"
    with loopback.loopback(Answer(headers={"Content-Type": kind}, pieces=[content])) as server:
        got = naive(provider, server)
        assert isinstance(got, str) if kind == "text/html" else getattr(got, "content", None) is None
        came = ours(provider, server)
    assert came.error.code == "not-the-api"


def test_the_clients_unpack_what_is_packed_however_large_it_is(ours):
    bomb = gzip.compress(said.messages("x" * 5_000_000))
    assert len(bomb) < 10_000
    with loopback.loopback(Answer(headers={**loopback.EVENTS, "Content-Encoding": "gzip"}, pieces=[bomb])) as server:
        assert len(naive_stream("anthropic", server)[0]) == 5_000_000
        assert "gzip" in server.requests[0].headers["accept-encoding"]
        came = ours("anthropic", server)
        assert server.requests[1].headers["accept-encoding"] == "identity"
    assert came.error.code == "not-the-api"


@VENDORS
def test_the_clients_carry_the_words_wherever_they_are_redirected(ours, provider):
    with loopback.loopback(message("x") if provider == "anthropic" else response()) as elsewhere:
        away = Answer(status=307, headers={"Location": f"http://{elsewhere.host}/v1/elsewhere"})
        with loopback.loopback(away) as server:
            naive(provider, server)
            assert [WORDS.encode() in request.body for request in elsewhere.requests] == [True]
            came = ours(provider, server)
        assert len(elsewhere.requests) == 1
    assert came.error.code == "not-the-api"


@WIRES
def test_another_model_that_answers_is_named_in_the_reply(ours, provider):
    with loopback.loopback(ok(provider, "{}")) as server:
        assert ours(provider, server).reply.model == {"anthropic": "claude-opus-5-5-20261001", "openai": "gpt-6.1-terra-2026", "local": "tiny"}[provider]


# `.parse()`


def parse(provider, server):
    if provider == "local":
        with gpt(server) as client:
            return client.chat.completions.parse(**ASKED, response_format=Parsed).choices[0].message.parsed
    if provider == "anthropic":
        with claude(server) as client:
            return client.messages.parse(**ASKED, max_tokens=64, output_format=Parsed).parsed_output
    with gpt(server) as client:
        return client.responses.parse(model="m-1", input=WORDS, text_format=Parsed).output_parsed


def text(words):
    return {"type": "output_text", "text": words, "annotations": []}


UNPARSED = {
    "anthropic, cut": ("anthropic", message('{"a": "', stop_reason="max_tokens"), CUT, "reply-cut"),
    "anthropic, refused": ("anthropic", message("I would rather not.", stop_reason="refusal"), REFUSED, "reply-declined"),
    "openai, cut": ("openai", response(text('{"a": "'), status="incomplete"), CUT, "reply-cut"),
    "openai, refused": ("openai", response(text("I would"), status="incomplete"), REFUSED, "reply-declined"),
}


@pytest.mark.parametrize(("provider", "answer", "how", "code"), UNPARSED.values(), ids=UNPARSED)
def test_parse_takes_an_answer_that_is_not_whole_for_bad_json_and_forgets_what_it_took(ours, provider, answer, how, code):
    with loopback.loopback(answer) as server:
        with pytest.raises(pydantic.ValidationError) as raised:
            parse(provider, server)
        assert not hasattr(raised.value, "request_id")
    with loopback.loopback(ok(provider, '{"a": "', **how[provider])) as server:
        came = ours(provider, server)
    assert came.error.code == code
    assert (came.watch.usage, came.watch.attempts[0].id) == (USAGE, "req_ok")


@pytest.mark.parametrize(
    ("finish", "raises", "code"),
    [("length", openai.LengthFinishReasonError, "reply-cut"), ("content_filter", openai.ContentFilterFinishReasonError, "reply-declined")],
)
def test_parse_of_a_chat_has_two_more_errors_that_are_none_of_the_apis(ours, finish, raises, code):
    with loopback.loopback(completion('{"a": "', finish)) as server, pytest.raises(raises) as raised:
        parse("local", server)
    assert not isinstance(raised.value, openai.APIError)
    with loopback.loopback(ok("local", '{"a": "', finish=finish)) as server:
        assert ours("local", server).error.code == code


def test_parse_takes_limits_off_the_wire_and_then_stumbles_over_them(ours):
    long = '{"a": "longer than three"}'
    with loopback.loopback(message(long)) as server:
        with pytest.raises(pydantic.ValidationError):
            parse("anthropic", server)
        assert b'"maxLength"' not in server.requests[0].body
    with loopback.loopback(ok("anthropic", long)) as server:
        assert ours("anthropic", server).reply.text == long


def test_a_schema_with_two_types_stops_anthropics_client_with_an_assertion():
    with pytest.raises(AssertionError):
        anthropic.transform_schema({"type": ["string", "null"]})


def test_a_schema_with_a_map_becomes_an_empty_object_in_silence():
    made = anthropic.transform_schema({"type": "object", "additionalProperties": {"type": "string"}})
    assert (made["additionalProperties"], made.get("properties", {})) == (False, {})


# What is sent


def test_an_answer_of_more_than_21333_tokens_is_refused_before_anything_is_sent_unless_it_is_streamed(ours):
    extra = '[models."anthropic/m-1"]\nmax_output = 64000\n'
    with loopback.loopback(ok("anthropic", "{}")) as server:
        with claude(server) as client, pytest.raises(ValueError, match="[Ss]treaming"):
            client.messages.create(**ASKED, max_tokens=64_000)
        assert server.requests == []
        assert ours("anthropic", server, extra=extra).reply.text == "{}"
        assert json.loads(server.requests[0].body)["max_tokens"] == 64_000


def test_openai_keeps_what_it_is_sent_unless_it_is_told_not_to(ours):
    with loopback.loopback(response()) as server:
        naive("openai", server)
        assert "store" not in json.loads(server.requests[0].body)
    with loopback.loopback(ok("openai", "{}")) as server:
        ours("openai", server)
        assert json.loads(server.requests[0].body)["store"] is False


def test_a_sampling_parameter_is_an_error_of_python_and_a_forced_tool_goes_out_to_be_refused():
    tool = {"tools": [{"name": "t", "input_schema": SCHEMA}], "tool_choice": {"type": "tool", "name": "t"}}
    with loopback.loopback(error(400, "Thinking may not be enabled when tool_choice forces tool use.")) as server, claude(server) as client:
        with pytest.raises(TypeError, match="temperature"):
            client.messages.create(**ASKED, max_tokens=64, temperature=0)
        assert server.requests == []
        with pytest.raises(anthropic.BadRequestError):
            client.messages.create(**ASKED, max_tokens=64, **tool)


@WIRES
def test_of_these_we_send_none(ours, provider):
    with loopback.loopback(ok(provider, "{}")) as server:
        ours(provider, server)
        body = json.loads(server.requests[0].body)
    assert not set(body) & {"tools", "tool_choice", "temperature", "top_p", "top_k", "metadata", "user", "seed"}


# Keys and the environment


def test_without_a_key_the_clients_fail_late_or_with_an_error_of_python(ours, monkeypatch):
    with loopback.loopback(ok("anthropic", "{}")) as server:
        for name in loopback.KEYS:
            monkeypatch.delenv(name)
        with claude(server, api_key=None) as client, pytest.raises(TypeError, match="authentication"):
            client.messages.create(**ASKED, max_tokens=64)
        with pytest.raises(openai.OpenAIError):
            openai.OpenAI(base_url=f"http://{server.host}/v1")
        assert [ours(provider, server).error.code for provider in ("anthropic", "openai")] == ["no-key"] * 2
        assert server.requests == []


@VENDORS
def test_a_key_with_a_line_break_is_a_connection_error_to_the_clients_after_three_tries(slept, ours, provider, monkeypatch):
    with loopback.loopback(ok(provider, "{}")) as server:
        with pytest.raises((anthropic.APIConnectionError, openai.APIConnectionError), match="Connection error"):
            naive(provider, server, api_key="sk-x\n")
        assert len(slept) == 2
        monkeypatch.setenv({"anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}[provider], "sk-x\n")
        assert ours(provider, server).error.code == "bad-key"
        assert server.requests == []


ADDRESSES = {"anthropic": ("ANTHROPIC_BASE_URL", ""), "openai": ("OPENAI_BASE_URL", "/v1")}


@VENDORS
def test_a_variable_sends_the_clients_words_elsewhere(ours, provider, monkeypatch):
    name, path = ADDRESSES[provider]
    with loopback.loopback(message("x") if provider == "anthropic" else response()) as elsewhere, loopback.loopback(ok(provider, "{}")) as server:
        monkeypatch.setenv(name, f"http://{elsewhere.host}{path}")
        naive(provider, server, base_url=None)
        assert WORDS.encode() in elsewhere.requests[0].body
        assert ours(provider, server).reply.text == "{}"
        assert (len(elsewhere.requests), len(server.requests)) == (1, 1)


HEADERS = {
    "anthropic": {"ANTHROPIC_CUSTOM_HEADERS": "X-Spy: CANARY"},
    "openai": {"OPENAI_CUSTOM_HEADERS": "X-Spy: CANARY", "OPENAI_ORG_ID": "CANARY", "OPENAI_PROJECT_ID": "CANARY"},
}


@VENDORS
def test_variables_add_headers_to_what_the_clients_send(ours, provider, monkeypatch):
    for name, value in HEADERS[provider].items():
        monkeypatch.setenv(name, value)
    with loopback.loopback(message("x") if provider == "anthropic" else response()) as server:
        naive(provider, server)
        assert server.sent.count(b"CANARY") == len(HEADERS[provider])
    with loopback.loopback(ok(provider, "{}")) as server:
        assert ours(provider, server).error is None
        assert b"CANARY" not in server.sent


def test_a_profile_in_the_home_sends_anthropics_words_elsewhere_with_a_key_of_its_own(ours, monkeypatch):
    home = os.path.expanduser("~/.config/anthropic")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with loopback.loopback(message("x")) as elsewhere, loopback.loopback(ok("anthropic", "{}")) as server:
        profile = {"base_url": f"http://{elsewhere.host}", "authentication": {"type": "user_oauth"}}
        _write(home, "configs/default.json", profile)
        _write(home, "credentials/default.json", {"access_token": "CANARY-token"})
        say(anthropic.Anthropic())
        assert WORDS.encode() in elsewhere.requests[0].body
        assert "CANARY-token" in elsewhere.requests[0].headers["authorization"]
        assert ours("anthropic", server).error.code == "no-key"
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-x")
        assert ours("anthropic", server).reply.text == "{}"
        assert len(elsewhere.requests) == 1
        assert b"CANARY" not in server.sent


def _write(home, name, document):
    path = os.path.join(home, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(document, file)


def test_a_proxy_of_the_environment_reads_what_goes_to_this_very_machine(ours, monkeypatch):
    with loopback.loopback(message("x")) as proxy, loopback.loopback(ok("local", "{}")) as server:
        monkeypatch.setenv("HTTP_PROXY", f"http://{proxy.host}")
        monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
        naive("anthropic", server)
        assert WORDS.encode() in proxy.requests[0].body
        assert ours("local", server).reply.text == "{}"
        assert (len(proxy.requests), len(server.requests)) == (1, 1)


