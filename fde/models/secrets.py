"""Secrets in a text: keys, tokens and passwords that must not leave this machine, found by named patterns.

What is found is told by its kind and place, never by its characters. Each pattern takes time in proportion to the text, whatever
is in it: what repeats is either of one class of characters that the next part cannot hold, or bounded.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

MASK = "[REDACTED:{}:{}]"
_SHORTEST_WORD = 8
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"""[^\s"'`<>()\[\]{},;=|]+""")

# Nobody sees these, and a copy out of a mail or a page may bring them along in the middle of a key.
_UNSEEN = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_IS_ODD = re.compile(f"{_UNSEEN.pattern[:-1]}\uff01-\uff5e]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret in a text.

    Attributes:
        kind: What it is, a slug.
        start: Where it begins.
        end: Where it ends; never within another secret.
        line: The line on which it begins, from 1.
    """

    kind: str
    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One kind of secret: its group `s` (else the whole match) is what must not be seen, if *is_one* agrees."""

    kind: str
    regex: re.Pattern[str]
    is_one: Callable[[str], bool] = bool

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        group = "s" if "s" in self.regex.groupindex else 0
        match = self.regex.search(text)
        while match:
            is_one = self.is_one(match[group])
            if is_one:
                yield match.span(group)
            # What was no secret may itself be the name of one: "Password: password: ...".
            match = self.regex.search(text, match.end(group) if is_one else max(match.start(group), match.start() + 1))


def find(text: str) -> tuple[Secret, ...]:
    """Return the secrets in *text* in their order; where two patterns meet, one secret of the more special kind.

    A character that is not seen (a soft hyphen, a zero-width space) and full-width letters hide none. A line's end does, but for a
    private key, for a token that is known by how it begins and was wrapped once, and for a password on the line below its name.
    """
    plain, cuts = _plain(text)
    found = [(start, end, rank) for rank, pattern in enumerate(_PATTERNS) for start, end in pattern.spans(plain)]
    found += [(start, end, _TABLE_RANK) for start, end in _in_tables(plain)]
    joined = list(_joined(sorted(found)))
    places = [(start + bisect_right(cuts, start), end + bisect_right(cuts, end - 1)) for start, end, _ in joined]
    lines = _lines(text, [start for start, _ in places])
    return tuple(
        Secret(kind=_PATTERNS[rank].kind, start=start, end=end, line=line)
        for (start, end), (_, _, rank), line in zip(places, joined, lines, strict=True)
    )


def _in_tables(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a cell below a heading like "password" holds one: there nothing stands before it that gives it away."""
    columns: list[int] | None = None  # None outside of a table, whose first line has the headings
    for line in _LINE.finditer(text):
        cells = _cells(line[0], line.start())
        if not cells or text.endswith("\n\n", 0, line.start()):
            columns = None
        if not cells:
            continue
        if columns is None:
            columns = [place for place, (start, end) in enumerate(cells) if end - start <= _LONGEST_HEADING and _HEADING.search(text, start, end)]
            continue
        yield from (cells[place] for place in columns if place < len(cells) and _is_cell(text[slice(*cells[place])]))


def _cells(line: str, start: int) -> list[tuple[int, int]]:
    """Return where the cells of a table's line are, without the marks and white space around them; none if it is no such line."""
    sign = next((sign for sign in "|\t" if sign in line.strip()), "")
    if not sign:
        return []
    spans, place = [], start
    for cell in line.split(sign):
        bare = cell.strip(_AROUND)
        first = place + len(cell) - len(cell.lstrip(_AROUND))
        spans.append((first, first + len(bare)))
        place += len(cell) + 1
    return spans[1:] if sign == "|" and line.lstrip().startswith(sign) else spans


def _is_cell(value: str) -> bool:
    return len(value) >= _SHORTEST_PIN and not re.search(r"\s", value) and _is_password(value)


def masks_of(text: str, masks: Mapping[str, str]) -> dict[str, str]:
    """Return *masks* (by secret) with one more for each secret of *text* that has none yet, numbered on."""
    known = dict(masks)
    for secret in find(text):
        known.setdefault(_words(text, secret), MASK.format(secret.kind, len(known) + 1))
    return known


def masked(text: str, masks: Mapping[str, str]) -> str:
    """Return *text* with its mask of *masks* for each secret, and for each word that is the secret of another text.

    The lines stay as many as they are: of a secret over several lines each is a mask. Every secret that `find` finds in *text* must
    be among *masks*.
    """
    pieces, done = [], 0
    for secret in find(text):
        mask = masks[_words(text, secret)]
        pieces += [_without_known(text[done : secret.start], masks), _LINE.sub(mask, text[secret.start : secret.end])]
        done = secret.end
    return "".join([*pieces, _without_known(text[done:], masks)])


def _words(text: str, secret: Secret) -> str:
    return _plain(text[secret.start : secret.end])[0]


def _without_known(text: str, masks: Mapping[str, str]) -> str:
    """Mask the secrets in *text* that nothing around them gives away: "he says it is Harbour-77 again"."""
    return _WORD.sub(lambda match: _mask_for(match[0], masks), text) if masks else text


def _mask_for(word: str, masks: Mapping[str, str]) -> str:
    bare = word.rstrip(".:?!")
    found = next((known for known in (word, bare) if known in masks), "")
    # A short one or a plain word may well stand there and mean nothing.
    return masks[found] + word[len(found) :] if len(found) >= _SHORTEST_WORD and _is_mixed(found) else word


def _plain(text: str) -> tuple[str, list[int]]:
    """Return *text* as the patterns read it, and before which of its places a character of the original was left out."""
    if text.isascii() or not _IS_ODD.search(text):
        return text, []
    unseen = [match.start() for match in _UNSEEN.finditer(text)]
    return _UNSEEN.sub("", text).translate(_WIDE), [place - before for before, place in enumerate(unseen)]


def _joined(spans: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield sorted spans with those that overlap as one, of the best rank among them."""
    start = end = rank = -1
    for first, last, order in spans:
        if first < end:
            end, rank = max(end, last), min(rank, order)
            continue
        if end > 0:
            yield start, end, rank
        start, end, rank = first, last, order
    if end > 0:
        yield start, end, rank


def _lines(text: str, starts: list[int]) -> list[int]:
    counts = (text.count("\n", before, start) for before, start in zip([0, *starts], starts, strict=False))
    return list(accumulate(counts, initial=1))[1:]


def _is_mixed(value: str) -> bool:
    return bool(_DIGIT.search(value) and _LETTER.search(value))


_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
# A value that stands for one: a variable, a gap to fill in, a row of stars, a word that everybody writes there.
_STAND_IN = re.compile(
    r"[$%{<\[*]|(.)\1*$|(?:your|my|the|some|a|an|insert|enter|replace|example|sample|dummy|fake|test|placeholder|redacted|removed|hidden)[-_ ]"
    r"|(?:password|passwort|passwd|pass|pwd|secret|token|key|api[-_]?key|change[-_]?me|example|redacted|null|none|true|false|undefined)$",
    re.IGNORECASE,
)
# What code writes there: a call, an item, the name of a setting.
_CODE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*[(\[]|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$|--")
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}")
_SIGN = re.compile(r"[^\w./:-]")
_ADDRESS = re.compile(r"[A-Za-z][\w+.-]*://|[^\s@]+@[\w-]+\.[\w.-]+$")
_PATH = re.compile(r"(?:~|\.{1,2})?/[\w.-]+/")
_WORDS = re.compile(r"(?:\d+|[A-Za-z]+\d*)(?:[-/][a-z]{2,})+")  # 12-character, Base64-encoded


def _is_value(value: str) -> bool:
    """Say whether *value* looks like a secret behind "token =": letters and digits, and no stand-in, code, date or plain word."""
    ordinary = (_STAND_IN.match(value), _CODE.match(value), _DATE.fullmatch(value), _WORDS.fullmatch(value))
    return _is_mixed(value) and not any(ordinary)


def _is_password(value: str) -> bool:
    """The same behind "password:", where digits alone or a sign among the letters say enough."""
    if value.isdigit():
        return len(set(value)) > 1
    if _PATH.match(value):  # PWD=/home/...
        return False
    is_odd = _SIGN.search(value) and _LETTER.search(value) and not _STAND_IN.match(value) and not _CODE.match(value)
    return bool(is_odd) or _is_value(value)


def _is_password_alone(value: str) -> bool:
    """The same on the line below "password:", where a link or an address may stand as well."""
    return _is_password(value) and not _ADDRESS.match(value)


def _is_no_stand_in(value: str) -> bool:
    return not _STAND_IN.match(value)


def _holds_a_key(block: str) -> bool:
    return bool(_RUN.search(block))


_RUN = re.compile(r"[A-Za-z0-9+/=]{20}")


# What a mail's or a page's margin has cut off a token: alone on the next line, or too odd for a word of it.
_CUT_OFF = (
    r"=?[ \t]{0,2}\r?\n[ \t>|]{0,4}(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])"
    r"(?:[\w+/=-]{6,}(?=[ \t\"'`).,;]*\r?(?:\n|\Z))|(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])[\w+/=-]{12,})"
)


def _token(kind: str, body: str, *, behind: str = "[A-Za-z0-9]") -> _Pattern:
    """A secret that is known by how it begins; it begins nowhere in the middle of a word, and goes on to the end of its own."""
    return _Pattern(kind, re.compile(rf"(?<!{behind})(?:{body})[\w-]*+(?:{_CUT_OFF})?"))


def _named(kind: str, names: str, value: str, is_one: Callable[[str], bool]) -> _Pattern:
    """A secret that is known by what stands before it: a name, then a colon or an equals sign, perhaps marks or quotation marks."""
    sign = rf"""(?:\\?["'`])?{_MARKS}[ \t]{{0,8}}(?::=|=>|:|=){_MARKS}[ \t]{{0,8}}{_MARKS}(?:\\?["'`])?"""
    return _Pattern(kind, re.compile(rf"(?i:{names}){sign}(?P<s>{value})"), is_one)


_MARKS = r"[*_]{0,3}"
# Behind a mark that makes it bold, a value ends before the next one.
_VALUE = r"""(?:(?<=[*_])[^\s"'`<>,;\\]{5,199}[^\s"'`<>,;\\.:)}\]*_]|[^\s"'`<>,;\\]{5,199}[^\s"'`<>,;\\.:)}\]])"""
_LOGIN = r"(?:pass(?:word|wort|wd|phrase|code)|(?<![A-Za-z])(?:pass|pw)|pwd|kennwort|mot de passe|contrase[ñn]a|wachtwoord|hasło|parola)"

_HEADING = re.compile(rf"(?i:{_LOGIN}|(?<![A-Za-z])pin(?![A-Za-z]))")
_LONGEST_HEADING = 40
_AROUND = " \t*_`\"'"
_SHORTEST_PIN = 4

# The more special first: it names what several of them find.
_PATTERNS = (
    _Pattern(
        "private-key",
        re.compile(
            r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
            r"(?:(?:[^-]|-(?!----))*+-----END (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
            # One that is cut off.
            r"|(?:(?:\\[nr]|[\s>\"'+,|]){0,16}+[A-Za-z0-9+/=]{20,}+)++)"
        ),
        _holds_a_key,
    ),
    _token("anthropic-key", r"sk-ant-[\w-]{16,}"),
    _token("openai-key", r"sk-(?:proj|svcacct|admin|None)-[\w-]{16,}|sk-(?:or-v1-)?[A-Za-z0-9]{32,}"),
    _token("aws-key-id", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _named("aws-secret-key", r"(?:secret[_-]?access[_-]?key|aws[_-]?secret(?:[_-]?key)?)", r"[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])", bool),
    _token("github-token", r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{22,}"),
    _token("gitlab-token", r"gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt|oas)-[\w.-]{18,}"),
    _token("slack-token", r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"),
    _Pattern("webhook", re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<s>[\w/-]{16,})")),
    _Pattern("webhook", re.compile(r"discord(?:app)?\.com/api/webhooks/(?P<s>\d{8,}/[\w-]{16,})")),
    _Pattern("webhook", re.compile(r"\.webhook\.office\.com/(?P<s>webhookb2/[\w/@-]{16,})")),
    _token("google-key", r"AIza[\w-]{35}(?![\w-])|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}"),
    _token("stripe-key", r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,}"),
    _token("sendgrid-key", r"SG\.[\w-]{16,64}\.[\w-]{32,}", behind=r"[\w.-]"),
    _token("npm-token", r"npm_[A-Za-z0-9]{30,}"),
    _token("pypi-token", r"pypi-[\w-]{40,}"),
    _token("huggingface-token", r"hf_[A-Za-z0-9]{30,}"),
    _token("shopify-token", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    _token("docker-token", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    _token("databricks-token", r"dapi[0-9a-f]{32}"),
    _token("vault-token", r"hv[sbr]\.[\w-]{20,}", behind=r"[\w.-]"),
    _token("digitalocean-token", r"do[opr]_v1_[0-9a-f]{32,}"),
    _token("atlassian-token", r"AT(?:ATT|CTT|BB)[\w=-]{24,}"),
    _token("age-key", r"AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}", behind=r"[\w-]"),
    _token("telegram-token", r"\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _token("jwt", r"eyJ[\w-]{8,}+\.eyJ[\w-]{8,}+\.[\w-]*", behind=r"[\w.-]"),
    _named("azure-key", r"(?:account|sharedaccess)key", r"[A-Za-z0-9+/]{40,}={0,2}", bool),
    _Pattern("azure-signature", re.compile(r"[?&;](?:amp;)?sig=(?P<s>[A-Za-z0-9%+/=]{40,})")),
    _Pattern("url-password", re.compile(r"://[^\s/?#:@\"'<>]{0,100}:(?P<s>[^\s/\"'<>()\]]{1,200})@"), _is_no_stand_in),
    _Pattern(
        "authorization",
        re.compile(r"(?i:authorization)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?i:basic|bearer|token|digest|apikey)\s{1,4}(?P<s>[\w.~+/=-]{8,})"),
        _is_no_stand_in,
    ),
    _Pattern("bearer-token", re.compile(r"(?<![A-Za-z])(?i:bearer)\s{1,4}(?P<s>[\w.~+/=-]{16,})"), _is_value),
    _Pattern("url-password", re.compile(r"\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ \t=]{0,2}[\"']?[^\s:\"']{1,100}:(?P<s>[^\s\"']{1,200})"), _is_no_stand_in),
    _Pattern("password", re.compile(rf"(?i:<(?:[\w-]{{1,40}}:)?{_LOGIN}(?:\s[^<>]{{0,100}})?>)\s{{0,4}}(?P<s>[^\s<>]{{4,200}})\s{{0,4}}</"), _is_password),
    _named("password", _LOGIN, _VALUE, _is_password),
    _Pattern(
        "password",
        re.compile(
            rf"(?i:{_LOGIN}){_MARKS}[ \t]{{0,8}}:{_MARKS}[ \t]{{0,8}}\r?\n(?:[ \t]{{0,8}}\r?\n)?"
            rf"(?:[ \t]{{0,8}}[>*`-])?[ \t]{{0,8}}{_MARKS}[\"'`]?(?P<s>{_VALUE})(?=[\"'`*_ \t\r.]{{0,8}}(?:\n|\Z))"
        ),
        _is_password_alone,
    ),
    _Pattern("password", re.compile(rf"(?i:{_LOGIN}\s{{1,4}}(?:is|ist|lautet|est|es))\s{{1,4}}(?:[\"'`])?(?P<s>{_VALUE})"), _is_value),
    _named(
        "assigned-secret",
        r"(?:api[ _-]?key|secret(?:[_-]?key)?|(?:access|auth|refresh|session|id|bot|api|deploy|personal|private)[_-]?token|(?<![A-Za-z])token"
        r"|(?:access|private|signing|encryption|master|license|subscription|x-functions)[_-]?key|client[_-]?secret|credentials?)",
        _VALUE,
        _is_value,
    ),
)
_TABLE_RANK = next(rank for rank, pattern in enumerate(_PATTERNS) if pattern.kind == "password")
