"""What is seen of a call while it runs: the time that is left, the attempts, the words so far.

A call that is interrupted or fails leaves here what there is to record of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..errors import DeadlineOver

if TYPE_CHECKING:
    from .model import Usage

SAID_EVERY = 20

@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request over the wire.

    Attributes:
        id: The provider's id of the request, None if it gave none.
        status: The HTTP status, None if there was no answer.
        outcome: "ok", or the code of the error it ended with.
        seconds: How long it took.
        usage: What the answer took, None if it did not get as far as saying it.
    """

    id: str | None
    status: int | None
    outcome: str
    seconds: float
    usage: Usage | None = None

    @property
    def answered(self) -> bool:
        """Whether an answer began, which may be billed however it ended."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True, kw_only=True)
class Watch:
    """A run's one deadline, and everything that its calls show before they end.

    Attributes:
        seconds: How long all calls of the run may take together.
        say: Takes a line of progress.
        clock: A monotonic clock, in seconds.
        sleep: Waits for so many seconds.
        attempts: Every request so far, the failed ones too.
        pieces: The words of the answer that is coming in.
        usage: What the provider has said so far that the answer takes.
        is_counted: Whether that is its last word.
        again: Asked before a request is repeated; raises OverBudget if it may not be.
    """

    seconds: float
    say: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    attempts: list[Attempt] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    usage: Usage | None = None
    is_counted: bool = False
    again: Callable[[], None] = lambda: None
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = self.clock() + self.seconds

    @property
    def text(self) -> str:
        """The words that have come in of the answer; half a character, of which the other half never came, is U+FFFD."""
        # A server that counts as JavaScript does may cut an emoji in two, and sends each half in a piece of its own.
        return "".join(self.pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    @property
    def is_over(self) -> bool:
        """Whether all the time is gone."""
        return self.clock() >= self.ends

    def left(self, who: str) -> float:
        """Return how many seconds are left. Raises DeadlineOver, naming *who* did not answer."""
        left = self.ends - self.clock()
        if left <= 0:
            raise DeadlineOver(who, self.seconds)
        return left

    def begin(self) -> None:
        """Forget the words of an attempt that failed: nothing of an incomplete answer is used."""
        self.pieces.clear()
        self.takes(None, last=False)

    def takes(self, usage: Usage | None, *, last: bool) -> None:
        """Take in what the answer takes so far; the *last* word on it is what it took."""
        self.usage, self.is_counted = usage, last

    def piece(self, text: object) -> None:
        """Take in the next words of the answer, and say how far it is. Raises TypeError for what is no words."""
        if not isinstance(text, str):
            raise TypeError(f"expected words, found {type(text).__name__}")
        self.pieces.append(text)
        # Not at each token: a terminal need not show more than it can be read.
        if len(self.pieces) % SAID_EVERY == 1:
            self.say(f"the answer is coming in: {sum(map(len, self.pieces)):,} characters ...")
