"""Everything that is known about one style at one moment: what a decision is made from."""

from collections.abc import Iterator, Mapping

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Listing, Problem, Shadow
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.memory import BLANK, Memories
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

    def paths(self) -> list[str]:
        """Every selected path that is somewhere, without those under a problem, sorted."""
        everywhere = self.folder.entries.keys() | self.bucket.entries.keys() | self.lines.keys()
        shadow = Shadow(self.problems)
        if not shadow and self.selection.is_everything:
            return sorted(everywhere)
        return sorted(
            path
            for path in everywhere
            if not shadow.over(path) and self.selection.picks(self.scope, path)
        )


def facts(survey: Survey, verb: Verb, to: Side) -> Iterator[Facts]:
    """What the table asks about each path, in path order, for one command and direction."""
    folder, bucket = survey.folder, survey.bucket
    for path in survey.paths():
        local, there = folder.content(path), bucket.content(path)
        line = survey.lines.get(path)
        memory = survey.memory.get(path, BLANK)
        unseen, published = False, None
        if survey.published is not None:
            published = survey.published.lines.get(path)
            known = (memory.seen, local, line) if _goes_by_lines(verb, to) else (memory.seen, local)
            unseen = published not in known
        yield Facts(
            path=path,
            desired=_desired(verb, local, there, line),
            target=there if to is Side.S3 else local,
            base=memory.base,
            unseen=unseen,
            published=published,
        )


def _goes_by_lines(verb: Verb, to: Side) -> bool:
    return verb is Verb.APPLY and to is Side.S3


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
