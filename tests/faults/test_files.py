"""What can go wrong between us and a disk, and with what a client's folder holds: each fault on the level of functions."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from failing import every_failure
from hypothesis import given, settings
from hypothesis import strategies as st

import fde as package
from fde.engagement import ledger
from fde.engagement.files import (
    append_line,
    inside,
    lock,
    make_folder,
    publish,
    read_bytes,
    read_json,
    read_text,
    replace,
    sweep,
    writable,
)
from fde.errors import (
    AlreadyThere,
    BadName,
    CannotWrite,
    Exit,
    LedgerBroken,
    Locked,
    NotInside,
    NotJson,
    NotRegular,
    NotText,
    TooLarge,
)
from fde.portable.names import escaped, same_name, unescaped
from fde.portable.strictjson import BadJson, strict_json
from fde.portable.tree import Skip, walk
from fde.text import digest, is_slug, printable, require_slug

SEARCHED = str(Path(package.__file__).parents[1])
ROUNDS = 20

steady = settings(deadline=None, database=None)


def child(code, *args):
    """Start a Python process that knows `fde`; its stdin and stdout are pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)],
        env={**os.environ, "PYTHONPATH": SEARCHED},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_at_some_moment(code, *args, seed):
    """Let a child write in a loop, and kill it at a moment that only *seed* knows."""
    with child(code, *args) as process:
        process.stdout.readline()
        try:
            process.wait(random.Random(seed).uniform(0, 0.03))
        except subprocess.TimeoutExpired:
            process.kill()
        assert process.wait(30) == -signal.SIGKILL


def names(folder):
    return sorted(os.listdir(folder))


@contextmanager
def largest_file(size):
    """Let no file of this process grow beyond *size* bytes: the disk is full, as far as it can see."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def in_time(seconds=10):
    """Fail what hangs."""

    def ring(*_):
        pytest.fail(f"still not back after {seconds} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


REPLACES = """
import sys
from pathlib import Path
from fde.engagement.files import replace
for number in range(10_000):
    replace(Path(sys.argv[1]), f"{number:06}\\n" * 20_000)
    print(number, flush=True)
"""


def test_fault_01_a_file_is_whole_after_every_kill(tmp_path):
    path = tmp_path / "artefact.md"
    for seed in range(ROUNDS):
        kill_at_some_moment(REPLACES, path, seed=seed)
        lines = path.read_text().splitlines()
        assert (len(lines), len(set(lines))) == (20_000, 1)
    sweep(tmp_path, now=time.time() + 3601)
    assert names(tmp_path) == ["artefact.md"]


PUBLISHES = """
import sys
from pathlib import Path
from fde.engagement.files import publish
root, first = Path(sys.argv[1]), int(sys.argv[2])
for number in range(first, first + 10_000):
    publish(root / f"{number:08}", {f"charts/{part}.svg": b"%08d" % number * 4000 for part in range(6)})
    print(number, flush=True)
