"""The three wires as they can come: torn at any byte, in crumbs, in HTTP's chunks, with events that nobody knew of."""

from __future__ import annotations

import itertools
import threading
import time

import loopback
import pytest
import said
from hypothesis import given
from hypothesis import strategies as st
from loopback import Answer, chunked, ok
from wires import ADAPTERS, REQUEST, WIRES, ask, from_memory, over_a_socket

from fde.errors import FdeError
from fde.models.retry import whole
from fde.models.terms import Terms
from fde.models.watch import Watch

TEXT = '{"a": "gr\u00fcn, \u65e5\u672c, \U0001f69a"}'
PIECES = [TEXT[:9], TEXT[9:14], TEXT[14:]]
# Up to here nobody can know that the reply is whole.
ENDS = {"anthropic": b"event: message_stop", "openai": b"event: response.completed", "local": b'"finish_reason": "stop"'}


@WIRES
def test_a_reply_in_crumbs_of_one_byte_is_the_same_reply(provider):
    content = loopback.SAYS[provider](*PIECES)
    came = over_a_socket(provider, Answer(pieces=[content[at : at + 1] for at in range(len(content))]))
    assert came.reply.text == TEXT
    assert came.reply.usage.output == 7


@WIRES
def test_a_reply_in_chunks_with_lines_ending_as_on_windows_is_the_same_reply(provider):
    content = loopback.SAYS[provider](*PIECES).replace(b"\n", b"\r\n")
    half = len(content) // 2
    assert over_a_socket(provider, chunked(content[:half], content[half:])).reply.text == TEXT


@WIRES
def test_a_body_that_ends_before_its_last_chunk_has_broken_off(provider):
    content = loopback.SAYS[provider](*PIECES)
    cut = content[: content.index(ENDS[provider])]
    came = over_a_socket(provider, chunked(cut, whole=False), ok(provider, TEXT))
    assert [attempt.outcome for attempt in came.watch.attempts] == ["stream-ended", "ok"]
    assert came.reply.text == TEXT


@WIRES
def test_a_body_that_is_shorter_than_it_said_has_broken_off(provider):
    content = loopback.SAYS[provider](*PIECES)
    cut = content[: content.index(ENDS[provider])]
    headers = {**loopback.EVENTS, "Content-Length": str(len(content))}
    came = over_a_socket(provider, Answer(headers=headers, pieces=[cut]), ok(provider, TEXT))
    assert [attempt.outcome for attempt in came.watch.attempts] == ["stream-ended", "ok"]


@WIRES
@given(data=st.data())
def test_wherever_a_stream_ends_before_it_is_whole_there_is_no_reply(provider, data):
    content = loopback.SAYS[provider](*PIECES)
    at = data.draw(st.integers(0, content.index(ENDS[provider])))
    came = from_memory(provider, content[:at])
    assert came.reply is None
    assert came.error.code in ("stream-ended", "not-the-api")


@WIRES
@given(data=st.data())
def test_whatever_byte_is_not_as_it_was_there_is_a_reply_or_an_error_of_ours(provider, data):
    content = bytearray(loopback.SAYS[provider](*PIECES))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    came = from_memory(provider, bytes(content))
    assert (came.reply is None) != (came.error is None)


@WIRES
@given(junk=st.binary(max_size=200))
def test_whatever_is_no_stream_at_all_is_an_error_of_ours(provider, junk):
    came = from_memory(provider, junk)
    assert came.error.code in ("stream-ended", "not-the-api")


# What the vendors add


NEW = {"type": "something_new", "index": 0, "sequence_number": 1, "anything": {"at": ["all"]}}
THOUGHT = {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}}
SUMMARY = {"type": "response.reasoning_summary_text.delta", "sequence_number": 1, "item_id": "i", "output_index": 0, "summary_index": 0, "delta": "Hm."}


@pytest.mark.parametrize(
    ("provider", "event", "before"),
    [
        ("anthropic", NEW, b"event: content_block_delta"),
        ("anthropic", THOUGHT, b"event: content_block_delta"),
        ("anthropic", {"type": "ping"}, b"event: content_block_delta"),
        ("openai", NEW, b"event: response.output_text.delta"),
        ("openai", SUMMARY, b"event: response.output_text.delta"),
    ],
)
def test_events_that_are_no_words_of_the_reply_are_passed_by(provider, event, before):
    content = loopback.SAYS[provider](*PIECES).replace(before, said.sse(event) + before, 1)
    assert from_memory(provider, content).reply.text == TEXT


def test_a_servers_field_of_reasoning_is_no_part_of_the_reply():
    content = said.chat(TEXT).replace(b'"role": "assistant"', b'"role": "assistant", "reasoning_content": "Hm."', 1)
    assert from_memory("local", content).reply.text == TEXT


