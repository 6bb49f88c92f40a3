"""What a merged change waited for, from the moments that all files together tell of it.

Its time begins when it is opened, or ready if it was a draft, and ends with its merge; the time of a draft is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from intervals import Span, Spans, total, union, without
from reading import Moment

PICKUP, REVIEW, REWORK, MERGE = "pickup", "review", "rework", "merge"
KINDS = (PICKUP, REVIEW, REWORK, MERGE)
REVIEWS = frozenset({"approved", "changes", "commented"})
PUSHES = frozenset({"push", "commit"})
WORK = frozenset({"commit", "authored", "session"})  # what may be older than the opening
TOLD_OF = frozenset({"commit", "authored", "merged", "commit-of"})  # whose `what` is a commit
APART = 3600.0  # seconds between two records of one merge: a queue for merges may write the commit first


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One merged change.

    Attributes:
        case: Its id.
        start: When it was opened for review, epoch seconds.
        merged: When it was merged, epoch seconds.
        spans: What it waited for, by KINDS, tidy; the rest is not known.
        draft: Seconds as a draft before its merge, in no span and not in its time.
        window: Its time, tidy: from start to merge without drafts.
        is_reviewed: Whether a person's review is known.
        is_capped: Whether its list of reviews was cut off.
    """

    case: str
    start: float
    merged: float
    spans: Mapping[str, Spans]
    draft: float
    window: Spans
    is_reviewed: bool
    is_capped: bool


def by_case(moments: Iterable[Moment]) -> dict[str, list[Moment]]:
    """The moments of each change, each once and in order.

    One that names no repository (a timeline, a history of git) belongs to the only change that it can be of: of the same number, and of
    the same commits or merged at the same time.
    """
    cases: dict[str, set[Moment]] = {}
    for moment in moments:
        cases.setdefault(moment.case, set()).add(moment)
    of_number: dict[str, list[str]] = {}
    for case in cases:
        of_number.setdefault(number(case), []).append(case)
    for same in of_number.values():
        # Those that name a repository first: two histories may hold one merge too.
        same.sort(key=is_nameless)
        for case in filter(is_nameless, same):
            others = [other for other in same if other != case and other in cases]
            alike = [other for other in others if _commits(cases[case]) & _commits(cases[other])]
            fitting = [other for other in others if not is_nameless(other) and _fits(cases[case], cases[other])]
            if alike or len(fitting) == 1:
                cases[(alike or fitting)[0]] |= cases.pop(case)
    return {case: sorted(found, key=lambda moment: (moment.at, moment.event)) for case, found in cases.items()}


def number(case: str) -> str:
    """The number of a change, from its id."""
    return re.split("[#!]", case)[-1]


def is_nameless(case: str) -> bool:
    """Whether an id has a number and no repository: it begins with "?", and the folder or the file that it was found in."""
    return case.startswith("?")


def _fits(nameless: Collection[Moment], named: Collection[Moment]) -> bool:
    """Whether the times of both can be of one change: every repository has a change of that number."""
    merges = [[moment.at for moment in found if moment.event == "merged"] for found in (nameless, named)]
    if merges[0]:
        return any(abs(one - other) <= APART for one in merges[0] for other in merges[1])
    opened = min((moment.at for moment in named if moment.event == "opened"), default=0.0)
    return all(moment.at >= opened for moment in nameless if moment.event not in WORK)


def _commits(found: Iterable[Moment]) -> set[str]:
    return {moment.what for moment in found if moment.event in TOLD_OF and moment.what}


def changes(moments: Iterable[Moment]) -> tuple[list[Change], int]:
    """The merged changes that people opened, and how many merged ones machines did."""
    made, machines = [], 0
    for case, found in by_case(moments).items():
        opened, merged = _first(found, "opened"), _first(found, "merged")
        if opened is None or merged is None or merged.at <= opened.at:
            continue
        if opened.what == "bot":
            machines += 1
        else:
            made.append(_change(case, found, opened, merged))
    return made, machines


def _first(found: list[Moment], event: str) -> Moment | None:
    return next((moment for moment in found if moment.event == event), None)


def _change(case: str, found: list[Moment], opened: Moment, merged: Moment) -> Change:
    drafts = _drafts(found, opened.at, merged.at)
    window = without([(opened.at, merged.at)], drafts)
    start = window[0][0] if window else merged.at
    seen = [moment for moment in found if moment.at <= merged.at and (moment.event not in REVIEWS or moment.who != opened.who)]
    spans: dict[str, Spans] = {}
    taken = drafts
    # A draft may be reviewed; what is asked for there must not be counted beside the wait for its first review.
    for kind, found_spans in _spans(seen, start, merged.at).items():
        spans[kind] = without(union(found_spans), taken)
        taken = union([*taken, *spans[kind]])
    return Change(
        case=case,
        start=start,
        merged=merged.at,
        spans=spans,
        draft=total(drafts),
        window=window,
        is_reviewed=any(moment.event in REVIEWS for moment in seen),
        is_capped=_first(found, "capped") is not None,
    )


def _drafts(found: list[Moment], opened: float, merged: float) -> Spans:
    """When it was a draft: up to the moment it was ready, if nothing said before that it became one."""
    turns = [moment for moment in found if moment.event in ("draft", "ready")]
    spans: list[Span] = []
    if turns and turns[0].event == "ready":
        spans.append((opened, turns[0].at))
    spans += [(one.at, other.at) for one, other in pairwise(turns) if (one.event, other.event) == ("draft", "ready")]
    if turns and turns[-1].event == "draft":
        spans.append((turns[-1].at, merged))
    return union((max(start, opened), min(end, merged)) for start, end in spans)


def _spans(found: list[Moment], start: float, merged: float) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {kind: [] for kind in KINDS}
    reviews = [moment for moment in found if moment.event in REVIEWS and moment.at >= start]
    if not reviews:
        return spans
    spans[PICKUP].append((start, reviews[0].at))
    for kind, span in _rounds(found, merged):
        spans[kind].append(span)
    last = reviews[-1]
    if last.event == "approved":
        spans[MERGE].append((last.at, merged))
    return spans


def _rounds(found: list[Moment], merged: float) -> Iterator[tuple[str, Span]]:
    """Each time changes were asked for: until the next commit its author works, until the next review a reviewer is waited for.

    Where no commit answers before an approval or the merge, nothing says who was waited for.
    """
    for place, moment in enumerate(found):
        if moment.event != "changes":
            continue
        later = found[place + 1 :]
        settled = next((one.at for one in later if one.event == "approved"), merged)
        push = next((one.at for one in later if one.event in PUSHES and one.at < settled), None)
        if push is not None:
            yield REWORK, (moment.at, push)
            answer = next((one.at for one in later if one.event in REVIEWS and one.at > push), None)
            if answer is not None:
                yield REVIEW, (push, answer)
