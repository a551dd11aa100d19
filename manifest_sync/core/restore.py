"""Undoing: whether kept bytes may come back to their path, and what is remembered afterwards."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.history import Deletion
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.plan import Source
from manifest_sync.core.settle import Settlement, opaque_etag, put
from manifest_sync.core.survey import Survey


class KeptSource(Source, frozen=True, gc=False):
    """Bytes in the trash of a side. `path` is where they were, `stamp` the state they are kept in.

    That of a saved plan is not believed: what was kept is searched for once more.
    """

    kept_at: str


class Fate(StrEnum):
    """What becomes of a deletion that is to be undone."""

    RESTORE = "restore"
    ALREADY = "already_there"
    CONFLICT = "conflict"
    """Something else has been put there since."""
    PROBLEM = "problem"
    """It cannot come back: its bytes are gone, or a problem covers the path."""


def rule(deletion: Deletion, now: Content | None, *, overwrite: bool) -> Fate:
    """Whether bytes come back to a path, given what it holds now.

    What the deletion itself left there is not newer than the deletion: a replaced file comes
    back over what replaced it.
    """
    if now == deletion.content:
        return Fate.ALREADY
    if now is None or now == deletion.after or overwrite:
        return Fate.RESTORE
    return Fate.CONFLICT


def settle_restored(
    survey: Survey, outcomes: Iterable[Outcome], published: Manifest | None
) -> Settlement:
    """What the restored paths' lines and memories become; all others stay as they are.

    A restored file is recorded. A restored object has a line, and where the folder lacks it no
    recording: it counts as not downloaded, so that no later push deletes it again. Where the
    folder has other content, that keeps its say. What is out of scope has neither.
    """
    lines, etags = dict(survey.manifest.lines), dict(survey.manifest.etags)
    moved: dict[str, Memory] = {}
    back = _by_path(survey, outcomes)
    for path, restored in back.items():
        local = restored.get(Side.LOCAL, Held(survey.folder.content(path))).content
        there = restored.get(Side.S3, Held(survey.bucket.content(path))).content
        known = survey.memory.get(path, BLANK)
        recorded = known.recorded
        if Side.LOCAL in restored or local in (None, there):
            recorded, line = local, there if local is None else local
            put(lines, path, line)
            opaque = restored[Side.S3].opaque_etag if Side.S3 in restored else etags.get(path)
            put(etags, path, opaque if line == there else None)
        elif path not in lines:
            # Out of scope until now: a file of the style again, whichever content it is to have.
            put(lines, path, there)
        said = published.lines.get(path) if published is not None else None
        moved[path] = Memory(
            recorded=recorded,
            base=local if local == there else known.base,
            seen=local if published is not None and local == said else known.seen,
        )
    return Settlement(dict(sorted(lines.items())), etags, moved)


class Held(msgspec.Struct, frozen=True):
    """What a side holds at a path."""

    content: Content | None
    opaque_etag: str | None = None
    """Of an object whose ETag is not its MD5."""


def _by_path(survey: Survey, outcomes: Iterable[Outcome]) -> dict[str, dict[Side, Held]]:
    """What came back, where it belongs to the style."""
    back: dict[str, dict[Side, Held]] = {}
    for outcome in outcomes:
        change = outcome.change
        if change.after is None or not outcome.status.holds or not survey.scope.holds(change.path):
            continue
        held = Held(change.after, opaque_etag(outcome.stamp, change.after))
        back.setdefault(change.path, {})[change.side] = held
    return back
