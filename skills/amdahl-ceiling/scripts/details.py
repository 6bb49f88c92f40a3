"""The figures of every session and every pull request, by the rules alone and after the recorded durations.

For engineers who want to check the sums; no person and no session is named, sessions carry a short digest of their id.
"""

from __future__ import annotations

from typing import Any

from boundaries import Boundary
from factlist import HOUR
from figures import PullFigures, SessionFigures
from intervals import total
from labels import Labels
from measurement import Measurement


def details(found: Measurement) -> dict[str, Any]:
    """Per session seconds, per pull request hours, the sums by the rules alone, and the seconds of each case in other systems' exports."""
    traced = [_traced(boundary) for boundary in found.traced.boundaries.values()]
    return {
        "schema": "amdahl-ceiling.details/1",
        "working_hours": found.hours,
        "by_rules": _by_rules(found),
        "sessions": [_session(session) for session in found.sessions],
        "pull_requests": [_pull(pull) for pull in found.measured],
        "pull_requests_without_start": [
            pull.number for pull in found.pulls if pull.number not in {one.pull.number for one in found.measured}
        ],
        **({"traced": traced} if traced else {}),
    }


def _traced(boundary: Boundary) -> dict[str, Any]:
    """The seconds of each case, without its name, so that they can be drawn and compared again."""
    cases = [[_seconds(value) for value in row] for row in boundary.cases]
    return {"whole": boundary.id, "stages": list(boundary.stages), "cases": cases}


def _by_rules(found: Measurement) -> dict[str, Any]:
    """The sums that the rules alone give, in hours: the figures before the recorded durations were used."""
    names = ("model_and_tool", "tool_and_human", "model_and_human")
    sessions = [_split(session.rules, session.seconds) for session in found.sessions]
    turns = found.turns
    return {
        "session_hours": _summed(sessions),
        "overlap_hours": {
            name: _hours(sum(s.overlap[place] for s in found.sessions)) for place, name in enumerate(names)
        },
        "lead_hours": _summed([pull.rules for pull in found.measured]),
        "lead_covered_hours": _summed([pull.rules for pull in found.headline]),
        "turns_where_model_exceeded_duration": sum(turn.exceeded for turn in turns),
        "min_wall_minus_duration_seconds": min((_seconds(turn.dialog) for turn in turns), default=None),
        "max_wall_minus_duration_seconds": max((_seconds(turn.dialog) for turn in turns), default=None),
    }


def _summed(rows: list[dict[str, float]]) -> dict[str, float]:
    return {name: _hours(sum(row[name] for row in rows)) for name in (rows[0] if rows else {})}


def _split(labels: Labels, seconds: float) -> dict[str, float]:
    split = {"model": total(labels.model), "tool": total(labels.tool), "dialog": total(labels.human)}
    return split | {"idle": seconds - sum(split.values())}


def _session(session: SessionFigures) -> dict[str, Any]:
    counts = session.counts
    return {
        "id": session.key,
        "lines": counts.lines,
        "malformed_lines": list(counts.malformed),
        "repeated": counts.repeated,
        "assistant_lines": counts.assistant_lines,
        "messages": counts.messages,
        "calls": counts.calls,
        "unanswered_calls": counts.unanswered,
        "out_of_order_pairs": counts.backwards,
        "turn_durations": counts.durations,
        "turn_duration_seconds": _seconds(counts.duration_seconds),
        "first_epoch": _seconds(session.wall[0]),
        "last_epoch": _seconds(session.wall[1]),
        "wall_seconds": _seconds(session.seconds),
        "rules_seconds": {name: _seconds(value) for name, value in _split(session.rules, session.seconds).items()},
        "calibrated_seconds": {
            name: _seconds(value) for name, value in _split(session.calibrated, session.seconds).items()
        },
        "turns": [
            {
                "prompt_epoch": _seconds(turn.turn.start),
                "end_epoch": _seconds(turn.turn.end),
                "duration_seconds": _seconds(turn.turn.duration),
                "model_seconds": _seconds(turn.model),
                "tool_seconds": _seconds(turn.tool),
                "dialog_seconds": _seconds(turn.dialog),
            }
            for turn in session.turns
        ],
    }


def _pull(pull: PullFigures) -> dict[str, Any]:
    last = pull.pull.last_commit
    return {
        "number": pull.pull.number,
        "fully_covered": pull.covered,
        "lead_hours": _hours(pull.lead),
        "last_commit_to_merge_hours": None if last is None else _hours(pull.pull.merged - last),
        "rules_hours": {name: _hours(value) for name, value in pull.rules.items()},
        "calibrated_hours": {name: _hours(value) for name, value in pull.stages.items()},
        "working_hours": {name: _hours(value) for name, value in pull.working.items()},
    }


def _hours(seconds: float) -> float:
    return round(seconds / HOUR, 6)


def _seconds(seconds: float) -> float:
    return round(seconds, 3)