"""


def test_fault_01_a_published_folder_is_whole_after_every_kill(tmp_path):
    for seed in range(ROUNDS):
        kill_at_some_moment(PUBLISHES, tmp_path, seed * 10_000, seed=seed)
    sweep(tmp_path, now=time.time() + 3601)
    assert len(names(tmp_path)) >= ROUNDS
    for folder in names(tmp_path):
        found = {entry.id: entry.path.read_bytes() for entry in walk(tmp_path / folder)}
        assert found == {f"charts/{part}.svg": folder.encode() * 4000 for part in range(6)}


def test_fault_03_a_full_disk_leaves_the_old_file_and_no_temporary_one(tmp_path):
    path = tmp_path / "artefact.md"
    replace(path, "old")
    with largest_file(4096), pytest.raises(CannotWrite) as refused:
        replace(path, b"x" * 10_000)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["artefact.md"]
    assert refused.value.exit is Exit.INPUT
    assert refused.value.where == str(path)
    assert refused.value.message == "It cannot be written: File too large."


def test_fault_03_a_full_disk_leaves_the_ledger_as_it_was(tmp_path):
    path = tmp_path / "runs.ndjson"
    for _ in range(3):
        ledger.append(path, {"text": "x" * 1000})
    before = path.read_bytes()
    # Room for a part of the line, so that the first write comes back short.
    with largest_file(len(before) + 100), pytest.raises(CannotWrite, match="File too large"):
        ledger.append(path, {"text": "y" * 1000})
    assert path.read_bytes() == before


def test_fault_03_a_full_disk_leaves_no_part_of_a_published_folder(tmp_path):
    with largest_file(4096), pytest.raises(CannotWrite, match="File too large"):
        publish(tmp_path / "a" / "b", {"small": b"x", "large": b"x" * 10_000})
    assert names(tmp_path / "a") == []


class Attempt:
    """An action that is told apart: whether it said that it was done."""

    def __init__(self, action):
        self.action = action
        self.done = False

    def __call__(self):
        self.action()
        self.done = True


def test_fault_03_whichever_call_fails_a_replaced_file_is_old_or_new(tmp_path):
    path = tmp_path / "engagement.md"
    attempt = Attempt(lambda: replace(path, "new" * 5000))

    def reset():
        path.write_text("old" * 5000)
        attempt.done = False

    def check():
        assert path.read_text() in (["new" * 5000] if attempt.done else ["new" * 5000, "old" * 5000])
        assert names(tmp_path) == ["engagement.md"]
        assert not attempt.done, "it was told that it is written, and something had failed"

    assert every_failure(attempt, check=check, reset=reset) == 36
    assert path.read_text() == "new" * 5000


def test_fault_03_whichever_call_fails_a_published_folder_is_whole_or_not_there(tmp_path):
    final = tmp_path / "artefacts" / "amdahl-ceiling" / "2026-02-17-01"
    files = {"artefact.json": b"{}", "charts/a.svg": b"a", "charts/b.svg": b"b"}
    attempt = Attempt(lambda: publish(final, files))

    def reset():
        attempt.done = False
        subprocess.run(["rm", "-rf", tmp_path / "artefacts"], check=True)

    def check():
        assert not attempt.done
        if final.parent.exists() and names(final.parent):
            assert names(final.parent) == [final.name]
            assert {entry.id: entry.path.read_bytes() for entry in walk(final)} == files

    assert every_failure(attempt, check=check, reset=reset) > 100
    check_whole = {entry.id: entry.path.read_bytes() for entry in walk(final)}
    assert check_whole == files


@pytest.mark.parametrize("before", [None, b'{"n":1}\n', b'{"n":1}', b'{"n":1}\n{"n":', b'{"n'])
def test_fault_03_whichever_call_fails_a_ledger_keeps_every_whole_record(tmp_path, before):
    path = tmp_path / "runs.ndjson"
    attempt = Attempt(lambda: ledger.append(path, {"n": 2}))
    kept = ({"n": 1},) if before and before.startswith(b'{"n":1}') else ()

    def reset():
        attempt.done = False
        path.unlink(missing_ok=True)
        if before is not None:
            path.write_bytes(before)

    def check():
        assert not attempt.done
        assert ledger.read(path).records in (kept, (*kept, {"n": 2}))

    assert every_failure(attempt, check=check, reset=reset) >= 18
    assert ledger.read(path) == ledger.Ledger(records=(*kept, {"n": 2}), torn=False)


def test_fault_03_after_one_failed_call_an_append_has_changed_nothing(tmp_path):
    path = tmp_path / "actions.md"
    path.write_text("a\n")
    outcomes = set()

    def append_then_look():
        try:
            append_line(path, "b")
        finally:
            outcomes.add(path.read_text())

    every_failure(append_then_look, check=lambda: None, reset=lambda: path.write_text("a\n"))
    # With a disk that stays broken at the fsync, the line can be neither made to last nor taken back.
    assert outcomes == {"a\n", "a\nb\n"}


@pytest.mark.parametrize(
    "action", [lambda root: make_folder(root / "a" / "b"), writable, lambda root: lock(root).__enter__()]
)
def test_fault_03_whichever_call_fails_it_is_told_in_our_words(tmp_path, action):
    def reset():
        subprocess.run(["rm", "-rf", tmp_path / "a", tmp_path / ".fde"], check=True)

    assert every_failure(lambda: action(tmp_path), check=lambda: None, reset=reset) >= 18
    assert not [name for name in names(tmp_path) if name.endswith(".tmp")]


HOLDS = """
import sys
from pathlib import Path
from fde.engagement.files import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_fault_09_the_second_run_at_once_is_told_who_holds_it_and_ends_with_4(tmp_path):
    with child(HOLDS, tmp_path) as holder:
        assert holder.stdout.readline() == "held\n"
        with in_time(), pytest.raises(Locked) as refused, lock(tmp_path):
            pass
        assert refused.value.exit is Exit.NOT_NOW
        assert refused.value.message.startswith(
            f"Another fde works on this engagement: process {holder.pid} since {time.gmtime().tm_year}-"
        )
        holder.stdin.close()
        assert holder.wait(10) == 0
    with lock(tmp_path):
        pass


