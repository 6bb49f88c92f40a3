"""Prompts from templates: a head that declares the inputs, and blocks that are rendered each on its own.

A template sees plain values and nothing else: no attribute, no method, no file outside its folder. The text that goes in is
never read as a template, so what stands in evidence stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    meta,
    nodes,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..assets import assets
from ..engagement.files import read_text
from ..errors import NotPlain, TemplateFault, TemplateInputs
from ..frontmatter import parse
from ..skillset.skill import Origin
from ..skillset.trust import require

if TYPE_CHECKING:
    from jinja2.runtime import Context

    from ..skillset.skill import Skill

CAP = 1_000_000  # bytes of one template file
OUTPUT_CAP = 2_000_000  # bytes of all blocks together
OWN_TEMPLATE = "assets/prompt.md.j2"
HEAD_KEYS = ("name", "version", "inputs")

# What shapes text and nothing more: no filter that reads an attribute by name, formats, pads or invents.
FILTERS = frozenset(
    """capitalize count default dictsort first indent items join last length list lower map reject rejectattr replace
    reverse select selectattr sort title tojson trim truncate unique upper wordwrap""".split()
)

DEEPEST = 50

# What a template can run into; anything else is a bug of ours.
_FAILURES = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a template says of itself.

    Attributes:
        name: The prompt's name, for the record of a run.
        version: Its version, likewise.
        inputs: The names of the values it must be given, no more and no fewer.
    """

    name: str
    version: str
    inputs: tuple[str, ...]


def template_for(skill: Skill) -> Path:
    """Return the template that asks *skill*'s question: ours for a built-in, else the skill's own, else the generic one.

    Raises NotTrusted if the skill brings a template and nobody trusted the skill.
    """
    prompts = assets("prompts")
    ours, own = prompts / f"{skill.name}.md.j2", skill.folder / OWN_TEMPLATE
    if skill.origin is Origin.BUILT_IN and ours.is_file():
        return ours
    if own.is_file():
        require(skill)
        return own
    return prompts / "generic.md.j2"


def read_head(path: Path) -> Head:
    """Return the head of the template *path*. Raises TemplateFault if it lacks one of name, version, inputs."""
    return _split(path)[0]


def render(path: Path, values: Mapping[str, object]) -> dict[str, str]:
    """Render each block of the template *path* with *values* and return the texts by block name, in the file's order.

    Raises TemplateInputs (missing or extra values), NotPlain (a value that is not text, a whole number, Decimal, bool, None,
    list, tuple or dict of such), TemplateFault (everything else, with file and line).
    """
    head = read_head(path)
    _check_inputs(path, head, values)
    plain = {name: _plain(value, name) for name, value in values.items()}
    folder = _Folder(path)
    environment = _Sandbox(folder)
    with _in_words(path, head):
        _check_names(environment, folder, head)
        template = environment.get_template(path.name)
        return _render_blocks(template, plain, path)


def render_block(path: Path, name: str, values: Mapping[str, object]) -> str:
    """Return the block *name* of the template *path*. Raises TemplateFault if it has none, and what `render` raises."""
    blocks = render(path, values)
    if name not in blocks:
        raise TemplateFault(f"it has no block {name!r}; its blocks are {', '.join(blocks)}", where=str(path))
    return blocks[name]


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, closed further: names give items, never attributes, and only macros and loops can be called."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, loader: BaseLoader) -> None:
        super().__init__(
            loader=loader, undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True,
            trim_blocks=True, lstrip_blocks=True, cache_size=0,
        )  # fmt: skip
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in sorted(FILTERS)}
        self.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the item *attribute* of a dict; attributes only of what Jinja itself puts in."""
        if isinstance(obj, LoopContext | TemplateModule):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return the item; a missing one is an error, never an attribute of that name."""
        if isinstance(obj, dict | list | str):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Let macros, loops and their `cycle` be called, and what is undefined, which then says so."""
        of_a_loop = isinstance(getattr(obj, "__self__", None), LoopContext)
        return of_a_loop or isinstance(obj, Macro | LoopContext | Undefined)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers, but no text and no lists: a few characters of template could ask for gigabytes."""
        if operator == "**" or not isinstance(left, int | float) or not isinstance(right, int | float):
            raise SecurityError(f"`{operator}` is for numbers only; `**` is not for templates")
        return super().call_binop(context, operator, left, right)


class _Folder(BaseLoader):
    """The files of the template's own folder, the template itself without its head."""

    def __init__(self, main: Path) -> None:
        self.main = main
        self.root = main.parent.resolve()

    def file(self, template: str) -> Path:
        """Return the path of the file *template*, which must lie in the folder when every link is followed."""
        path = self.root / template
        if "\\" in template or not path.resolve().is_relative_to(self.root):
            raise TemplateNotFound(template, f"{template!r} lies outside the template's own folder")
        if not path.is_file():
            raise TemplateNotFound(template, f"{template!r} is not in the template's own folder")
        return path

    def get_source(self, environment: object, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        """Return text and path of the file *template*, and that it has not changed."""
        path = self.file(template)
        source = _split(self.main)[1] if template == self.main.name else read_text(path.resolve(), CAP)
        return source, str(path), lambda: True


def _split(path: Path) -> tuple[Head, str]:
    """Return the head and the template's text, with an empty line for each line of the head, so that Jinja counts as an editor does."""
    parsed = parse(read_text(path, CAP), str(path))
    for key in parsed.fields:
        if key not in HEAD_KEYS:
            raise TemplateFault(f"its head has the key {key!r}; known are {', '.join(HEAD_KEYS)}", where=str(path))
    inputs = parsed.fields.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(name, str) and name.isidentifier() for name in inputs):
        raise TemplateFault("its head has no list `inputs` of names", where=str(path))
    name, version = (_text(parsed.fields, key, path) for key in ("name", "version"))
    return Head(name=name, version=version, inputs=tuple(inputs)), "\n" * (parsed.body_line - 1) + parsed.body