TOOL = [
    {"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "t", "name": "bash", "input": {}}},
    {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": '{"run": "id"}'}},
    {"type": "content_block_stop", "index": 1},
]
CALL = {"type": "response.function_call_arguments.delta", "sequence_number": 1, "item_id": "i", "output_index": 1, "delta": '{"run": "id"}'}
CALLED = {
    "anthropic": said.messages(TEXT, stop="tool_use").replace(b"event: message_delta", said.sse(*TOOL) + b"event: message_delta"),
    "openai": said.responses(TEXT).replace(b"event: response.completed", said.sse(CALL) + b"event: response.completed"),
    "local": said.chat(TEXT, finish="tool_calls").replace(
        b'"delta": {}', b'"delta": {"tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "bash", "arguments": "{}"}}]}'
    ),
}


@WIRES
def test_a_tool_that_is_called_without_being_offered_is_passed_by(provider):
    assert b"bash" in CALLED[provider] or b"function_call" in CALLED[provider]
    assert from_memory(provider, CALLED[provider]).reply.text == TEXT


# Refused and cut, in each way that there is


REFUSAL = {"type": "response.refusal.delta", "sequence_number": 1, "item_id": "i", "output_index": 0, "content_index": 0, "delta": "I would rather not."}
NO_CHOICE = b'"delta": {"role": "assistant", "content": "x"}'
DECLINED = {
    "a part that refuses": ("openai", said.responses("x").replace(b"event: response.output_text.delta", said.sse(REFUSAL) + b"event: response.output_text.delta", 1)),
    "a delta that refuses": ("local", said.chat("x").replace(NO_CHOICE, b'"delta": {"role": "assistant", "refusal": "No."}')),
}
CUT = {
    "a window that is full": ("anthropic", said.messages("x", stop="model_context_window_exceeded")),
    "too many tokens": ("openai", said.responses("x", status="incomplete", incomplete_details={"reason": "max_output_tokens"})),
    "a reason that is null": ("openai", said.responses("x", status="incomplete", incomplete_details={"reason": None})),
}


@pytest.mark.parametrize(("provider", "content"), DECLINED.values(), ids=DECLINED)
def test_a_reply_that_refuses_in_its_own_way_is_declined(provider, content):
    assert from_memory(provider, content).error.code == "reply-declined"


ENDED = {
    "incomplete": ("incomplete", "reply-cut"),
    "failed": ("failed", "provider-refused"),
    "completed": ("completed", None),
}


@pytest.mark.parametrize("status", [b"null", None], ids=["null", "missing"])
@pytest.mark.parametrize(("end", "code"), ENDED.values(), ids=ENDED)
def test_how_openais_answer_ended_its_last_event_says_also_if_the_response_does_not(end, code, status):
    whole = said.responses(TEXT, status=end)
    given = f'"status": "{end}", "output"'.encode()
    assert whole.count(given) == 1
    came = from_memory("openai", whole.replace(given, b'"output"' if status is None else b'"status": null, "output"'))
    assert (came.error.code if came.error else None) == code


@pytest.mark.parametrize(
    ("status", "code"),
    [("cancelled", "not-the-api"), ("in_progress", "not-the-api"), (5, "not-the-api"), ("failed", "provider-refused"), ("incomplete", "reply-cut")],
)
def test_openais_answer_that_is_completed_and_something_else_is_not_taken_for_a_whole_one(status, code):
    whole = said.responses(TEXT).replace(b'"status": "completed", "output"', f'"status": {said.json.dumps(status)}, "output"'.encode())
    assert from_memory("openai", whole).error.code == code


@pytest.mark.parametrize(("provider", "content"), CUT.values(), ids=CUT)
def test_a_reply_that_is_cut_in_its_own_way_is_cut(provider, content):
    assert from_memory(provider, content).error.code == "reply-cut"


def test_a_refusal_that_was_cut_too_is_a_refusal():
    content = DECLINED["a part that refuses"][1].replace(b"completed", b"incomplete")
    assert from_memory("openai", content).error.code in ("reply-declined", "reply-cut")


@WIRES
def test_a_stream_of_events_that_holds_nothing_at_all_has_broken_off(provider):
    came = over_a_socket(provider, Answer(pieces=[]))
    assert (came.error.code, len(came.watch.attempts)) == ("stream-ended", 3)


@WIRES
def test_nobody_there_is_told_with_the_reason_after_three_tries(provider):
    with loopback.loopback(ok(provider, "x")) as server:
        gone = f"http://{server.host}"
    came = ask(provider, gone)
    assert (came.error.code, len(came.watch.attempts)) == ("not-reachable", 3)
    assert "refused" in came.error.message


@WIRES
def test_an_answer_after_all_the_time_is_gone_is_over_the_deadline(provider):
    clock = itertools.count(time.monotonic(), 100.0)
    adapter = ADAPTERS[provider]
    terms = Terms(who="it at host", model="m-1", base_url="https://example.test", key="k", max_output=64)
    watch = Watch(seconds=50.0, clock=clock.__next__, sleep=lambda _: None)
    with pytest.raises(FdeError) as raised:
        whole(lambda seen: adapter.ask(REQUEST, terms, watch, seen), watch, "it at host", adapter.errors())
    assert raised.value.code == "deadline-over"


def _now_and_then(first, piece):
    """Give *first*, then *piece* ten times a second."""
    yield first
    while True:
        yield piece
        threading.Event().wait(0.1)


def _late(first, piece):
    yield first
    threading.Event().wait(1.2)
    yield piece


EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
SLOW = {
    "a head in crumbs": lambda: Answer(headers={}, pieces=_now_and_then(b"HTTP/1.1 200 OK\r\nX-A: ", b"a")),
    "heads before the head": lambda: Answer(headers={}, pieces=_now_and_then(b"", EARLY)),
    "a late byte, then none": lambda: Answer(pieces=_late(b": ", b"x"), end="hang"),
    "a page of an error in crumbs": lambda: Answer(status=500, pieces=_now_and_then(b"<", b"a")),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_whatever_a_server_sends_now_and_then_the_time_is_over_when_it_is_over(answer):
    import openai  # noqa: F401 - its half second is none of the run's here

    came = over_a_socket("local", answer(), seconds=1.6)
    assert came.error.code == "deadline-over"
    (attempt,) = came.watch.attempts
    # With a time for each read alone it would be 2.8 at least; a busy machine may take one more than is right.
    assert attempt.seconds < 2.6


@WIRES
def test_an_answer_that_comes_in_time_leaves_no_clock_running(provider):
    assert over_a_socket(provider, ok(provider, TEXT), seconds=600.0).reply.text == TEXT
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and not thread.finished.is_set()]