def test_fault_09_one_that_waits_gets_the_lock_when_the_first_is_done(tmp_path, monkeypatch):
    waited = []
    with child(HOLDS, tmp_path) as holder:
        holder.stdout.readline()
        with pytest.raises(Locked), lock(tmp_path, wait=0.1):
            pass

        def holder_ends(seconds):
            waited.append(seconds)
            if not holder.stdin.closed:
                holder.stdin.close()
                holder.wait(10)

        # The holder is done while, and only because, the other waits.
        monkeypatch.setattr(time, "sleep", holder_ends)
        with in_time(), lock(tmp_path, wait=60):
            assert waited


def test_fault_10_a_killed_holder_holds_the_lock_no_longer(tmp_path):
    with child(HOLDS, tmp_path) as holder:
        holder.stdout.readline()
        holder.kill()
        holder.wait(10)
    with lock(tmp_path):
        assert names(tmp_path / ".fde") == ["lock"]


APPENDS = """
import sys
from pathlib import Path
from fde.engagement.ledger import append
sys.stdin.read()
for number in range(30):
    append(Path(sys.argv[1]), {"by": int(sys.argv[2]), "n": number, "text": sys.argv[2] * 20_000})
"""


def test_fault_11_six_who_append_lines_of_20_kb_tear_none(tmp_path):
    path = tmp_path / "runs.ndjson"
    processes = [child(APPENDS, path, by) for by in range(6)]
    for process in processes:
        process.stdin.close()
    for process in processes:
        with process:
            assert process.wait(120) == 0
    records = ledger.read(path).records
    assert len(records) == 180
    for by in range(6):
        assert [record["n"] for record in records if record["by"] == by] == list(range(30))
    assert all(record["text"] == str(record["by"]) * 20_000 for record in records)


@steady
@given(st.lists(st.text(), min_size=1, max_size=4), st.data())
def test_fault_12_a_torn_last_line_costs_no_whole_record_and_is_told_once(texts, data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "runs.ndjson")
        for text in texts:
            ledger.append(path, {"text": text})
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole)))
        path.write_bytes(whole[:cut])
        ends = [place for place, byte in enumerate(whole) if byte == 0x0A]
        kept = [{"text": text} for text, end in zip(texts, ends, strict=True) if cut >= end]
        assert ledger.read(path) == ledger.Ledger(
            records=tuple(kept), torn=cut not in {0, *ends, *(end + 1 for end in ends)}
        )
        ledger.append(path, {"text": "after"})
        assert ledger.read(path) == ledger.Ledger(records=(*kept, {"text": "after"}), torn=False)


