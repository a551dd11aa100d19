"""Finding out what can become of deletions that are to be undone."""

from collections.abc import Sequence

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.history import Deletion
from manifest_sync.core.listing import Shadow
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import Fate, KeptSource, rule
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Stamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.inquiry import look_at
from manifest_sync.engine.pool import work_through
from manifest_sync.engine.site import Site
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Store


class Undoing(msgspec.Struct, frozen=True):
    """What becomes of one deletion."""

    deletion: Deletion
    fate: Fate
    now: Content | None = None
    """What is at the path, as far as that was looked at."""
    change: Change | None = None
    """What brings the bytes back, or what must have brought them back before."""
    stamp: Stamp = ABSENT
    """The state of the path."""
    message: str | None = None
    """Why it cannot come back."""


class Undoer(msgspec.Struct, frozen=True):
    """Looks at the paths and at the kept bytes of one style's deletions."""

    site: Site
    survey: Survey
    endpoint: str
    overwrite: bool
    """Whether something newer may be replaced."""

    def look_at(self, deletions: Sequence[Deletion], watch: Watch) -> tuple[Undoing, ...]:
        """What can become of each; whatever goes wrong is data."""
        shadow = Shadow(self.survey.problems)

        def look(job: tuple[int, Deletion]) -> Undoing:
            problem = shadow.over(job[1].path)
            if problem is not None:
                return Undoing(job[1], Fate.PROBLEM, message=problem.message)
            try:
                return self._look(job[1])
            except StoreError as error:
                return Undoing(job[1], Fate.PROBLEM, message=f"{error}")

        # With threads: in a bucket each is a request.
        looked = work_through(enumerate(deletions), look, threads=watch.jobs)
        found = {number: undoing for (number, _), undoing in looked}
        return tuple(found[number] for number in range(len(deletions)))

    def _look(self, deletion: Deletion) -> Undoing:
        if deletion.side is Side.S3 and not self._is_here(deletion):
            where = f"{shown(deletion.remote)} at {shown(deletion.endpoint)}"
            return Undoing(
                deletion, Fate.PROBLEM, message=f"it was at {where}, where this style no longer is"
            )
        stamp, now = self._held(deletion)
        fate = rule(deletion, now, overwrite=self.overwrite)
        if fate is Fate.CONFLICT:
            return Undoing(deletion, fate, now, stamp=stamp)
        if not isinstance(stamp, AbsentStamp) and fate is Fate.ALREADY:
            done = KeptSource(deletion.side, deletion.path, stamp, deletion.kept_at or "")
            return Undoing(deletion, fate, now, _change(deletion, done, None, ABSENT), stamp)
        kept_at = deletion.kept_at
        if kept_at is None or deletion.pruned is not None:
            return Undoing(deletion, Fate.PROBLEM, now, message=_why_not_kept(deletion))
        kept = self._store(deletion).trash.stat(kept_at)
        if isinstance(kept, AbsentStamp):
            return Undoing(
                deletion, Fate.PROBLEM, now, message=f"its bytes are no longer at {shown(kept_at)}"
            )
        source = KeptSource(deletion.side, deletion.path, kept, kept_at)
        return Undoing(deletion, fate, now, _change(deletion, source, now, stamp), stamp)

    def _is_here(self, deletion: Deletion) -> bool:
        here = (self.survey.manifest.remote, self.endpoint)
        return (deletion.remote, deletion.endpoint) == here

    def _held(self, deletion: Deletion) -> tuple[Stamp, Content | None]:
        """What is at the path: as listed, or where it is out of scope, as it is found now."""
        path = deletion.path
        entry = self.survey.side(deletion.side).entries.get(path)
        if entry is not None:
            return entry.stamp, entry.content
        if self.survey.scope.holds(path):
            return ABSENT, None
        found = look_at(self._store(deletion), path)
        return (found.stamp, found.content) if found is not None else (ABSENT, None)

    def _store(self, deletion: Deletion) -> Store:
        return self.site.folder if deletion.side is Side.LOCAL else self.site.bucket


def _change(
    deletion: Deletion, source: KeptSource, before: Content | None, expect: Stamp
) -> Change:
    return Change(
        side=deletion.side,
        path=deletion.path,
        before=before,
        after=deletion.content,
        reason=Reason.RESTORED,
        precondition=expect,
        source=source,
    )


def _why_not_kept(deletion: Deletion) -> str:
    if deletion.pruned is None:
        return "its bytes were not kept"
    return f"its bytes were removed from the trash on {deletion.pruned[:10]}"
