"""One request over one of the three wires, through the adapter and its SDK: over a socket, or from memory for many tries."""

from __future__ import annotations

from types import SimpleNamespace

import httpx2
import loopback
import pytest

from fde.errors import FdeError
from fde.models import anthropic, local, openai
from fde.models.model import Message, Request
from fde.models.retry import whole
from fde.models.terms import Terms
from fde.models.watch import Watch

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
REQUEST = Request(messages=(Message(role="user", text="We wait."),), schema=SCHEMA)
ADAPTERS = {"anthropic": anthropic, "openai": openai, "local": local}
WIRES = pytest.mark.parametrize("provider", ADAPTERS)


def ask(provider, base_url, transport=None, seconds=60.0):
    """Return what came of one request."""
    adapter = ADAPTERS[provider]
    terms = Terms(who="it at host", model="m-1", base_url=base_url, key="k", max_output=64)
    watch = Watch(seconds=seconds, sleep=lambda _: None)
    came = SimpleNamespace(watch=watch, reply=None, error=None)
    try:
        came.reply = whole(lambda seen: adapter.ask(REQUEST, terms, watch, seen, transport), watch, "it at host", adapter.errors())
    except FdeError as error:
        came.error = error
    return came


def over_a_socket(provider, *answers, seconds=60.0):
    with loopback.loopback(*answers) as server:
        base = f"http://{server.host}"
        return ask(provider, base if provider == "anthropic" else f"{base}/v1", seconds=seconds)


def from_memory(provider, content):
    """The same without a socket, for many tries."""
    headers = {"content-type": "text/event-stream"}
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, headers=headers, content=content))
    return ask(provider, "https://example.test", transport)