@steady
@given(st.data())
def test_fault_13_a_byte_that_breaks_a_line_in_the_middle_names_the_line(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "runs.ndjson")
        for number in range(3):
            ledger.append(path, {"n": number})
        content = bytearray(path.read_bytes())
        line = data.draw(st.sampled_from([1, 2]))
        content[(line - 1) * 8 + data.draw(st.sampled_from([0, 1, 3, 4, 6]))] ^= 0x80
        path.write_bytes(content)
        with pytest.raises(LedgerBroken) as broken:
            ledger.read(path)
        assert broken.value.where == f"{path}:{line}"
        assert broken.value.exit is Exit.INPUT


def as_nobody(action, folder):
    """Return what *action* says in a process that may not write in *folder*: its working folder, which is read-only."""
    folder.chmod(0o555)
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # A test runner may have threads; the child execs nothing and takes no lock of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writer, action().encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, encoding="utf-8") as said:
        words = said.read()
    os.waitpid(pid, 0)
    folder.chmod(0o755)
    return words


@pytest.mark.parametrize(
    "write",
    [
        writable,
        lambda folder: replace(folder / "a.md", "new"),
        lambda folder: append_line(folder / "new.md", "line"),
        lambda folder: publish(folder / "final", {"a": b""}),
        lambda folder: make_folder(folder / "new"),
        lambda folder: lock(folder).__enter__(),
    ],
)
def test_fault_15_a_read_only_folder_is_told_before_anything_is_done(tmp_path, write):
    (tmp_path / "a.md").write_text("old")

    def said():
        try:
            write(Path())
        except CannotWrite as error:
            return f"{error.exit.value} {error.message}"
        return "written"

    assert as_nobody(said, tmp_path) == "3 It cannot be written: Permission denied."
    assert names(tmp_path) == ["a.md"]
    assert (tmp_path / "a.md").read_text() == "old"


CLIMBING = [
    "../x",
    "/etc/x",
    "a/../../x",
    "..\\x",
    "a\0b",
    "a\nb",
    "a\\b",
    ".",
    "..",
    "",
    "a//b",
    "./a",
    "\x1b",
    "x" * 300,
]


@pytest.mark.parametrize(
    "name", [*CLIMBING, "-rf", "CON", "con", "nul", "aux", "prn", "com1", "lpt9", "ﬁle", "a.b", " "]
)
def test_fault_18_a_name_that_climbs_or_fits_no_system_is_no_slug(name):
    assert not is_slug(name)
    with pytest.raises(BadName) as refused:
        require_slug(name, "subject")
    assert refused.value.exit is Exit.INPUT
    assert printable(refused.value.message) == refused.value.message


@pytest.mark.parametrize("relative", [*CLIMBING, "a/..", "a/./b", "a//", "\u2028", "a/\ud800", "é" * 200])
def test_fault_18_a_path_that_climbs_is_refused_before_it_is_opened(tmp_path, relative):
    with pytest.raises(NotInside) as refused:
        inside(tmp_path, relative)
    assert refused.value.exit is Exit.INPUT
    assert printable(refused.value.message) == refused.value.message


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "/"])
def test_fault_19_a_link_that_leads_out_is_named_and_not_read(tmp_path, target):
    (tmp_path / "secret").write_text("secret")
    evidence = tmp_path / "evidence"
    evidence.mkdir()
    (evidence / "link").symlink_to(target)
    assert [(entry.id, entry.skipped, entry.size) for entry in walk(evidence)] == [("link", Skip.OUTSIDE, 0)]
    with pytest.raises(NotInside, match="a link leads out"):
        inside(evidence, "link")
    with pytest.raises(NotInside, match="a link leads out"):
        inside(evidence, "link/etc/passwd")
    with pytest.raises(NotRegular, match="found a link"):
        read_bytes(evidence / "link", 10_000)


