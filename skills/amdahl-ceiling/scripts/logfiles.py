"""The files of one session on disk, read in one go: lines to the reader, sizes and digests to the source.

A log is read on its own, so that several can be read at the same time; whoever puts them together sees to records that
stand in more than one, by the keys of their ids. What a file held when it was found counts, however much is written to it meanwhile.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from badinput import unreadable
from sessions import Session
from transcripts import Reader

KEY_BITS = 64  # with fewer, two of a million ids would have the same key
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
    """One session's files: its own log, what of it lies in other folders, and those of its sub-agents."""

    id: str
    main: File
    agents: tuple[File, ...]
    further: tuple[File, ...] = ()

    @property
    def files(self) -> tuple[File, ...]:
        """All its files, in the order in which they are read."""
        return (self.main, *self.further, *self.agents)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRead:
    """What reading one log gave.

    Attributes:
        session: The session, None if no record carried a time.
        lines: Physical lines.
        malformed: Where lines are that were found not to be one JSON object, as "file:number".
        digests: One per file: its name, its bytes that were read, and "sha256:<hex>" of them.
        keys: `keys_of` the ids of its records.
    """

    session: Session | None
    lines: int
    malformed: tuple[str, ...]
    digests: tuple[tuple[str, int, str], ...]
    keys: array[int]

    @property
    def begins(self) -> float:
        """When its session began, epoch seconds; 0 if it has none."""
        return self.session.wall[0] if self.session else 0.0


class Seen(set[bytes]):
    """Ids of records that were read, and those whose keys are of records that were read elsewhere."""

    def __init__(self, elsewhere: frozenset[int]) -> None:
        """Nothing was read yet here."""
        super().__init__()
        self.elsewhere = elsewhere

    def __contains__(self, name: object) -> bool:
        """Whether the record was read before."""
        return super().__contains__(name) or (isinstance(name, bytes) and key_of(name) in self.elsewhere)

    def isdisjoint(self, names: Iterable[object]) -> bool:
        """Whether none of these records was read before."""
        return not any(name in self for name in names)


def read_log(log: Log, elsewhere: frozenset[int] = frozenset()) -> LogRead:
    """Read all files of one log; a record whose id has one of the keys *elsewhere* was counted there.

    Raises:
        BadInput: a file cannot be read.
    """
    reader = Reader(log.id, Seen(elsewhere) if elsewhere else set())
    malformed: list[str] = []
    digests: list[tuple[str, int, str]] = []
    for file in log.files:
        before = len(reader.malformed)
        digests.append((file.name, *_read(file, reader)))
        malformed += [f"{file.name}:{number}" for number in reader.malformed[before:]]
    return LogRead(
        session=reader.session(),
        lines=reader.lines,
        malformed=tuple(malformed),
        digests=tuple(digests),
        keys=keys_of(reader.seen),
    )


def keys_of(ids: Iterable[bytes]) -> array[int]:
    """The keys of ids, which are the same in a copy of this process and no other."""
    return array("q", list(map(key_of, ids)))  # of a list it is made in two thirds of the time


def _digest(name: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)


# A number of 64 bits for an id; the set that holds it knows its hash already.
key_of: Callable[[bytes], int] = hash if sys.hash_info.width >= KEY_BITS else _digest


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
                if end:
                    yield block, end
                if not is_last:
                    raw.seek(at)
    except OSError as error:
        raise unreadable(file.name, error) from error
