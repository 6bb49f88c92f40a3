"""Who is a machine: accounts that review or open changes and are nobody whose time is waited for."""

from __future__ import annotations

import re
from typing import Any

# GitHub's apps, GitLab's access tokens, and names that everybody gives to them.
_BOT = re.compile(r"(?:\[bot\]|[-_]bot|^bot[-_].*|^(?:project|group)_\d+_bot(?:_\w+)?|^(?:dependabot|renovate|github-actions|codecov|copilot-.*))$", re.IGNORECASE)


def is_bot(account: dict[str, Any]) -> bool:
    """Say whether an account, as GitHub or GitLab describe it, is that of a machine."""
    kind = str(account.get("type") or account.get("__typename") or "")
    name = str(account.get("login") or account.get("username") or "")
    return kind == "Bot" or account.get("is_bot") is True or bool(_BOT.search(name))