def test_fault_20_only_regular_files_are_opened_and_nothing_hangs(tmp_path):
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "up").symlink_to("..")
    (tmp_path / "same").symlink_to("folder")
    (tmp_path / "twice").symlink_to("a.md")
    (tmp_path / "one").symlink_to("other")
    (tmp_path / "other").symlink_to("one")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo")
    expected = {
        "a.md": None,
        "folder/up": Skip.LOOP,
        "same": Skip.LINK,
        "twice": Skip.LINK,
        "one": Skip.LOOP,
        "other": Skip.LOOP,
        "dangling": Skip.DANGLING,
        "fifo": Skip.FIFO,
    }
    with in_time():
        assert {entry.id: entry.skipped for entry in walk(tmp_path)} == expected
        for name in [name for name, skipped in expected.items() if skipped]:
            with pytest.raises(NotRegular):
                read_bytes(tmp_path / name, 100)
        with pytest.raises(NotRegular, match="found a folder"):
            read_bytes(tmp_path / "folder", 100)
        with pytest.raises(NotRegular, match="found a FIFO"):
            replace(tmp_path / "fifo", "new")
        with pytest.raises(NotRegular, match="found a FIFO"):
            append_line(tmp_path / "fifo", "new")


def test_fault_20_a_socket_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path may have about a hundred characters
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert [entry.skipped for entry in walk(tmp_path)] == [Skip.SOCKET]
        with pytest.raises(NotRegular, match="found a socket"):
            read_bytes(tmp_path / "socket", 100)


