"""Who may see words, for the runner: nothing is asked or written while it is not clear.

The rules are in `fde.portable.clearance`, so that a skill's folder on its own keeps them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..errors import BadClearance
from ..portable.sources import Source


def require_clear(sources: Iterable[Source]) -> None:
    """Raise BadClearance, with file:line and the allowed values, for the first source of which it is not clear who may see it."""
    for source in sources:
        if source.fault:
            # A file's name may hold a colon itself, but hardly one with a number behind it.
            _, place, sentence = re.split(r"\A(.*?:\d+): ", source.fault, maxsplit=1, flags=re.DOTALL)
            raise BadClearance(sentence, where=f"evidence/{place}")
