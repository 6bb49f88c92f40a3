"""A ledger: one JSON object a line."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fde.engagement import ledger
from fde.engagement.ledger import Ledger, append, read
from fde.errors import Exit, LedgerBroken, NotRegular

steady = settings(deadline=None, database=None)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
RECORD = st.dictionaries(st.text(), JSON, max_size=4)


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "runs.ndjson"


def test_a_ledger_that_is_not_there_has_no_records(path):
    assert read(path) == Ledger(records=(), torn=False)


def test_a_record_is_one_line_that_a_person_can_read(path):
    append(path, {"run": "r-1", "by": "Müller\n", "at": None})
    append(path, {"run": "r-2"})
    assert path.read_text("utf-8") == '{"run":"r-1","by":"Müller\\n","at":null}\n{"run":"r-2"}\n'


@steady
@given(st.lists(RECORD, max_size=4))
def test_what_is_appended_is_what_is_read(records):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "runs.ndjson")
        for record in records:
            append(path, record)
        assert read(path) == Ledger(records=tuple(records), torn=False)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", [10**5000], {1: 2, "1": 3}])
def test_what_could_not_be_read_again_is_not_written(path, value):
    append(path, {"run": "r-1"})
    with pytest.raises(ValueError):
        append(path, {"value": value})
    assert read(path).records == ({"run": "r-1"},)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"", "column 1"),
        (b"{", "column"),
        (b"[1]", "expected an object"),
        (b"1", "expected an object"),
        (b'{"a":1}{"a":2}', "column"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":1,"a":1}', "twice"),
        (b'{"a":"\xff"}', "byte 6 is not UTF-8"),
        (b'{"a":"\x00"}', "column 7"),
    ],
)
def test_a_broken_line_is_named_by_file_and_line(path, line, told):
    path.write_bytes(b'{"n":1}\n' + line + b'\n{"n":3}\n')
    with pytest.raises(LedgerBroken) as broken:
        read(path)
    assert broken.value.where == f"{path}:2"
    assert broken.value.exit is Exit.INPUT
    assert told in broken.value.message


def test_a_broken_last_line_is_passed_over_only_if_it_was_never_finished(path):
    path.write_bytes(b'{"n":1}\n{"n":')
    assert read(path) == Ledger(records=({"n": 1},), torn=True)
    path.write_bytes(b'{"n":1}\n{"n":\n')
    with pytest.raises(LedgerBroken):
        read(path)


def test_a_last_record_that_only_lacks_its_line_break_counts(path):
    path.write_bytes(b'{"n":1}\n{"n":2}')
    assert read(path) == Ledger(records=({"n": 1}, {"n": 2}), torn=False)
    append(path, {"n": 3})
    assert [record["n"] for record in read(path).records] == [1, 2, 3]


def test_the_line_ends_of_another_system_are_read(path):
    path.write_bytes(b'{"n":1}\r\n{"n":2}\r\n')
    assert [record["n"] for record in read(path).records] == [1, 2]


def test_a_link_is_no_ledger(path, tmp_path):
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotRegular):
        read(path)
    with pytest.raises(NotRegular):
        append(path, {})
    assert not (tmp_path / "elsewhere").exists()


class Cuts(RuleBasedStateMachine):
    """Appends, and crashes that cut the last line at any byte: every record that was whole stays, in order."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "runs.ndjson")
        self.path.touch()
        self.records = []
        self.torn = False

    @rule(record=RECORD)
    def append(self, record):
        ledger.append(self.path, record)
        self.records.append(record)
        self.torn = False

    @precondition(lambda self: self.records and not self.torn)
    @rule(data=st.data())
    def cut(self, data):
        whole = self.path.read_bytes()
        last = json.dumps(self.records[-1], ensure_ascii=False, separators=(",", ":")).encode()
        gone = data.draw(st.integers(0, len(last) + whole.endswith(b"\n")))
        self.path.write_bytes(whole[: len(whole) - gone])
        if gone > whole.endswith(b"\n"):
            self.records.pop()
            self.torn = gone < len(last) + whole.endswith(b"\n")

    @invariant()
    def every_whole_record_is_there(self):
        assert ledger.read(self.path) == Ledger(records=tuple(self.records), torn=self.torn)

    def teardown(self):
        self.folder.cleanup()


Cuts.TestCase.settings = settings(steady, max_examples=40, stateful_step_count=15)
test_a_ledger_survives_any_sequence_of_appends_and_cuts = Cuts.TestCase
