"""After a run: what the workspace remembers now, and what the manifest's lines become (§5)."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.record import Lines, with_lines
from manifest_sync.core.stamps import ObjectStamp, Stamp
from manifest_sync.core.survey import Survey

_T = TypeVar("_T")


class Settlement(msgspec.Struct, frozen=True):
    """What is to be written down after a run."""

    lines: Lines
    """The survey's own where none moved."""
    etags: Mapping[str, str]
    moved: dict[str, Memory]
    """The memories that changed; `BLANK` means forget the path."""


def settle(
    survey: Survey,
    verb: Verb,
    outcomes: Iterable[Outcome],
    published: Manifest | None = None,
) -> Settlement:
    """Fold what happened, not what was planned, into memory and lines.

    `published` is the manifest that is on S3 after the run: after a push the one it wrote,
    after a pull the one it read. A path whose change failed is as `record` left it, one that a
    problem covers keeps its line and its memory; one out of scope loses both.
    """
    after = _After(survey, outcomes)
    announced = published.lines if published is not None else None
    new_lines: dict[str, Content | None] = {}
    new_etags: dict[str, str | None] = {}
    moved: dict[str, Memory] = {}
    for path in _out_of_scope(survey):
        if path in survey.lines:
            new_lines[path] = None
        _note(moved, survey, path, BLANK)
    for path in survey.paths(also=survey.memory):
        known = _as_recorded(survey, path, survey.memory.get(path, BLANK))
        said = announced.get(path) if announced is not None else None
        if path in after.unknown:
            # What was published before the change failed is this folder's own word: an edit made
            # meanwhile is no conflict with it.
            if announced is not None and survey.folder.content(path) == said:
                known = msgspec.structs.replace(known, seen=said)
            _note(moved, survey, path, known)
            continue
        local, there = after.local.get(path), after.there.get(path)
        base = there if local == there else known.base
        # Announced from here, and deleted here before its object came: base knows nothing of it.
        withdrawn = verb is Verb.PUSH and local is None and said is not None and known.seen == said
        line = survey.lines.get(path)
        has_own_say = verb is Verb.APPLY or local != base or withdrawn
        if not has_own_say and (verb is Verb.PULL or (announced is not None and there == said)):
            if there != line:
                new_lines[path] = there
            line = there
        new_etags[path] = after.opaque_etags.get(path) if line == there else None
        recorded = local if local == line else known.recorded
        seen = said if announced is not None and local == said else known.seen
        _note(moved, survey, path, Memory(recorded, base, seen))
    etags = _with_etags(survey.manifest.etags, new_etags)
    return Settlement(with_lines(survey.lines, new_lines), etags, moved)


def _with_etags(etags: Mapping[str, str], new: Mapping[str, str | None]) -> Mapping[str, str]:
    """The ETags with some of them changed, None for none; the same object where nothing is."""
    moved = {path: etag for path, etag in new.items() if etag != etags.get(path)}
    if not moved:
        return etags
    result = dict(etags)
    for path, etag in moved.items():
        put(result, path, etag)
    return result


def settle_record(survey: Survey) -> dict[str, Memory]:
    """The memories that `record` moves: folder and manifest were just seen equal."""
    moved: dict[str, Memory] = {}
    for path in _out_of_scope(survey):
        _note(moved, survey, path, BLANK)
    for path in survey.paths(also=survey.memory):
        known = survey.memory.get(path, BLANK)
        new = _as_recorded(survey, path, known)
        if new is not known:
            moved[path] = new
    return moved


def _as_recorded(survey: Survey, path: str, memory: Memory) -> Memory:
    """The memory of a path with folder and line compared as they were before the run.

    The same object where that moves nothing.
    """
    local = survey.folder.content(path)
    if local == memory.recorded or local != survey.lines.get(path):
        return memory
    return msgspec.structs.replace(memory, recorded=local)


def _note(moved: dict[str, Memory], survey: Survey, path: str, new: Memory) -> None:
    """Keep a memory where it is another than before."""
    if new != survey.memory.get(path, BLANK):
        moved[path] = new


def _out_of_scope(survey: Survey) -> list[str]:
    """The selected paths that have a line or are remembered, but belong to the style no more."""
    named = survey.memory.keys() if survey.resting else survey.lines.keys() | survey.memory.keys()
    unlisted = named - survey.folder.moving.keys() - survey.bucket.moving.keys()
    return [
        path
        for path in unlisted
        if not survey.scope.holds(path) and survey.selection.picks(survey.scope, path)
    ]


class _After:
    """What both sides hold after a run: the listings, and the outcomes on top of them.

    Without what rests: nothing changes it.
    """

    def __init__(self, survey: Survey, outcomes: Iterable[Outcome]) -> None:
        self.local = {path: entry.content for path, entry in survey.folder.moving.items()}
        self.there = {path: entry.content for path, entry in survey.bucket.moving.items()}
        self.opaque_etags = {
            path: entry.stamp.etag
            for path, entry in survey.bucket.moving.items()
            if isinstance(entry.stamp, ObjectStamp) and entry.stamp.etag != entry.content.md5
        }
        """Worth remembering: the ETags that are not simply the MD5."""
        self.unknown: set[str] = set()
        for outcome in outcomes:
            change = outcome.change
            if not outcome.status.holds:
                self.unknown.add(change.path)
            elif change.side is Side.LOCAL:
                put(self.local, change.path, change.after)
            else:
                put(self.there, change.path, change.after)
                put(self.opaque_etags, change.path, opaque_etag(outcome.stamp, change.after))


def opaque_etag(stamp: Stamp | None, content: Content | None) -> str | None:
    """The ETag of an object just written, where it is not simply the MD5."""
    if not isinstance(stamp, ObjectStamp) or content is None or stamp.etag == content.md5:
        return None
    return stamp.etag


def put(mapping: dict[str, _T], path: str, value: _T | None) -> None:
    """Set, or drop where the value is absence."""
    if value is None:
        mapping.pop(path, None)
    else:
        mapping[path] = value
