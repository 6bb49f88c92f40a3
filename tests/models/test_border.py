"""Values that no provider should send: each counts as not said, or as an answer that cannot be read, and none of them ends a run badly."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta

import httpx2
import loopback
import pytest
import said
from wires import WIRES, ask, from_memory

from fde.models.faults import fault
from fde.models.model import Usage
from fde.models.watch import Watch

TEXT = '{"a": 1}'
DEEP = "[" * 100_000
# 370.0, true and "7" an SDK makes a whole number of before we see them.
NO_COUNTS = [370.5, -550, 10**30, float("nan"), float("inf"), "many", [], {}, [1], {"a": 1}]
NO_NAMES = [5, True, [], {"a": 1}, float("nan"), "", "\ud800x", "m\x1b[2J", "m" * 201]
NO_WORDS = [5, ["a"], True, {"a": 1}, 1.5]
IN = {"anthropic": "input_tokens", "openai": "input_tokens", "local": "prompt_tokens"}
OUT = {"anthropic": "output_tokens", "openai": "output_tokens", "local": "completion_tokens"}


def changed(provider, change, text=TEXT):
    """Return the stream of a whole reply after *change* was made to each of its events."""
    events = [json.loads(line[6:]) for line in loopback.SAYS[provider](text).decode().splitlines() if line.startswith("data: {")]
    for event in events:
        change(event)
    packed = "".join(f"event: {event.get('type', 'x')}\ndata: {json.dumps(event)}\n\n" for event in events)
    return packed.encode() if provider != "local" else f"{packed}data: [DONE]\n\n".replace("event: x\n", "").encode()


def everywhere(names, value):
    """Return a change that gives each key of *names*, at any depth, *value*."""

    def change(found):
        for key, inner in list(found.items()) if isinstance(found, dict) else enumerate(found):
            if key in names:
                found[key] = copy.deepcopy(value)
            elif isinstance(inner, dict | list):
                change(inner)

    return change


@WIRES
@pytest.mark.parametrize("count", NO_COUNTS, ids=repr)
def test_what_is_no_count_of_tokens_makes_the_usage_unknown_and_costs_no_reply(provider, count):
    for names in (IN, OUT):
        came = from_memory(provider, changed(provider, everywhere([names[provider]], count)))
        assert (came.reply.text, came.reply.usage) == (TEXT, None)


@WIRES
@pytest.mark.parametrize("usage", ["", [], {}, [1], "7", 7, float("nan"), True], ids=repr)
def test_what_is_no_usage_at_all_is_unknown_and_costs_no_reply(provider, usage):
    came = from_memory(provider, changed(provider, everywhere(["usage"], usage)))
    assert (came.reply.text, came.reply.usage) == (TEXT, None)


@WIRES
def test_what_is_said_of_no_cache_is_taken_as_nothing_cached(provider):
    details = ["cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens_details", "prompt_tokens_details"]
    usage = from_memory(provider, changed(provider, everywhere(details, None))).reply.usage
    assert usage == Usage(input=20 if provider == "anthropic" else 370, output=7)


def test_anthropics_last_event_alone_says_how_much_came_out():
    def without(event):
        event.pop("usage", None)

    assert from_memory("anthropic", changed("anthropic", without)).reply.usage is None


@WIRES
@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
def test_what_is_no_name_of_a_model_is_unknown_and_costs_no_reply(provider, name):
    came = from_memory(provider, changed(provider, everywhere(["model"], name)))
    assert (came.reply.text, came.reply.model) == (TEXT, None)


@WIRES
@pytest.mark.parametrize("words", NO_WORDS, ids=repr)
def test_words_that_are_none_are_an_answer_that_cannot_be_read(provider, words):
    key = {"anthropic": ["text"], "openai": ["delta"], "local": ["content"]}[provider]
    content = changed(provider, everywhere(key, words))
    came = from_memory(provider, content.replace(f'"delta": {json.dumps(words)}'.encode(), b'"delta": 5') if provider == "anthropic" else content)
    assert (came.error.code, came.watch.text) == ("not-the-api", "")


@WIRES
def test_an_event_nested_too_deep_is_an_answer_that_cannot_be_read(provider):
    came = from_memory(provider, f"event: message_start\ndata: {DEEP}\n\n".encode())
    assert came.error.code == "not-the-api"


@WIRES
def test_an_id_of_a_request_that_cannot_be_written_down_is_none(provider):
    headers = {**loopback.EVENTS, "request-id": "r" * 300}
    came = ask(provider, "https://example.test", httpx2.MockTransport(lambda _: httpx2.Response(200, headers=headers, content=said.chat("x"))))
    assert came.watch.attempts[0].id is None


# Errors


def refused(status, headers=(), body=None):
    """Return how an answer that is an error is understood, through an SDK."""
    answer = httpx2.Response(status, headers=dict(headers), content=json.dumps(body).encode())
    return ask("anthropic", "https://example.test", httpx2.MockTransport(lambda _: answer))


@pytest.mark.parametrize("location", ["https://[evil", "http://[::1]x/", "//[", "", "\\\\", "https://" + "a" * 5_000])
def test_wherever_a_redirect_leads_it_is_told_and_nothing_is_sent_there(location):
    came = refused(307, {"location": location})
    assert came.error.code == "not-the-api"
    assert len(came.error.message) < 500


@pytest.mark.parametrize("message", [5, None, [], {"a": []}, "", "\ud800", [["x"] * 9]], ids=ascii)
@pytest.mark.parametrize("kind", [None, 503, [], {}], ids=repr)
def test_whatever_an_error_says_of_itself_there_are_words_for_it(message, kind):
    told = refused(400, body={"error": {"message": message, "type": kind}}).error
    assert told.code == "provider-refused"
    assert told.message.encode().endswith(b".")


@pytest.mark.parametrize("body", [None, 5, [], "x", {"error": 5}, {"error": []}, {}], ids=repr)
def test_an_error_in_another_form_is_one_of_ours(body):
    assert refused(400, body=body).error.code in ("provider-refused", "not-the-api")


class APIStatusError(Exception):
    """An SDK's error as it is seen here: by its name."""

    def __init__(self, **headers):
        self.status_code, self.body = 429, {"error": {"message": "x"}}
        self.response = httpx2.Response(429, headers={name.replace("_", "-"): value.encode("latin-1") for name, value in headers.items()})


def wait(**headers):
    return fault(APIStatusError(**headers), "it", Watch(seconds=60.0)).wait


YEAR = "Mon, 01 Jan 99999999999999 00:00:00 GMT"


@pytest.mark.parametrize("after", [YEAR, "Mon, 32 Jan 2026 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +9999", "-5", "soon", "NaN", "1e3", "\xb2", " "])
def test_a_wait_that_nobody_can_read_is_none(after):
    assert wait(retry_after=after, date=YEAR) is None


@pytest.mark.parametrize("digits", ["9" * 13, "9" * 400, "9" * 5_000, f"1{'0' * 400}.5"])
def test_a_wait_of_more_digits_than_anybody_waits_is_long(digits):
    assert wait(retry_after=digits) > 10**9


@pytest.mark.parametrize("zone", ["GMT", "-0000", "+0000"])
def test_a_date_to_wait_for_is_measured_by_our_clock_where_the_server_tells_no_time(zone):
    until = datetime.now(UTC) + timedelta(hours=1)
    for headers in ({}, {"date": YEAR}):
        assert 3_500 < wait(retry_after=f"{until:%a, %d %b %Y %H:%M:%S} {zone}", **headers) <= 3_600


