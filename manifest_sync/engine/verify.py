"""Reading bytes again, whatever is known of them, and comparing them with what was said."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.events import Hashed
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.rows import Rows, divide
from manifest_sync.core.scope import Scope, nested_styles
from manifest_sync.core.stamps import ObjectStamp, Present
from manifest_sync.core.verification import Finding, Witness, judge, lacking
from manifest_sync.engine.folder import observe_folder
from manifest_sync.engine.listings import at_or_below, rows_of
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.retrying import Persistence
from manifest_sync.engine.site import Site
from manifest_sync.engine.watch import Watch

Choose = Callable[[Side, Iterable[str]], Iterable[str]]
"""Which of a side's files are read this time."""


class SideVerified(msgspec.Struct, frozen=True):
    """What became of reading one side."""

    side: Side
    files: int
    """In scope."""
    chosen: tuple[str, ...]
    """Whose turn it was, in that order."""
    read: int
    bytes: int
    findings: tuple[Finding, ...]
    unlisted: int
    """Read, but nobody said before what they contain."""
    absent: int
    """In the manifest, and never on this side."""
    problems: tuple[Problem, ...]

    @property
    def equal(self) -> int:
        """Files that were read and are as everybody said."""
        different = sum(finding.found is not None for finding in self.findings)
        return self.read - different - self.unlisted


class _Read(msgspec.Struct, frozen=True, gc=False):
    """A file that was read, and what was said of it."""

    path: str
    content: Content
    told: Mapping[Witness, Content]


_Reads = tuple[Sequence[_Read], Sequence[Problem]]


def verify(site: Site, watch: Watch, sides: Sequence[Side], choose: Choose) -> list[SideVerified]:
    """Read the chosen files of each side and judge them. Changes nothing, remembers nothing.

    Raises StoreError where a listing cannot be completed, or nothing gets through any more.
    """
    now_ns = site.now_ns()
    stores = {Side.LOCAL: site.folder, Side.S3: site.bucket}
    listed = {side: rows_of(stores[side], watch) for side in sides}
    nested = nested_styles(
        row.path for rows in listed.values() for row in rows if isinstance(row, Found)
    )
    scope = Scope(site.manifest.header, nested)
    done = []
    for side in sides:
        rows = divide(listed[side], scope, at_or_below(site.manifest))
        chosen = tuple(choose(side, [row.path for row in rows.found]))
        turn = _only(rows, frozenset(chosen))
        if side is Side.LOCAL:
            reads, problems = _read_files(site, turn, scope, now_ns, watch)
        else:
            reads, problems = _read_objects(site, turn, watch)
        found = (judge(side, read.path, read.content, read.told) for read in reads)
        lack = lacking(
            side,
            (row.path for row in rows.found),
            problems,
            lines=site.manifest.lines,
            scope=scope,
            memory=site.memory,
        )
        done.append(
            SideVerified(
                side=side,
                files=len(rows.found),
                chosen=chosen,
                read=len(reads),
                bytes=sum(read.content.size for read in reads),
                findings=(*(each for each in found if each is not None), *lack.missing),
                unlisted=sum(not read.told for read in reads),
                absent=lack.absent,
                problems=tuple(sorted(problems)),
            )
        )
    return done


def _only(rows: Rows, chosen: frozenset[str]) -> Rows:
    found = tuple(row for row in rows.found if row.path in chosen)
    return msgspec.structs.replace(rows, found=found)


def _read_files(site: Site, rows: Rows, scope: Scope, now_ns: int, watch: Watch) -> _Reads:
    """Read files as if nothing were cached; what is, is a witness where it is of this state."""
    facts = observe_folder(site.folder, rows, scope, {}, now_ns=now_ns, watch=watch)
    reads = []
    for path, entry in facts.listing.entries.items():
        told = _line(site, path)
        known = site.digests.get(path)
        if known is not None and known.trusted and known.stamp == entry.stamp:
            told[Witness.CACHE] = Content(known.stamp.size, known.md5)
        reads.append(_Read(path, entry.content, told))
    return reads, facts.listing.problems


def _read_objects(site: Site, rows: Rows, watch: Watch) -> _Reads:
    """Read objects, each in the state in which it was listed."""
    of_bytes = sum(row.stamp.size for row in rows.found)
    reads: list[_Read] = []
    problems = list(rows.problems)
    done_bytes = 0

    def read(row: Found) -> _Read | Problem:
        try:
            return Persistence(watch, row.path)(lambda: _read_object(site, row))
        except StoreError as error:
            return Problem(row.path, Side.S3, "unreadable", str(error))

    pace = watch.pace
    work = work_through(rows.found, read, threads=watch.jobs, stopped=pace.is_over, turn=pace.turn)
    for number, (row, result) in enumerate(work, start=1):
        done_bytes += row.stamp.size
        watch.tell(Hashed(watch.style, number, len(rows.found), done_bytes, of_bytes, side=Side.S3))
        if isinstance(result, Problem):
            problems.append(result)
        else:
            watch.tally.hashed()
            reads.append(result)
    pace.check()
    return reads, problems


def _read_object(site: Site, row: Found) -> _Read:
    """Read one object to its end, and ask everybody who may know what it should be."""
    path, stamp = row.path, row.stamp
    md5, size = hashlib.md5(usedforsecurity=False), 0
    with site.bucket.read(path, stamp) as reading:
        for chunk in reading.chunks:
            md5.update(chunk)
            size += len(chunk)
    content = Content(size, md5.hexdigest())
    told = _line(site, path) | _of_etag(site, path, stamp)
    if told.get(Witness.ETAG) not in (None, content):
        # Under KMS an ETag may look like an MD5 and be none: S3 tells when asked, and the store
        # then takes no ETag of this bucket for one.
        site.bucket.ask_md5(path, stamp)
        told = _line(site, path) | _of_etag(site, path, stamp)
    if not told.keys() - {Witness.MANIFEST} and (noted := site.bucket.ask_md5(path, stamp)):
        told[Witness.METADATA] = Content(stamp.size, noted)
    return _Read(path, content, told)


def _line(site: Site, path: str) -> dict[Witness, Content]:
    line = site.manifest.lines.get(path)
    return {} if line is None else {Witness.MANIFEST: line}


def _of_etag(site: Site, path: str, stamp: Present) -> dict[Witness, Content]:
    """What is known of an object by its very ETag, without asking for it."""
    if not isinstance(stamp, ObjectStamp):
        return {}
    told = {}
    if (md5 := site.bucket.told_md5(stamp)) is not None:
        told[Witness.ETAG] = Content(stamp.size, md5)
    etag, md5 = site.object_md5s.get(path, ("", ""))
    line = site.manifest.lines.get(path)
    if etag == stamp.etag:
        told[Witness.REMEMBERED] = Content(stamp.size, md5)
    elif line is not None and site.manifest.etags.get(path) == stamp.etag:
        told[Witness.REMEMBERED] = line
    return told
