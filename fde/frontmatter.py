"""The head of a Markdown file: YAML between two lines of three hyphens, in which every scalar stays the text that was written.

python-frontmatter drives it, with a handler of our own: with its default loader 40 kB of brackets crash the process,
and the last of two equal keys wins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .errors import BadHead
from .portable.fold import lf

if TYPE_CHECKING:
    import yaml
    from frontmatter.default_handlers import BaseHandler

CAP = 16 << 10
MAX_DEPTH = 16

_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# YAML folds these line breaks away in silence.
_UNSEEN_BREAK = re.compile("[\x85\u2028\u2029]")
_OPENING = re.compile(r"---[ \t]*(?:\n|\Z)")
_HEAD = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A Markdown file, taken apart.

    Attributes:
        fields: The head; each value is text, a list or a mapping of such.
        body: What follows the head's last line, letter for letter, with LF.
        body_line: The line in the file on which *body* starts, from 1.
    """

    fields: dict[str, Any]
    body: str
    body_line: int


def has_head(text: str) -> bool:
    """Say whether *text* opens with a head's first line; the head may still be broken."""
    return bool(_OPENING.match(_normal(text)))


def parse(text: str, where: str) -> Head:
    """Return the head and the body of *text*; *where* is its file's name. A byte order mark, CRLF and CR are read.

    Raises:
        BadHead: there is no head, or it is refused; names file:line.
    """
    import frontmatter

    text = _normal(text)
    found = _HEAD.match(text)
    if not found:
        fault = "the line --- that closes it is missing" if has_head(text) else "expected --- on the first line"
        raise BadHead(fault, where=f"{where}:1")
    if len(found[1].encode("utf-8", "surrogatepass")) > CAP:
        raise BadHead(f"it has more than {CAP:,} bytes", where=f"{where}:1")
    # The library trims the body and its copy is not used: quotes are found by line.
    fields, _ = frontmatter.parse(found[0], handler=_handler(where))
    return Head(fields=fields, body=text[found.end() :], body_line=found[0].count("\n") + 1)


def render(fields: Mapping[str, Any], body: str) -> str:
    """Return the text whose `parse` gives *fields* (text, lists and mappings of such) and *body* (with LF).

    Raises:
        BadHead: no head can hold *fields* (control characters, half a character, more than the limit).
        ValueError: *fields* holds something else.
    """
    text = f"---\n{_handler('').export(dict(fields)) if fields else ''}---\n{body}"
    if parse(text, "the head to write").fields != fields:
        raise ValueError("a head holds text, lists and mappings of such")
    return text


def _normal(text: str) -> str:
    return lf(text.removeprefix("\ufeff"))


def _handler(where: str) -> BaseHandler:
    """Return python-frontmatter's handler, strict; built here so that importing this module loads no YAML."""
    import yaml
    from frontmatter.default_handlers import BaseHandler

    class Strict(BaseHandler):
        FM_BOUNDARY = _OPENING

        def split(self, text: str) -> tuple[str, str]:
            # `parse` has found the lines of hyphens: the text is one head, from its first to its last.
            return text.partition("\n")[2].rpartition("---")[0], ""

        def load(self, fm: str) -> dict[str, Any]:
            return _load(fm, where)

        def export(self, metadata: Mapping[str, object], **kwargs: object) -> str:
            layout: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 1 << 20, **kwargs}
            written: str = yaml.dump(metadata, Dumper=_dumper(), **layout)
            return written

    return Strict()


def _load(head: str, where: str) -> dict[str, Any]:
    import yaml

    def refused(fault: str, index: int) -> BadHead:
        # Line 1 of the file is the opening one.
        return BadHead(fault, where=f"{where}:{head.count(chr(10), 0, index) + 2}")

    unseen = _UNSEEN_BREAK.search(head)
    if unseen:
        raise refused(f"the character U+{ord(unseen[0]):04X} may not stand in it", unseen.start())
    try:
        loader = _loader()(head)
        fields = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refused(str(error.problem or error.context), mark.index if mark else 0) from error
    except yaml.reader.ReaderError as error:
        fault = f"the character U+{ord(head[error.position]):04X} may not stand in it"
        raise refused(fault, error.position) from error
    except (ValueError, OverflowError) as error:
        # PyYAML checks neither the number of an escaped character nor that of a %YAML line.
        raise refused("it holds a number that is too large", loader.index) from error
    if not isinstance(fields, dict | None):
        found = "a list" if isinstance(fields, list) else "plain text"
        raise refused(f"expected lines like key: value, found {found}", 0)
    return fields or {}


@cache
def _loader() -> type[yaml.BaseLoader]:
    import yaml

    class Strings(yaml.BaseLoader):
        """All scalars stay text; no alias, no tag, no key twice, no depth that could bring the composer down."""

        depth = 0

        def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            _check_event(event, self.depth)
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def construct_mapping(self, node: yaml.MappingNode, *args: Any, **kwargs: Any) -> dict[Any, Any]:
            _check_keys([key for key, _ in node.value])
            return super().construct_mapping(node, *args, **kwargs)

        def construct_scalar(self, node: yaml.ScalarNode) -> str:
            value: str = super().construct_scalar(node)
            unfit = _UNFIT.search(value)
            if unfit:
                raise _refused(f"the character U+{ord(unfit[0]):04X} may not stand in it", node)
            return value

    return Strings


def _check_event(event: yaml.NodeEvent, depth: int) -> None:
    import yaml

    if isinstance(event, yaml.AliasEvent) or event.anchor:
        raise _refused("anchors and aliases (& and *) are not read", event)
    tag = getattr(event, "tag", None)
    if tag:
        raise _refused(f"the tag {tag} is not read", event)
    if depth >= MAX_DEPTH:
        raise _refused(f"it is nested deeper than {MAX_DEPTH}", event)


def _check_keys(keys: list[yaml.Node]) -> None:
    import yaml

    seen: set[str] = set()
    for key in keys:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused("a key must be text", key)
        if key.value in seen:
            raise _refused(f"the key {key.value} is given twice", key)
        seen.add(key.value)


def _refused(fault: str, place: yaml.Node | yaml.Event) -> yaml.MarkedYAMLError:
    import yaml

    mark: Any = place.start_mark
    return yaml.MarkedYAMLError(problem=fault, problem_mark=mark)


@cache
def _dumper() -> type[yaml.BaseDumper]:
    import yaml

    class Plain(yaml.BaseDumper):
        """The counterpart: text needs quotes only where the syntax wants them, since nothing is taken for a number."""

        def ignore_aliases(self, _data: object) -> bool:
            return True

    def text(dumper: yaml.BaseDumper, value: object) -> yaml.ScalarNode:
        # What was no text is found by `render`, which reads what it wrote.
        written = str(value)
        style = '"' if _UNSEEN_BREAK.search(written) else "|" if "\n" in written else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", written, style=style)

    Plain.add_multi_representer(object, text)
    Plain.add_representer(list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value))
    Plain.add_representer(dict, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value))
    return Plain