def _text(fields: Mapping[str, object], key: str, path: Path) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise TemplateFault(f"its head does not say its {key}", where=str(path))
    return value


def _check_inputs(path: Path, head: Head, values: Mapping[str, object]) -> None:
    missing = [name for name in head.inputs if name not in values]
    extra = [name for name in values if name not in head.inputs]
    if missing or extra:
        said = [
            f"{word} {', '.join(names)}" for word, names in (("missing", missing), ("not declared", extra)) if names
        ]
        raise TemplateInputs("; ".join(said), where=str(path), hint=_declared(head))


def _declared(head: Head) -> str:
    return f"Its head declares these inputs: {', '.join(head.inputs) or 'none'}."


def _plain(value: object, name: str, depth: int = 0) -> object:
    """Return a copy of *value* made of plain types only; a subclass is refused too, since it could bring methods along."""
    kind = type(value)
    if value is None or kind in (str, int, bool):
        return value
    if kind is Decimal:
        return str(value)
    if depth == DEEPEST:
        raise NotPlain(name, f"{kind.__name__} more than {DEEPEST} levels down")
    if isinstance(value, list | tuple) and kind in (list, tuple):
        return [_plain(item, f"{name}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, dict) and kind is dict and all(type(key) is str for key in value):
        return {key: _plain(item, f"{name}[{key!r}]", depth + 1) for key, item in value.items()}
    raise NotPlain(name, kind.__name__)


def _check_names(environment: _Sandbox, folder: _Folder, head: Head) -> None:
    """Refuse what only some renderings would have met: a name that the head does not declare, text outside every block."""
    for file, tree in _trees(environment, folder, folder.main.name, seen=set()):
        if file == folder.file(folder.main.name):
            _check_shape(tree, file)
        for unknown in sorted(meta.find_undeclared_variables(tree) - set(head.inputs)):
            line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == unknown)
            raise TemplateFault(
                f"it uses {unknown!r}, which is not declared", where=f"{file}:{line}", hint=_declared(head)
            )


def _trees(environment: _Sandbox, folder: _Folder, name: str, seen: set[str]) -> Iterator[tuple[Path, nodes.Template]]:
    """Yield the template *name* and, once each, all those that it takes in."""
    seen.add(name)
    source, file, _ = folder.get_source(environment, name)
    # Compiled first: the look at its names below finds the same faults, but does not know the file.
    environment.compile(source, name, file)
    tree = environment.parse(source, name, file)
    yield Path(file), tree
    for other in meta.find_referenced_templates(tree):
        if other is None:
            raise TemplateFault("it includes a file whose name is computed", where=file)
        if other not in seen:
            yield from _trees(environment, folder, other, seen)


def _check_shape(tree: nodes.Template, path: Path) -> None:
    for node in tree.body:
        inner = node.find(nodes.Block)
        if isinstance(node, nodes.Block) and inner is None:
            continue
        if isinstance(node, nodes.Block) and inner is not None:
            raise TemplateFault(f"the block {inner.name!r} lies in another block", where=f"{path}:{inner.lineno}")
        if outside := _first_word(node):
            raise TemplateFault("this stands outside every block, so it would never be sent", where=f"{path}:{outside}")
    if not any(isinstance(node, nodes.Block) for node in tree.body):
        raise TemplateFault("it has no block", where=str(path))


def _first_word(node: nodes.Node) -> int:
    """Return the line of the first thing in *node* that is not white space, 0 if there is none."""
    if not isinstance(node, nodes.Output):
        return node.lineno
    for part in node.nodes:
        text = part.data if isinstance(part, nodes.TemplateData) else "x"
        if text.strip():
            return part.lineno + text[: len(text) - len(text.lstrip())].count("\n")
    return 0


def _render_blocks(template: Template, values: dict[str, object], path: Path) -> dict[str, str]:
    room = OUTPUT_CAP
    rendered = {}
    for name, block in template.blocks.items():
        parts = []
        for part in block(template.new_context(values)):
            room -= len(part.encode("utf-8", "surrogatepass"))
            if room < 0:
                raise TemplateFault(f"it makes more than {OUTPUT_CAP:,} bytes of text", where=str(path))
            parts.append(part)
        rendered[name] = "".join(parts)
    return rendered


@contextmanager
def _in_words(path: Path, head: Head) -> Iterator[None]:
    try:
        yield
    except _FAILURES as error:
        message = str(error.message if isinstance(error, TemplateError) else error) or type(error).__name__
        raise TemplateFault(message.rstrip("."), where=_place(error, path), hint=_declared(head)) from error


def _place(error: BaseException, path: Path) -> str:
    """Return file and line of the template where *error* arose: Jinja keeps it in its syntax errors and in the traceback."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or path}:{error.lineno}"
    place, traceback = str(path), error.__traceback__
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = f"{template.filename}:{template.get_corresponding_lineno(traceback.tb_lineno)}"
        traceback = traceback.tb_next
    return place
