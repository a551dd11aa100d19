"""After a run: what the workspace remembers now, and what the manifest's lines become (§5)."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Shadow
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.stamps import ObjectStamp, Stamp
from manifest_sync.core.survey import Survey

_T = TypeVar("_T")


class Settlement(msgspec.Struct, frozen=True):
    """What is to be written down after a run."""

    lines: dict[str, Content]
    etags: dict[str, str]
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
    after a pull the one it read. A path whose change failed, or that a problem covers, keeps
    its line and its memory; one out of scope loses both.
    """
    after = _After(survey, outcomes)
    lines = dict(survey.lines)
    etags = dict(survey.manifest.etags)
    moved: dict[str, Memory] = {}
    for path in survey.memory.keys() | lines.keys():
        if not survey.scope.holds(path):
            lines.pop(path, None)
            if path in survey.memory:
                moved[path] = BLANK
    for path in after.known_paths():
        old = survey.memory.get(path, BLANK)
        local, there = after.content(Side.LOCAL, path), after.content(Side.S3, path)
        announced = published.lines.get(path) if published is not None else None
        base = there if local == there else old.base
        has_own_say = verb is Verb.APPLY or local != base
        if not has_own_say and (verb is Verb.PULL or (published and there == announced)):
            _put(lines, path, there)
        line = lines.get(path)
        _put(etags, path, _opaque_etag(after.stamp(path), there) if line == there else None)
        new = Memory(
            recorded=local if local == line else old.recorded,
            base=base,
            seen=announced if published and local == announced else old.seen,
        )
        if new != old:
            moved[path] = new
    return Settlement(dict(sorted(lines.items())), etags, moved)


def settle_record(survey: Survey) -> dict[str, Memory]:
    """The memories that `record` moves: folder and manifest were just seen equal."""
    moved: dict[str, Memory] = {}
    for path in _After(survey, ()).known_paths():
        old = survey.memory.get(path, BLANK)
        local = survey.folder.content(path)
        if local == survey.lines.get(path) and local != old.recorded:
            moved[path] = msgspec.structs.replace(old, recorded=local)
    return moved


class _After:
    """What both sides hold after a run: the listings, and the outcomes on top of them."""

    def __init__(self, survey: Survey, outcomes: Iterable[Outcome]) -> None:
        self._survey = survey
        self._made: dict[tuple[Side, str], Outcome] = {}
        self._unknown: set[str] = set()
        for outcome in outcomes:
            change = outcome.change
            if outcome.status.holds:
                self._made[change.side, change.path] = outcome
            else:
                self._unknown.add(change.path)

    def known_paths(self) -> list[str]:
        """Every selected path in scope that is anywhere or remembered and whose state is known."""
        survey = self._survey
        shadow = Shadow(survey.problems)
        everywhere = (
            survey.memory.keys()
            | survey.lines.keys()
            | survey.folder.entries.keys()
            | survey.bucket.entries.keys()
        )
        return [
            path
            for path in everywhere
            if path not in self._unknown
            and not shadow.over(path)
            and survey.scope.holds(path)
            and survey.selection.picks(survey.scope, path)
        ]

    def content(self, side: Side, path: str) -> Content | None:
        """What the side holds now."""
        if (outcome := self._made.get((side, path))) is not None:
            return outcome.change.after
        return self._survey.side(side).content(path)

    def stamp(self, path: str) -> Stamp | None:
        """The object's stamp now."""
        if (outcome := self._made.get((Side.S3, path))) is not None:
            return outcome.stamp
        entry = self._survey.bucket.entries.get(path)
        return entry.stamp if entry is not None else None


def _opaque_etag(stamp: Stamp | None, content: Content | None) -> str | None:
    """The ETag worth remembering: one that is not simply the MD5."""
    if not isinstance(stamp, ObjectStamp) or content is None or stamp.etag == content.md5:
        return None
    return stamp.etag


def _put(mapping: dict[str, _T], path: str, value: _T | None) -> None:
    """Set, or drop where the value is absence."""
    if value is None:
        mapping.pop(path, None)
    else:
        mapping[path] = value
