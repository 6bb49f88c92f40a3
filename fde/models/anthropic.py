"""Anthropic's Messages API, through its SDK: evidence as document blocks, the reply's schema on the wire, always streamed.

https://platform.claude.com/docs/en/api/messages. No tool, no sampling parameter, no citations (they exclude a schema).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast

from ..errors import NotTheApi, ReplyCut, ReplyDeclined, ReplyEmpty, StreamEnded
from ..text import printable
from . import border
from .model import Message, Reply, Request, Usage
from .terms import Terms
from .watch import Watch

if TYPE_CHECKING:
    from anthropic.types import (
        DocumentBlockParam,
        MessageParam,
        OutputConfigParam,
        RawMessageStreamEvent,
        TextBlockParam,
    )
    from anthropic.types.message_create_params import MessageCreateParamsStreaming
    from httpx2 import BaseTransport

    from .wire import Seen

PATH = "/v1/messages"
CUT = ("max_tokens", "model_context_window_exceeded")
WHOLE = ("end_turn", "stop_sequence", "tool_use")  # the last although none is offered: its words are whole
COUNTS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
DECLINED = ("refusal", "content_filter")  # the second by servers that put other models behind this API


def body(request: Request, terms: Terms) -> MessageCreateParamsStreaming:
    """Return the request's body."""
    config: OutputConfigParam = {"format": {"type": "json_schema", "schema": dict(request.schema)}}
    if terms.effort:
        config["effort"] = cast("Any", terms.effort)
    return {
        "model": terms.model,
        "max_tokens": terms.max_output,
        "system": [_text(message.text) for message in request.messages if message.role == "system"],
        "messages": _turns(request.messages),
        "output_config": config,
        "stream": True,
    }


def _turns(messages: Iterable[Message]) -> list[MessageParam]:
    spoken = [message for message in messages if message.role != "system"]
    return [_turn(role, [block for one in turn for block in _blocks(one)]) for role, turn in groupby(spoken, attrgetter("role"))]


def _turn(role: str, blocks: list[TextBlockParam | DocumentBlockParam]) -> MessageParam:
    return {"role": "assistant", "content": blocks} if role == "assistant" else {"role": "user", "content": blocks}


def _blocks(message: Message) -> Iterator[TextBlockParam | DocumentBlockParam]:
    """Yield a turn's words; those of sources as one document each, between the tags that the rules name."""
    if not message.documents:
        yield _text(message.text)
        return
    first, last = message.documents[0].text, message.documents[-1].text
    yield _text(message.text[: message.text.index(first)])
    for document in message.documents:
        yield {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": document.text},
            "title": document.source,
            "context": json.dumps({"source": document.source, "trust": "untrusted"}, ensure_ascii=False),
        }
    # Rules, method and evidence are the same again in the repair round and in the next run.
    yield {**_text(message.text[message.text.rindex(last) + len(last) :]), "cache_control": {"type": "ephemeral"}}


def _text(text: str) -> TextBlockParam:
    # A block without a word is refused there.
    return {"type": "text", "text": text.strip("\n") or "-"}


def errors() -> tuple[type[Exception], ...]:
    """Return what the SDK raises."""
    import anthropic

    return (anthropic.AnthropicError,)


def ask(request: Request, terms: Terms, watch: Watch, seen: Seen, transport: BaseTransport | None = None) -> Reply:
    """Send *request* once and return the whole reply. Raises what the SDK raises, and our own errors for an answer that is not whole."""
    import anthropic

    from .wire import client, require_events

    with (
        client(terms, watch, seen, transport) as http,
        anthropic.Anthropic(
            api_key=terms.key,
            base_url=terms.base_url,
            max_retries=0,
            http_client=http,
            open_telemetry=False,
        ).messages.create(**body(request, terms)) as stream,
    ):
        require_events(stream.response, terms.who)
        return _read(stream, terms, watch)


def _read(events: Iterable[RawMessageStreamEvent], terms: Terms, watch: Watch) -> Reply:
    model, stop, ended = None, None, False
    said: dict[str, object] = {}
    for event in events:
        if event.type == "message_start":
            model = event.message.model
            said = _counts(event.message.usage)
            watch.takes(_usage(said), last=False)
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            watch.piece(event.delta.text)
        elif event.type == "message_delta":
            stop = event.delta.stop_reason or stop
            # It repeats only what has changed; but what went out is counted here alone.
            said = {**said, "output_tokens": None, **_counts(event.usage)}
            watch.takes(_usage(said), last=stop is not None)
        elif event.type == "message_stop":
            ended = True
    # A connection that closes early is no error to the SDK.
    if not ended or stop is None:
        raise StreamEnded(terms.who)
    _require_whole(stop, terms, watch)
    return Reply(text=watch.text, usage=watch.usage, model=border.name(model))


def _require_whole(stop: str, terms: Terms, watch: Watch) -> None:
    if stop in CUT:
        raise ReplyCut(watch.usage.output if watch.usage else terms.max_output)
    if stop in DECLINED:
        raise ReplyDeclined(terms.who, "")
    if stop not in WHOLE:
        raise NotTheApi(terms.who, f"its answer ends with {printable(str(stop))[:40]!r}, of which nobody knows whether it is whole")
    if not watch.text.strip():
        raise ReplyEmpty(terms.who)


def _counts(said: object) -> dict[str, object]:
    return {name: count for name in COUNTS if (count := getattr(said, name, None)) is not None}


def _usage(said: Mapping[str, object]) -> Usage | None:
    """Return the tokens so far; `input_tokens` leaves the cached ones out there."""
    fresh, output, read, written = (said.get(name) for name in COUNTS)
    found = border.usage(fresh, output, cache_read=read, cache_write=written)
    return replace(found, input=found.input + found.cache_read + found.cache_write) if found else None
