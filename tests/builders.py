"""Core values in short, so that a case of a test fits on one line.

Contents go by number: `a.png=1` is a file whose content is `content(1)`. Paths with spaces are
built from mappings instead.
"""

from collections.abc import Iterable, Mapping

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Entry, Listing, Problem
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.plan import Basis, Options, StylePlan
from manifest_sync.core.planning import make_plan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.scope import Scope
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.stamps import FileStamp, ObjectStamp
from manifest_sync.core.survey import Survey

Files = Mapping[str, Content]
Short = str | Files
"""`"a.png=1 b.png=2"`, or the mapping it stands for."""

REMOTE = "s3://bucket/styles/16/"


def content(number: int) -> Content:
    """The content of that number: as many bytes."""
    return Content(number, f"{number:032x}")


def contents(short: Short) -> dict[str, Content]:
    """`a.png=1 b.png=2` → contents by path."""
    if not isinstance(short, str):
        return dict(short)
    pairs = (item.rpartition("=") for item in short.split())
    return {path: content(int(number)) for path, _, number in pairs}


def maybe(number: str) -> Content | None:
    """`1` → that content; `-` → absence."""
    return None if number == "-" else content(int(number))


def memories(short: str | Mapping[str, Memory]) -> dict[str, Memory]:
    """`a.png=1/2/-` → recorded, base, seen; `a.png=1` → all three the same."""
    if not isinstance(short, str):
        return dict(short)
    found = {}
    for item in short.split():
        path, _, values = item.rpartition("=")
        parts = [maybe(part) for part in values.split("/")]
        found[path] = Memory(*(parts if len(parts) > 1 else parts * 3))
    return found


def problem(path: str, side: Side = Side.LOCAL, *, hides_content: bool = True) -> Problem:
    """Something that is wrong at a path."""
    return Problem(path, side, "unreadable", "cannot be read", hides_content)


def file_stamp(known: Content) -> FileStamp:
    """The stat signature of a file, one for every content."""
    return FileStamp(size=known.size, mtime_ns=known.size, ctime_ns=known.size, inode=7)


def object_stamp(known: Content) -> ObjectStamp:
    """The stamp of an object that was sent in one part."""
    return ObjectStamp(size=known.size, etag=known.md5)


def folder(short: Short = "", problems: Iterable[Problem] = ()) -> Listing:
    """A listing of the folder."""
    entries = {path: Entry(held, file_stamp(held)) for path, held in contents(short).items()}
    return Listing(Side.LOCAL, dict(sorted(entries.items())), tuple(problems))


def bucket(short: Short = "", problems: Iterable[Problem] = ()) -> Listing:
    """A listing of the bucket."""
    entries = {path: Entry(held, object_stamp(held)) for path, held in contents(short).items()}
    return Listing(Side.S3, dict(sorted(entries.items())), tuple(problems))


def manifest(short: Short = "", *, header: Header | None = None) -> Manifest:
    """A manifest with these lines."""
    return Manifest("16", REMOTE, header or Header(), dict(sorted(contents(short).items())))


def survey(
    local: Short = "",
    there: Short = "",
    lines: Short = "",
    memory: str | Mapping[str, Memory] = "",
    *,
    published: Short | None = None,
    problems: Iterable[Problem] = (),
    header: Header | None = None,
    selection: Selection = EVERYTHING,
    names_fold: bool = False,
) -> Survey:
    """What is known of a style: folder, bucket, lines, memory, published lines."""
    problems = tuple(problems)
    own = manifest(lines, header=header)
    return Survey(
        manifest=own,
        manifest_md5="0" * 32,
        lines=own.lines,
        scope=Scope(own.header),
        folder=folder(local, [p for p in problems if p.side is Side.LOCAL]),
        bucket=bucket(there, [p for p in problems if p.side is Side.S3]),
        memory=memories(memory),
        published=None if published is None else manifest(published, header=header),
        selection=selection,
        names_fold=names_fold,
    )


def basis(verb: Verb, options: Options) -> Basis:
    """What a plan was made from."""
    return Basis(
        verb=verb,
        manifest="0" * 32,
        serial=0,
        remote=REMOTE,
        endpoint="http://127.0.0.1:9000",
        options=options,
        tool="0",
        made_at="2026-01-02T03:04:05Z",
    )


DIRECTION = {Verb.PUSH: Side.S3, Verb.PULL: Side.LOCAL}
"""Where push and pull lead; apply leads where it is told."""


def plan(
    facts: Survey, verb: Verb = Verb.PUSH, to: Side | None = None, options: Options | None = None
) -> StylePlan:
    """The plan of a command over these facts."""
    return make_plan(facts, to or DIRECTION[verb], basis(verb, options or Options()), "styles/16")


def gist(made: StylePlan) -> str:
    """A plan on one line: `+a.png=1 ~b.png=2 -c.png conflict:d.png withheld:e.png`."""
    changes = [
        f"{change.action.glyph}{change.path}"
        + (f"={change.after.size}" if change.after is not None else "")
        for change in made.changes
    ]
    rest = {
        "conflict": [conflict.path for conflict in made.conflicts],
        "withheld": made.withheld,
        "taken_in": made.taken_in,
        "problem": [found.path for found in made.problems],
    }
    return " ".join(
        [*changes, *(f"{what}:{path}" for what, paths in rest.items() for path in paths)]
    )


def remembered(memory: Mapping[str, Memory]) -> str:
    """Memories on one line, as `memories` reads them; forgotten paths as `a.png=-`."""
    shown = []
    for path, known in sorted(memory.items()):
        values = [known.recorded, known.base, known.seen]
        numbers = ["-" if value is None else str(value.size) for value in values]
        one = numbers[0] if len(set(numbers)) == 1 else "/".join(numbers)
        shown.append(f"{path}={'-' if known == BLANK else one}")
    return " ".join(shown)


def short(files: Files) -> str:
    """Contents on one line, as `contents` reads them."""
    return " ".join(f"{path}={held.size}" for path, held in sorted(files.items()))
