"""How a local endpoint can be held to a schema, found out by asking it; nothing of any client is in the question.

Servers that speak Chat Completions differ here, and some pass by what they do not know: only an answer shows what was kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import BadEndpoint, FdeError, NotReachable, UsageError
from ..portable.schema import problems
from ..portable.strictjson import BadJson, strict_json
from ..settings import Level
from . import border, local
from .endpoints import LOCAL, MODES, Endpoint, at
from .endpoints import local as configured
from .environment import proxy, without_sdk_variables
from .model import Message, Reply, Request
from .terms import Terms
from .watch import Watch

if TYPE_CHECKING:
    from .wire import Seen

MOST_TOKENS = 2_000
SECONDS = 120.0
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"larger": {"enum": ["whale", "mouse"]}, "sure": {"type": "boolean"}},
    "required": ["larger", "sure"],
    "additionalProperties": False,
}
ASKED = "Which is larger, a whale or a mouse?"
FORM = ' Answer with one JSON object and nothing else, like {"larger": "mouse", "sure": true}.'
# A server that passes the schema by answers with this sentence; one that keeps it cannot.
PLAIN = " Answer with one plain sentence, without any JSON."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of asking in one mode.

    Attributes:
        mode: One of MODES.
        fault: Why it cannot be used, "" if the answer was as the schema wants it.
    """

    mode: str
    fault: str


def probed(url: str, config_folder: Path) -> Endpoint:
    """Return the endpoint at *url* if it may be probed: it is on this machine, or `config.toml` names it.

    Raises BadEndpoint and BrokenSettings.
    """
    found = at(LOCAL, url, Level.FLAG)
    if found.is_loopback or found.base_url in [one.base_url for one in configured(config_folder)]:
        return found
    hint = f'Name it in config.toml first: [local."{found.base_url}"]'
    raise BadEndpoint(found.base_url, "a probe goes to this machine, or to an endpoint of config.toml", hint=hint)


def first_model(endpoint: Endpoint, key: str, watch: Watch) -> str:
    """Return the first model that the server names. Raises UsageError if it names none, and what a connection raises."""
    terms = _terms(endpoint, key, "-", MODES[0])
    with without_sdk_variables():
        from .retry import whole

        named = whole(lambda seen: _named(terms, watch, seen), watch, terms.who, local.errors()).text
    if not named:
        raise UsageError(f"{terms.who} names no model.", hint="Name one with --model.")
    return named


def probe(endpoint: Endpoint, model: str, key: str, watch: Callable[[], Watch]) -> tuple[Tried, ...]:
    """Ask *model* at *endpoint* once in each mode, strongest first, each with a new watch.

    Raises NotReachable where there is no server; every other failure is one of its mode.
    """
    return tuple(Tried(mode=mode, fault=_fault(_terms(endpoint, key, model, mode), watch())) for mode in MODES)


def _named(terms: Terms, watch: Watch, seen: Seen) -> Reply:
    """Return the first model's name, as the reply that it is to whoever repeats a request."""
    import openai

    from .wire import client

    with client(terms, watch, seen) as http:
        sdk = openai.OpenAI(api_key=terms.key, base_url=terms.base_url, max_retries=0, http_client=http)
        return Reply(text=next((border.name(model.id) or "" for model in sdk.models.list().data), ""))


def _fault(terms: Terms, watch: Watch) -> str:
    from .retry import whole

    form = PLAIN if terms.structured == "json_schema" else FORM
    request = Request(messages=(Message(role="user", text=ASKED + form),), schema=SCHEMA, name="size")
    try:
        with without_sdk_variables():
            reply = whole(lambda seen: local.ask(request, terms, watch, seen), watch, terms.who, local.errors())
    except NotReachable:
        raise
    except FdeError as error:
        return error.message
    return _unkept(reply.text)


def _unkept(text: str) -> str:
    """Return why *text* is not the JSON that the schema wants, "" if it is."""
    try:
        value = strict_json(text)
    except BadJson as error:
        return f"it answered with no JSON: {error.sentence}"
    wrong = list(problems(value, SCHEMA, SCHEMA, "the answer"))
    return f"it passed the schema by: {wrong[0]}" if wrong else ""


def _terms(endpoint: Endpoint, key: str, model: str, mode: str) -> Terms:
    who = f"{endpoint.provider} at {endpoint.host}"
    return Terms(
        who=who,
        model=model,
        base_url=endpoint.base_url,
        key=key,
        max_output=MOST_TOKENS,
        structured=mode,
        proxy=proxy(endpoint.base_url),
    )
