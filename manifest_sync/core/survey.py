"""Everything that is known about one style at one moment: what a decision is made from."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Listing, Problem, Shadow
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.memory import BLANK, Memories
from manifest_sync.core.publication import Publication
from manifest_sync.core.reconcile import Facts, Verb
from manifest_sync.core.scope import Scope
from manifest_sync.core.selection import EVERYTHING, Selection


class Survey(msgspec.Struct, frozen=True):
    """One style's facts, intent and memory."""

    manifest: Manifest
    """As it is on disk, its header merged."""
    manifest_md5: str
    """Of the canonical bytes on disk."""
    lines: Mapping[str, Content]
    """The lines to go by: as on disk for apply, after `record` for push and pull."""
    scope: Scope
    folder: Listing
    bucket: Listing
    memory: Memories
    serial: int = 0
    published: Manifest | None = None
    """None where nothing is published: then nothing is unseen."""
    publication: Publication | None = None
    """When and by whom."""
    selection: Selection = EVERYTHING
    names_fold: bool = False
    """Whether the folder's file system merges names that differ in case or composition."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Both sides' problems; the first row of the table."""
        return tuple(sorted(self.folder.problems + self.bucket.problems))

    def side(self, side: Side) -> Listing:
        """The listing of one side."""
        return self.folder if side is Side.LOCAL else self.bucket

    @property
    def resting(self) -> Collection[str]:
        """The paths in step, which every rule leaves alone and no walk over `paths` names."""
        return self.folder.resting or ()

    def paths(self, also: Iterable[str] = ()) -> list[str]:
        """Every selected path in scope that is somewhere, or in `also`; sorted.

        Without those under a problem, and without those that rest. What a listing holds is in
        scope, so only the others, lines without a file mostly, are asked about.
        """
        folder, bucket = self.folder.moving, self.bucket.moving
        found = [*folder, *(path for path in bucket if path not in folder)]
        # Where paths rest, all others that are named anywhere are remembered.
        named = self.memory.keys() if self.resting else self.lines.keys() | frozenset(also)
        unlisted = named - folder.keys() - bucket.keys()
        found.extend(path for path in unlisted if self.scope.holds(path))
        found.sort()
        if shadow := Shadow(self.problems):
            found = [path for path in found if not shadow.over(path)]
        if not self.selection.is_everything:
            found = [path for path in found if self.selection.picks(self.scope, path)]
        return found

    def count_resting(self) -> int:
        """How many of those that rest are selected."""
        if self.selection.is_everything:
            return len(self.resting)
        return sum(self.selection.picks(self.scope, path) for path in self.resting)


def facts(survey: Survey, verb: Verb, to: Side, *, only_differing: bool = False) -> Iterator[Facts]:
    """What the table asks about each path, in path order, for one command and direction.

    Most paths are in step; who has no use for them is spared looking up what is remembered.
    """
    folder, bucket, lines = survey.folder.entries, survey.bucket.entries, survey.lines
    announced = survey.published.lines if survey.published is not None else None
    for path in survey.paths(also=() if announced is None else announced):
        file, there = folder.get(path), bucket.get(path)
        local = file.content if file is not None else None
        remote = there.content if there is not None else None
        line = lines.get(path) if local is None or verb is Verb.APPLY else None
        desired = _desired(verb, local, remote, line)
        target = remote if to is Side.S3 else local
        if only_differing and target == desired:
            continue
        memory = survey.memory.get(path, BLANK)
        unseen, published = False, None
        if announced is not None:
            published = announced.get(path)
            unseen = published not in (memory.seen, local)
            if verb is Verb.APPLY and to is Side.S3:
                unseen = unseen and published != line
        base = local if local == remote else memory.base
        yield Facts(path, desired, target, base, unseen, published)


def _desired(
    verb: Verb, local: Content | None, there: Content | None, line: Content | None
) -> Content | None:
    """What the command wants at a path (§5, "push is", "pull is", "plan/apply")."""
    if verb is Verb.APPLY:
        return line
    if verb is Verb.PULL:
        return there
    not_downloaded = local is None and line is not None
    return there if not_downloaded else local
