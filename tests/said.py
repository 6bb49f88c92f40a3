"""What the three providers say over the wire, in the smallest form: events of a stream, for tests of the adapters."""

from __future__ import annotations

import json

MESSAGES = {
    "start": {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-opus-5-5-20261001",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 20, "output_tokens": 1, "cache_read_input_tokens": 300, "cache_creation_input_tokens": 50},
        },
    },
    "open": {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    "close": {"type": "content_block_stop", "index": 0},
    "stop": {"type": "message_stop"},
}


def sse(*events, named=True):
    """Return *events* as a stream's bytes; a text goes as it is."""
    return "".join(_one(event, named=named) for event in events).encode()


def _one(event, *, named):
    if isinstance(event, str):
        return event
    head = f"event: {event['type']}\n" if named else ""
    return f"{head}data: {json.dumps(event, ensure_ascii=False)}\n\n"


def messages(*pieces, stop="end_turn", output=7):
    """Return Anthropic's stream of *pieces*."""
    return sse(
        MESSAGES["start"],
        MESSAGES["open"],
        *({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}} for piece in pieces),
        MESSAGES["close"],
        {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": output}},
        MESSAGES["stop"],
    )


def responses(*pieces, status="completed", **more):
    """Return OpenAI's stream of *pieces*."""
    return sse(
        {"type": "response.created", "sequence_number": 0, "response": _response("in_progress")},
        {"type": "response.output_item.added", "sequence_number": 0, "output_index": 0, "item": {"type": "message", "id": "i", "role": "assistant", "status": "in_progress", "content": []}},
        {"type": "response.content_part.added", "sequence_number": 0, "item_id": "i", "output_index": 0, "content_index": 0, "part": {"type": "output_text", "text": "", "annotations": []}},
        *(
            {"type": "response.output_text.delta", "sequence_number": n, "item_id": "i", "output_index": 0, "content_index": 0, "delta": piece, "logprobs": []}
            for n, piece in enumerate(pieces, 1)
        ),
        {"type": f"response.{status}", "sequence_number": 99, "response": _response(status, "".join(pieces), **more)},
    )


def _response(status, text="", **more):
    message = {"type": "message", "id": "i", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": text, "annotations": []}]}
    usage = {
        "input_tokens": 370,
        "input_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 50},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 377,
    }
    return {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-6.1-terra-2026", "status": status, "output": [] if status == "in_progress" else [message],
        "parallel_tool_calls": False, "tool_choice": "none", "tools": [], "error": None, "incomplete_details": None,
        "usage": None if status == "in_progress" else usage, **more,
    }  # fmt: skip


def chat(*pieces, finish="stop", usage=True):
    """Return the stream of *pieces* of a server that speaks Chat Completions."""
    deltas = [{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None} for piece in pieces]
    chunks = [_chunk([delta]) for delta in deltas]
    chunks.append(_chunk([{"index": 0, "delta": {}, "finish_reason": finish}]))
    if usage:
        chunks.append({**_chunk([]), "usage": {"prompt_tokens": 370, "completion_tokens": 7, "total_tokens": 377, "prompt_tokens_details": {"cached_tokens": 300}}})
    return sse(*chunks, "data: [DONE]\n\n", named=False)


def _chunk(choices):
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "tiny", "choices": choices}
