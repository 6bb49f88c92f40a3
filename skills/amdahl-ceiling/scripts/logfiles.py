"""The files of one session on disk, read in one go: lines to the reader, sizes and digests to the source.

A log is read on its own, so that several can be read at the same time; whoever puts them together sees to records that
stand in more than one. What a file held when it was found counts, however much is written to it meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pulls import BadInput
from sessions import Session
from transcripts import Reader

BLOCK = 1 << 18  # bytes that are read at once, and stay in the processor's cache while they are looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a log.

    Attributes:
        path: Where it is.
        name: Where it is below the evidence folder, as a source names it.
        size: Its bytes when it was found.
    """

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One session's files: its own log and those of its sub-agents."""

    id: str
    main: File
    agents: tuple[File, ...]

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return self.main.size + sum(file.size for file in self.agents)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRead:
    """What reading one log gave.

    Attributes:
        session: The session, None if no record carried a time.
        lines: Physical lines.
        malformed: Where lines are that are not one JSON object, as "file:number".
        digests: One per file: its name, its bytes that were read, and "sha256:<hex>" of them.
        ids: The ids of its records that were new, one a line.
    """

    session: Session | None
    lines: int
    malformed: tuple[str, ...]
    digests: tuple[tuple[str, int, str], ...]
    ids: bytes


def read_log(log: Log, known: frozenset[bytes] = frozenset()) -> LogRead:
    """Read all files of one log; a record whose id is one of *known* was counted elsewhere.

    Raises:
        BadInput: a file cannot be read.
    """
    reader = Reader(log.id, set(known))
    malformed: list[str] = []
    digests: list[tuple[str, int, str]] = []
    for file in (log.main, *log.agents):
        before = len(reader.malformed)
        digests.append((file.name, *_read(file, reader)))
        malformed += [f"{file.name}:{number}" for number in reader.malformed[before:]]
    return LogRead(
        session=reader.session(),
        lines=reader.lines,
        malformed=tuple(malformed),
        digests=tuple(digests),
        ids=b"\n".join(reader.seen - known),
    )


def _read(file: File, reader: Reader) -> tuple[int, str]:
    """Give every line of a file to *reader*; return the bytes read and their digest."""
    digest, size, place = hashlib.sha256(), 0, 0
    for block, end in _blocks(file):
        digest.update(memoryview(block)[:end])
        place = reader.block(block, end, place)
        size += end
    return size, f"sha256:{digest.hexdigest()}"


def _blocks(file: File) -> Iterator[tuple[bytes, int]]:
    """Blocks of a file, and where the whole lines in each end; only the last line may lack its newline.

    What follows the last newline is read again with the next block: that is cheaper than to copy the rest together.
    """
    at, length = 0, BLOCK
    try:
        with file.path.open("rb", buffering=0) as raw:
            while at < file.size and (block := raw.read(min(length, file.size - at))):
                # Fewer bytes than asked for: the file has become shorter since it was found.
                is_last = at + len(block) == file.size or len(block) < length
                end = len(block) if is_last else block.rfind(b"\n") + 1
                length = BLOCK if end else 2 * length
                at += end
                raw.seek(at)
                if end:
                    yield block, end
    except OSError as error:
        raise unreadable(file.name, error) from error


def unreadable(name: str, error: OSError) -> BadInput:
    """The error of a file that cannot be read."""
    return BadInput(expected="a readable file", found=error.strerror or type(error).__name__, where=name)
