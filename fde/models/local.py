"""A server of one's own that speaks Chat Completions (Ollama, llama.cpp, vLLM), through OpenAI's SDK.

How it is held to the schema is declared for each endpoint, never guessed: `json_schema`, `json_object`, or only asked for in the prompt.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from ..errors import NotTheApi, ReplyCut, ReplyDeclined, ReplyEmpty, StreamEnded
from ..text import printable
from . import border
from .model import Message, Reply, Request, Usage
from .openai import errors
from .terms import Terms
from .watch import Watch

if TYPE_CHECKING:
    from httpx2 import BaseTransport
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming, ResponseFormat

    from .wire import Seen

__all__ = ["PATH", "ask", "body", "errors"]

WHOLE = ("stop", "tool_calls", "function_call")
PATH = "/chat/completions"


def body(request: Request, terms: Terms) -> CompletionCreateParamsStreaming:
    """Return the request's body."""
    made: CompletionCreateParamsStreaming = {
        "model": terms.model,
        "messages": [_turn(message) for message in _merged(request.messages)],
        "max_tokens": terms.max_output,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    held = _held(request, terms.structured)
    if held:
        made["response_format"] = held
    return made


def _merged(messages: Iterable[Message]) -> list[Message]:
    """Return *messages* with one system turn, and no two of one role in a row: many chat templates take no others."""
    merged: list[Message] = []
    for message in messages:
        if merged and merged[-1].role == message.role:
            merged[-1] = Message(role=message.role, text=f"{merged[-1].text.rstrip()}\n\n{message.text}")
        else:
            merged.append(message)
    return merged


def _turn(message: Message) -> ChatCompletionMessageParam:
    if message.role == "system":
        return {"role": "system", "content": message.text}
    if message.role == "assistant":
        return {"role": "assistant", "content": message.text}
    return {"role": "user", "content": message.text}


def _held(request: Request, structured: str) -> ResponseFormat | None:
    if structured == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": request.name, "schema": dict(request.schema), "strict": True}}
    if structured == "json_object":
        # The key "schema" is llama-cpp-python's own; others pass it by.
        return cast("ResponseFormat", {"type": "json_object", "schema": dict(request.schema)})
    return None


def ask(request: Request, terms: Terms, watch: Watch, seen: Seen, transport: BaseTransport | None = None) -> Reply:
    """Send *request* once and return the whole reply. Raises what the SDK raises, and our own errors for an answer that is not whole."""
    import openai

    from .wire import client, require_events

    with (
        client(terms, watch, seen, transport) as http,
        openai.OpenAI(
            api_key=terms.key, base_url=terms.base_url, max_retries=0, http_client=http
        ).chat.completions.create(**body(request, terms)) as stream,
    ):
        require_events(stream.response, terms.who)
        return _read(stream, terms, watch)


def _read(chunks: Iterable[ChatCompletionChunk], terms: Terms, watch: Watch) -> Reply:
    model, stop, refused = None, None, False
    for chunk in chunks:
        model = chunk.model or model
        for choice in chunk.choices[:1]:
            stop = choice.finish_reason or stop
            refused = refused or bool(choice.delta.refusal)
            if choice.delta.content is not None:
                watch.piece(choice.delta.content)
        if chunk.usage:
            watch.takes(_usage(chunk.usage), last=stop is not None)
    # A connection that closes early is no error to the SDK.
    if stop is None:
        raise StreamEnded(terms.who)
    if refused:
        raise ReplyDeclined(terms.who, "")
    _require_whole(stop, terms, watch)
    return Reply(text=watch.text, usage=watch.usage, model=border.name(model))


def _require_whole(stop: str, terms: Terms, watch: Watch) -> None:
    if stop == "length":
        raise ReplyCut(watch.usage.output if watch.usage else terms.max_output)
    if stop == "content_filter":
        raise ReplyDeclined(terms.who, "")
    if stop not in WHOLE:
        raise NotTheApi(terms.who, f"its answer ends with {printable(str(stop))[:40]!r}, of which nobody knows whether it is whole")
    if not watch.text.strip():
        raise ReplyEmpty(terms.who)


def _usage(said: Any) -> Usage | None:
    details = getattr(said, "prompt_tokens_details", None)
    return border.usage(
        getattr(said, "prompt_tokens", None),
        getattr(said, "completion_tokens", None),
        cache_read=getattr(details, "cached_tokens", None),
    )
