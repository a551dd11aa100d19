"""Whether bytes are what they were said to be: what `verify` concludes from reading them."""

import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Problem, Shadow
from manifest_sync.core.memory import BLANK, Memories
from manifest_sync.core.scope import Scope


class Witness(StrEnum):
    """Who says what a file contains."""

    CACHE = "cache"
    """cache.db: the file was hashed in this very state."""
    ETAG = "etag"
    """S3's ETag, which is an MD5."""
    REMEMBERED = "remembered"
    """cache.db, or the manifest's `etag`: the MD5 that was found out for this very ETag."""
    METADATA = "metadata"
    """What S3 stores beside the bytes (`md5chksum`, or a checksum of the whole object)."""
    MANIFEST = "manifest"
    """The manifest's line, whatever state of the file it was written for."""


class Difference(StrEnum):
    """In what way a side is not as it was said to be."""

    CORRUPTED = "corrupted"
    """Other bytes, though by every mark this is the state that was hashed or sent."""
    DIFFERS = "differs"
    """Not what the manifest lists: changed since, by all appearances knowingly."""
    MISSING = "missing"
    """The manifest lists it and it was there once; now nothing is."""


class Finding(msgspec.Struct, frozen=True):
    """One file that is not as somebody said."""

    side: Side
    path: str
    difference: Difference
    found: Content | None
    """What the bytes are."""
    told: Mapping[Witness, Content]
    """What each witness says that they should be."""


def judge(side: Side, path: str, found: Content, told: Mapping[Witness, Content]) -> Finding | None:
    """Compare what was read with what was told; None where everybody agrees."""
    contradicted = {witness for witness, content in told.items() if content != found}
    if not contradicted:
        return None
    of_this_state = contradicted - {Witness.MANIFEST}
    difference = Difference.CORRUPTED if of_this_state else Difference.DIFFERS
    return Finding(side, path, difference, found, told)


class Lack(msgspec.Struct, frozen=True):
    """The lines without a file on one side."""

    missing: tuple[Finding, ...]
    absent: int
    """Never downloaded here, or never pushed: that is no difference."""


def lacking(
    side: Side,
    held: Iterable[str],
    problems: Iterable[Problem],
    *,
    lines: Mapping[str, Content],
    scope: Scope,
    memory: Memories,
) -> Lack:
    """What the manifest lists and one side lacks. A path under a problem is not missing."""
    held, shadow = frozenset(held), Shadow(problems)
    missing: list[Finding] = []
    absent = 0
    for path, line in lines.items():
        if path in held or not scope.holds(path) or shadow.over(path):
            continue
        known = memory.get(path, BLANK)
        was_there = known.recorded if side is Side.LOCAL else known.base
        if was_there is None:
            absent += 1
        else:
            told = {Witness.MANIFEST: line}
            missing.append(Finding(side, path, Difference.MISSING, None, told))
    return Lack(tuple(missing), absent)


def next_turn(paths: Iterable[str], percent: float, after: str) -> tuple[str, ...]:
    """The share of paths whose turn it is, `after` being the last one of the turn before.

    Paths stand on a ring, scattered by a checksum so that each turn sees something of every
    folder. As many turns as it takes to make up 100 % read every file that is there throughout,
    whatever is added or removed meanwhile: each turn goes on where the last one ended.
    """
    ring = sorted(paths, key=_place)
    share = math.ceil(len(ring) * Decimal(str(percent)) / 100)
    begin = next((at for at, path in enumerate(ring) if _place(path) > _place(after)), 0)
    return tuple(ring[begin:] + ring[:begin])[:share]


def _place(path: str) -> tuple[int, str]:
    # The empty path, which no file has, is before all others: there the first turn begins.
    return (zlib.crc32(path.encode("utf-8", "surrogatepass")) if path else -1, path)


def by_path(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings as they are shown: by path, the folder's before those of S3."""
    return iter(sorted(findings, key=lambda finding: (finding.path, finding.side)))