def test_fault_20_a_device_is_not_opened(tmp_path):
    with in_time(), pytest.raises(NotRegular, match="found a device"):
        read_bytes(Path("/dev/zero"), 100)
    try:
        os.mknod(tmp_path / "zero", stat.S_IFCHR | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("only root makes devices")
    assert [entry.skipped for entry in walk(tmp_path)] == [Skip.DEVICE]


def test_fault_20_what_is_swapped_for_a_fifo_after_the_look_does_not_hang(tmp_path, monkeypatch):
    path, real = tmp_path / "a.md", os.open
    path.write_text("a")

    def swap(*args):
        path.unlink()
        os.mkfifo(path)
        return real(*args)

    monkeypatch.setattr(os, "open", swap)
    with in_time(), pytest.raises(NotRegular, match="found a FIFO"):
        read_bytes(path, 100)


@pytest.mark.parametrize(
    ("data", "offset", "byte"),
    [
        (b"caf\xe9", 3, "0xe9"),
        (b"\x89PNG\r\n\x1a\n\0", 0, "0x89"),
        ("Übung".encode("utf-16"), 0, "0xff"),
        ("ab".encode("utf-16-le"), 1, "0x00"),
        ("é".encode() + b"\xc3", 2, "0xc3"),
        (b"\xed\xa0\x80", 0, "0xed"),
    ],
)
def test_fault_34_what_is_not_text_is_refused_with_the_offset_of_the_byte(tmp_path, data, offset, byte):
    (tmp_path / "a.txt").write_bytes(data)
    with pytest.raises(NotText) as refused:
        read_text(tmp_path / "a.txt", 100)
    assert refused.value.message == f"It is not text in UTF-8: the byte at offset {offset} is {byte}."
    assert refused.value.where == str(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("name", "stored", "shown"),
    [
        (b"caf\xe9.txt", r"caf\xe9.txt", "caf\ufffd.txt"),
        (b"a\nb.txt", r"a\nb.txt", "a\nb.txt"),
        (b"a\x1b]0;x\x07.txt", r"a\x1b]0;x\x07.txt", "a\ufffd]0;x\ufffd.txt"),
        (b"a\\..\\b", r"a\\..\\b", "a\\..\\b"),
    ],
)
def test_fault_35_a_name_that_no_text_can_hold_is_stored_escaped_and_shown_printable(tmp_path, name, stored, shown):
    folder = os.fsencode(tmp_path) + b"/evidence"
    os.mkdir(folder)
    try:
        os.close(os.open(folder + b"/" + name, os.O_CREAT))
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    (entry,) = walk(tmp_path / "evidence")
    assert (entry.id, entry.skipped) == (stored, Skip.BAD_NAME)
    assert json.loads(json.dumps({"id": entry.id}, ensure_ascii=False).encode()) == {"id": stored}
    assert os.fsencode(unescaped(entry.id)) == name
    assert printable(entry.path.name) == shown
    entry.path.write_text("abc")
    with pytest.raises(TooLarge) as refused:
        read_bytes(entry.path, 2)
    assert refused.value.where == f"{tmp_path}/evidence/{stored}"


def test_fault_35_a_folder_with_such_a_name_is_skipped_whole(tmp_path):
    (tmp_path / "a\nb").mkdir()
    (tmp_path / "a\nb" / "c").touch()
    assert [(entry.id, entry.skipped) for entry in walk(tmp_path)] == [(r"a\nb", Skip.BAD_NAME)]


def test_fault_36_a_file_of_2_gb_is_refused_before_a_byte_is_read(tmp_path, monkeypatch):
    path = tmp_path / "sparse.jsonl"
    path.touch()
    os.truncate(path, 2 << 30)
    monkeypatch.setattr(os, "read", lambda *_: pytest.fail("it was read"))
    with pytest.raises(TooLarge) as refused:
        read_bytes(path, 1 << 20, cap_name="the limit for a source")
    assert refused.value.message == ("It has 2,147,483,648 bytes or more; the limit for a source is 1,048,576 bytes.")
    assert [(entry.id, entry.size) for entry in walk(tmp_path)] == [("sparse.jsonl", 2 << 30)]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system has no /proc")
def test_fault_36_a_file_that_claims_to_be_empty_is_read_to_the_cap():
    assert os.stat("/proc/self/maps").st_size == 0
    assert b"/" in read_bytes(Path("/proc/self/maps"), 10_000_000)
    with pytest.raises(TooLarge):
        read_bytes(Path("/proc/self/maps"), 100)


def test_fault_37_of_a_file_that_grows_what_was_there_at_first_is_read(tmp_path, monkeypatch):
    path, real = tmp_path / "log", os.read
    path.write_bytes(b"a" * 3_000_000)

    def grow(*args):
        with path.open("ab") as log:
            log.write(b"b" * 2_000_000)
        return real(*args)

    monkeypatch.setattr(os, "read", grow)
    data = read_bytes(path, 4_000_000)
    assert data == b"a" * 3_000_000
    assert digest(data) == digest(b"a" * 3_000_000)


def test_fault_37_of_a_file_that_shrinks_what_is_left_is_read(tmp_path, monkeypatch):
    path, real = tmp_path / "log", os.read
    path.write_bytes(b"a" * 3_000_000)

    def shrink(*args):
        os.truncate(path, 10)
        return real(*args)

    monkeypatch.setattr(os, "read", shrink)
    assert read_bytes(path, 4_000_000) == b"a" * 10


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b]0;x\x07b", "a\ufffd]0;x\ufffdb"),
        ("\x1b]8;;http://x\x1b\\link", "\ufffd]8;;http://x\ufffd\\link"),
        ("a\x9b2Jb", "a\ufffd2Jb"),
        ("invoice\u202efdp.exe", "invoice\ufffdfdp.exe"),
        ("a\u200bb\u2066c\ufeff", "a\ufffdb\ufffdc\ufffd"),
        ("a\rb\x08c\x7f", "a\ufffdb\ufffdc\ufffd"),
        ("a\u2028b\u2029c", "a\ufffdb\ufffdc"),
        ("a\ud800b", "a\ufffdb"),
        ("a\U000e0041b", "a\ufffdb"),
        ("Straße\t3\n10² \u00a0 😀", "Straße\t3\n10² \u00a0 😀"),
    ],
)
def test_fault_38_escape_codes_are_shown_as_a_sign_and_stay_in_the_file(tmp_path, text, shown):
    assert printable(text) == shown
    if "\ud800" not in text:
        replace(tmp_path / "a", text)
        assert (tmp_path / "a").read_bytes() == text.encode()


