"""OpenAI's Responses API, through its SDK: nothing stored there, the reply's schema on the wire, always streamed.

https://platform.openai.com/docs/api-reference/responses. No tool, no sampling parameter.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from ..errors import NotTheApi, ProviderBusy, ProviderRefused, ReplyCut, ReplyDeclined, ReplyEmpty, StreamEnded
from ..text import printable
from . import border
from .faults import BUSY_TYPES
from .model import Message, Reply, Request, Usage
from .terms import Terms
from .watch import Watch

if TYPE_CHECKING:
    from httpx2 import BaseTransport
    from openai.types.responses import EasyInputMessageParam, Response, ResponseStreamEvent
    from openai.types.responses.response_create_params import ResponseCreateParamsStreaming

    from .wire import Seen

PATH = "/responses"
ENDS = ("completed", "incomplete", "failed")
LAST = tuple(f"response.{end}" for end in ENDS)


def body(request: Request, terms: Terms) -> ResponseCreateParamsStreaming:
    """Return the request's body."""
    made: ResponseCreateParamsStreaming = {
        "model": terms.model,
        "instructions": "\n\n".join(message.text.strip("\n") for message in request.messages if message.role == "system"),
        "input": [_turn(message) for message in request.messages if message.role != "system"],
        "max_output_tokens": terms.max_output,
        "text": {"format": {"type": "json_schema", "name": request.name, "schema": dict(request.schema), "strict": True}},
        # The vendor's own default keeps what was sent for thirty days at least.
        "store": False,
        "stream": True,
    }
    if terms.effort:
        made["reasoning"] = {"effort": cast("Any", terms.effort)}
    return made


def _turn(message: Message) -> EasyInputMessageParam:
    return {"type": "message", "role": "assistant" if message.role == "assistant" else "user", "content": message.text}


def errors() -> tuple[type[Exception], ...]:
    """Return what the SDK raises."""
    import openai

    return (openai.OpenAIError,)


def ask(request: Request, terms: Terms, watch: Watch, seen: Seen, transport: BaseTransport | None = None) -> Reply:
    """Send *request* once and return the whole reply. Raises what the SDK raises, and our own errors for an answer that is not whole."""
    import openai

    from .wire import client, require_events

    with (
        client(terms, watch, seen, transport) as http,
        openai.OpenAI(api_key=terms.key, base_url=terms.base_url, max_retries=0, http_client=http).responses.create(
            **body(request, terms)
        ) as stream,
    ):
        require_events(stream.response, terms.who)
        return _read(stream, terms, watch)


def _read(events: Iterable[ResponseStreamEvent], terms: Terms, watch: Watch) -> Reply:
    last: Response | None = None
    end, refused = "", False
    for event in events:
        if event.type == "response.output_text.delta":
            watch.piece(event.delta)
        elif event.type.startswith("response.refusal"):
            refused = True
        elif event.type == "error":
            raise _failed(event.code, event.message, terms)
        elif event.type in LAST:
            end = event.type.removeprefix("response.")
            last = cast("Any", event).response
            watch.takes(_usage(cast("Any", last).usage), last=True)
    # A connection that closes early is no error to the SDK.
    if last is None:
        raise StreamEnded(terms.who)
    _require_whole(end, last, terms, watch)
    if refused:
        raise ReplyDeclined(terms.who, "")
    if not watch.text.strip():
        raise ReplyEmpty(terms.who)
    return Reply(text=watch.text, usage=watch.usage, model=border.name(last.model))


def _require_whole(end: str, last: Response, terms: Terms, watch: Watch) -> None:
    """Raise what the answer ended with, if it did not end well: by its event, or by the response in it, whichever is worse."""
    status = str(last.status or end)
    if end == "completed" and status not in ENDS:
        raise NotTheApi(terms.who, f"its answer ends as {printable(status)[:40]!r}, of which nobody knows whether it is whole")
    if "failed" in (end, status):
        raise _failed(last.error.code if last.error else None, last.error.message if last.error else "without a reason", terms)
    if end == status == "completed":
        return
    # It may come without details; then it was cut too.
    if last.incomplete_details and last.incomplete_details.reason == "content_filter":
        raise ReplyDeclined(terms.who, ": its content filter stopped the answer")
    raise ReplyCut(watch.usage.output if watch.usage else terms.max_output)


def _failed(code: str | None, words: str, terms: Terms) -> ProviderBusy | ProviderRefused:
    kind = ProviderBusy if code in BUSY_TYPES else ProviderRefused
    return kind(terms.who, printable(" ".join(words.split()))[:300].rstrip("."))


def _usage(said: Any) -> Usage | None:
    details = getattr(said, "input_tokens_details", None)
    return border.usage(
        getattr(said, "input_tokens", None),
        getattr(said, "output_tokens", None),
        cache_read=getattr(details, "cached_tokens", None),
        cache_write=getattr(details, "cache_write_tokens", None),
    )
