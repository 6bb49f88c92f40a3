"""A model at a provider: checked first, then asked through its adapter, then priced.

The SDK is imported last, when every check has passed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ..engagement.engagement import Engagement
from . import allowed, anthropic, keys, local, openai
from .budget import goes_back, in_all
from .endpoints import Endpoint
from .environment import host_only, proxy, without_sdk_variables
from .model import Reply, Request, Sending, Usage
from .prices import cost, most
from .profiles import Profile
from .terms import Terms
from .tokens import tokens
from .watch import Watch

if TYPE_CHECKING:
    from .wire import Seen

UNSENT = "(not shown)"


class Adapter(Protocol):
    """What each provider's module offers."""

    PATH: str

    def body(self, request: Request, terms: Terms) -> Mapping[str, Any]:
        """Return the request's body; loads no SDK."""
        ...

    def errors(self) -> tuple[type[Exception], ...]:
        """Return what the SDK raises."""
        ...

    def ask(self, request: Request, terms: Terms, watch: Watch, seen: Seen) -> Reply:
        """Send the request once and return the whole reply."""
        ...


ADAPTERS: Mapping[str, Adapter] = {"anthropic": anthropic, "openai": openai, "local": local}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A model, where it is, and on whose behalf it is asked.

    Attributes:
        name: As on the command line.
        model: Its id there.
        endpoint: Where.
        profile: Its window, the longest answer, the effort.
        engagement: Whose words are sent; its list says to whom they may go.
        config: This user's configuration: keys, and what was confirmed on this machine.
        environment: The process's environment, for keys.
        at: When, for the price.
    """

    name: str
    model: str
    endpoint: Endpoint
    profile: Profile
    engagement: Engagement
    config: Path
    environment: Mapping[str, str]
    at: datetime

    @property
    def origin(self) -> None:
        """A live model's reply is no recorded one."""
        return

    @property
    def window(self) -> int:
        """How many tokens a question may have: what is left of the window beside the longest answer."""
        return self.profile.window - self.profile.max_output

    @property
    def manner(self) -> str:
        """The effort, the longest answer, and how a local endpoint is held to the schema."""
        return f"effort={self.profile.effort} max_output={self.profile.max_output} structured={self.endpoint.structured}"

    @property
    def notice(self) -> str:
        """That its end is announced, if it is near."""
        ending = self.profile.ending(self.at.date())
        return f"{self.name}: {ending}." if ending else ""

    @property
    def who(self) -> str:
        """The provider and host, for a person."""
        return f"{self.endpoint.provider} at {self.endpoint.host}"

    def prepare(self) -> None:
        """Raise NoKey, BadKey, NotAllowed or NotConfirmed if it may not be asked now."""
        allowed.require(self.engagement, self.endpoint, self.config)
        self._key()

    def preview(self, request: Request) -> Sending:
        """Return what `reply` would send."""
        body = self._adapter.body(request, self._terms(UNSENT))
        data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        usage = self._most(Usage(input=tokens(data), output=self.profile.max_output))
        return Sending(
            url=self.endpoint.base_url.rstrip("/") + self._adapter.PATH,
            body=body,
            size=len(data.encode()),
            tokens=usage,
            run=in_all(usage, self._most(goes_back(usage))),
            proxy=host_only(self._proxy) if self._proxy else None,
        )

    def reply(self, request: Request, watch: Watch) -> Reply:
        """Return the whole reply, priced. Raises what `prepare` raises, and an FdeError with exit NOT_NOW for each way to fail."""
        self.prepare()
        adapter, terms = self._adapter, self._terms(self._key())
        # From here on the HTTP client and the SDK are loaded.
        with without_sdk_variables():
            from .retry import whole

            return whole(lambda seen: adapter.ask(request, terms, watch, seen), watch, self.who, adapter.errors(), self._priced)

    def _priced(self, usage: Usage) -> Usage:
        return replace(usage, cost=cost(self.endpoint.provider, self.model, usage, self.at))

    def _most(self, usage: Usage) -> Usage:
        return replace(usage, cost=most(self.endpoint.provider, self.model, usage, self.at))

    @property
    def _proxy(self) -> str | None:
        return proxy(self.endpoint.base_url, self.environment)

    @property
    def _adapter(self) -> Adapter:
        return ADAPTERS[self.endpoint.provider]

    def _key(self) -> str:
        return keys.key(self.endpoint, self.environment, self.config).value

    def _terms(self, key: str) -> Terms:
        return Terms(
            who=self.who,
            model=self.model,
            base_url=self.endpoint.base_url,
            key=key,
            max_output=self.profile.max_output,
            effort=self.profile.effort,
            structured=self.endpoint.structured or "prompt",
            proxy=self._proxy,
        )