HOSTILE_JSON = {
    '{"a": NaN}': "NaN is not a number in JSON",
    "[Infinity]": "Infinity is not a number in JSON",
    "[-Infinity]": "-Infinity is not a number in JSON",
    "[1e999]": "the number 1e999 is too large",
    "[-1e999]": "the number -1e999 is too large",
    '{"a": 1, "a": 1}': "the key 'a' is given twice",
    '{"b": [{"a": 1, "\\u0061": 2}]}': "the key 'a' is given twice",
    "9" * 5000: "an integer has 5000 digits, at most 4300 are read",
    "-" + "9" * 4301: "an integer has 4301 digits, at most 4300 are read",
    "[" * 100_000: "it is nested deeper than 200",
    '{"a":' * 100_000: "it is nested deeper than 200",
    "[" * 201 + "]" * 201: "it is nested deeper than 200",
    '["\\ud800"]': "a text holds half a character (a lone surrogate)",
    '{"\\uDFFF": 1}': "a text holds half a character (a lone surrogate)",
    '["\ud800"]': "a text holds half a character (a lone surrogate)",
}


@pytest.mark.parametrize("text", HOSTILE_JSON, ids=range(len(HOSTILE_JSON)))
def test_fault_44_hostile_json_is_refused_with_a_sentence(tmp_path, text):
    with in_time(), pytest.raises(BadJson) as refused:
        strict_json(text, "reply.json")
    assert (refused.value.sentence, refused.value.where) == (HOSTILE_JSON[text], "reply.json")
    assert str(refused.value) == f"reply.json: {HOSTILE_JSON[text]}"
    if "\ud800" not in text:
        (tmp_path / "reply.json").write_text(text)
        with pytest.raises(NotJson) as in_words:
            read_json(tmp_path / "reply.json", 1_000_000)
        assert in_words.value.message == f"It is not JSON as we read it: {HOSTILE_JSON[text]}."


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": 1,}', "[1 2]", "nul", '"a\nb"', "01", "1.", "\0", "[1]x"])
def test_fault_44_what_is_no_json_is_refused_with_its_line(text):
    with pytest.raises(BadJson) as refused:
        strict_json(f"\n\n{text}", "reply.json")
    assert refused.value.where == "reply.json:3"
    assert "column" in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[" * 200 + "]" * 200, None),
        ("9" * 4300, int("9" * 4300)),
        ('"\\ud83d\\ude00"', "😀"),
        ('\ufeff{"a": [1.5, -0, 1e-9, true, null]}', {"a": [1.5, 0, 1e-9, True, None]}),
        ('{"[[": "' + "[{" * 500 + '"}', {"[[": "[{" * 500}),
        ("[" + "[1]," * 500 + "{}]", [[1]] * 500 + [{}]),
    ],
)
def test_fault_44_what_is_within_the_limits_is_read(text, value):
    read = strict_json(text)
    assert value is None or read == value


SAME = [
    ("Amdahl", "amdahl"),
    ("caf\u00e9", "cafe\u0301"),
    ("STRASSE", "straße"),
    ("ﬁle", "FILE"),
    ("\u1e9b\u0323", "\u1e9b\u0323"),
    ("Å", "\u212b"),
    ("ΌΣΟΣ", "όσος"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_fault_56_names_that_are_one_on_some_file_system_are_refused_at_creation(tmp_path, one, other):
    assert same_name(one, other)
    publish(tmp_path / one, {})
    with pytest.raises(AlreadyThere) as refused:
        publish(tmp_path / other, {})
    assert escaped(one) in refused.value.message
    assert len(names(tmp_path)) == 1
    if one != other:
        with pytest.raises(NotInside, match="the same as"):
            publish(tmp_path / "both", {one: b"1", other: b"2"})
        with pytest.raises(NotInside, match="the same as"):
            publish(tmp_path / "both", {f"{one}/a": b"1", f"{other}/A": b"2"})
