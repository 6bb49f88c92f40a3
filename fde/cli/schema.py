"""`fde schema`: the JSON Schemas which facts, judgements and artefacts keep."""

from __future__ import annotations

import click

from ..errors import NoSuchSchema
from .show import Outcome


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> Outcome:
    """Print the schema of a format.

    Without NAME it lists what there is. Writes nothing.

    \b
    Example:
        fde schema facts
    """
    import json

    from ..assets import PACKAGE

    known = {path.stem: path for path in sorted((PACKAGE / "schemas").glob("*.json"))}
    if name is None:
        return Outcome(data={"schemas": list(known)}, text="\n".join(known))
    if name not in known:
        raise NoSuchSchema(name, hint=f"There are: {', '.join(known)}.")
    text = known[name].read_text(encoding="utf-8")
    return Outcome(data={"schema": json.loads(text)}, text=text)
