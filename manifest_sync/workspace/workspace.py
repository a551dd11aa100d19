"""One workspace, opened: everything a command does to it goes through here."""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Self

from manifest_sync.core.compare import compare
from manifest_sync.core.content import Side
from manifest_sync.core.diagnosis import Diagnosis
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.events import OnEvent, ignore_events
from manifest_sync.core.history import Apply, Deletion, Prune
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.stamps import Present
from manifest_sync.core.statistics import Statistics
from manifest_sync.core.status import stand
from manifest_sync.engine.publishing import read_published_at
from manifest_sync.engine.retrying import retrying
from manifest_sync.engine.tally import Tally
from manifest_sync.state import history
from manifest_sync.state.file_system import network_kind
from manifest_sync.state.prunes import prunes
from manifest_sync.stores.base import Store
from manifest_sync.workspace.applying import apply_planned
from manifest_sync.workspace.at_hand import bytes_at_hand
from manifest_sync.workspace.configuration import load_configuration
from manifest_sync.workspace.examining import examine
from manifest_sync.workspace.explaining import explain_path
from manifest_sync.workspace.gallery import Picture, list_pictures
from manifest_sync.workspace.initialising import init_style, read_remote, style_to_clone
from manifest_sync.workspace.lock import holding, me
from manifest_sync.workspace.missing import choose_present
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.overview import Overview, overlook
from manifest_sync.workspace.planning import plan_removal, plan_style, renew_plan
from manifest_sync.workspace.probing import prepare_to_write
from manifest_sync.workspace.pruning import PlannedPrune, Pruned, plan_prune, prune
from manifest_sync.workspace.recording import record_style
from manifest_sync.workspace.resources import Resources, myself
from manifest_sync.workspace.restoring import (
    Looked,
    PlannedRestore,
    plan_restore,
    restore_planned,
)
from manifest_sync.workspace.runs import (
    Applied,
    Compared,
    Explained,
    Planned,
    Recorded,
    Stands,
    Verified,
)
from manifest_sync.workspace.saved_plans import style_of_plan
from manifest_sync.workspace.styles import Chosen, Style, find_root
from manifest_sync.workspace.verifying import verify_style


class Workspace:
    """A workspace's styles and what can be done with them. Not for several threads at once."""

    def __init__(self, resources: Resources, stopped: Callable[[], bool] = lambda: False) -> None:
        """`stopped` turns true when the user presses Ctrl-C during an apply."""
        self.root = resources.root
        self._resources = resources
        self._observer = Observer(resources, stopped)

    @classmethod
    def open(
        cls,
        start: Path,
        *,
        environ: Mapping[str, str] = os.environ,
        flags: Mapping[str, str | int | None] | None = None,
        tell: OnEvent = ignore_events,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Self:
        """Open the workspace that holds `start`. Raises UsageProblem where there is none."""
        root = find_root(start)
        if root is None:
            raise UsageProblem(
                f"No workspace here: neither {start.absolute()} nor a folder above it has a "
                "manifest-sync.toml. Make a style with “manifest-sync init”."
            )
        config = load_configuration(root, environ, flags or {})
        forced = environ.get("MANIFEST_SYNC_TRANSPORT") == "boto3"
        return cls(Resources(root, config, "boto3" if forced else "auto", tell), stopped)

    def __enter__(self) -> Self:
        """Nothing is opened before it is needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the databases."""
        self._resources.close()

    def styles(self, names: Sequence[str] = (), here: Path | None = None) -> Chosen:
        """The styles of these ids or folders (relative to `here`), or all.

        Raises UsageProblem for a name that is no style, InvalidInput for two styles with one id
        or one remote. A style whose manifest has gone is a broken one.
        """
        return choose_present(self._resources, names, here or self.root)

    def init(self, folder: Path, remote: str, style: str | None = None) -> Style:
        """Make a folder below the workspace a style."""
        return init_style(self._resources, folder, read_remote(remote), style)

    def begin_clone(self, folder: Path, remote: str) -> Style:
        """Make a folder the style that is on S3, without its files: what a pull then brings.

        Raises StoreError where S3 cannot be listed, and Refused where what is published there
        cannot be read, before anything is written.
        """
        place, tally = read_remote(remote), Tally()
        bucket = self._resources.bucket_store(place, tally)
        # In this order the one HEAD tells the listing what the bucket's ETags are.
        stamp = retrying(bucket.stat, MANIFEST_NAME)
        retrying(lambda: next(bucket.list(), None))
        published = read_published_at(bucket, stamp, str(place))
        style = style_to_clone(self._resources, folder, place, published.manifest)
        self._observer.begin(style, tally)
        return style

    @contextmanager
    def holding(self, command: str, timeout: float = 0.0) -> Iterator[None]:
        """Keep every other run out of the workspace. Raises Locked after `timeout` seconds."""
        resources = self._resources
        holder = me(command, myself().host, resources.when())
        with holding(resources.folder / "lock", holder, timeout):
            self._observer.is_alone = True
            try:
                yield
            finally:
                self._observer.is_alone = False

    @contextmanager
    def looking_ahead(self, styles: Sequence[Style]) -> Iterator[None]:
        """Within the block these are looked at in this order: S3 is asked before their turn."""
        prefixes: dict[str, list[str]] = {}
        for style in styles if len(styles) > 1 else ():
            prefixes.setdefault(style.remote.bucket, []).append(style.remote.prefix)
        with ExitStack() as looking:
            for bucket, some in prefixes.items():
                looking.enter_context(self._resources.connection(bucket).looking_ahead(some))
            yield

    def record(self, style: Style, *, check: bool = False) -> Recorded:
        """Bring the manifest up to the folder; with `check` only say what would change."""
        return record_style(self._observer, style, check=check)

    def status(self, style: Style) -> Stands:
        """How the style stands: folder, manifest and S3."""
        site, watch = self._observer.site(style)
        observation = self._observer.observe(style, site, watch)
        troubles = {
            path: digest.trouble
            for path, digest in observation.folder.digests.items()
            if digest.trouble is not None
        }
        standing = stand(observation.survey, troubles)
        return Stands(style, standing, Statistics(cost=watch.tally.cost()))

    def compare(self, style: Style) -> Compared:
        """The folder as it is now against S3 as it is now."""
        site, watch = self._observer.site(style)
        survey = self._observer.observe(style, site, watch).survey
        comparison = compare(survey.folder, survey.bucket)
        return Compared(style, comparison, survey.folder, survey.bucket, survey.problems)

    def pictures(self, style: Style) -> tuple[Picture, ...]:
        """The images of the folder with their captions; nothing is hashed, S3 is not asked."""
        return list_pictures(self._resources.folder_store(style), style)

    def overview(self, style: Style) -> Overview:
        """The images of both sides, each with how it stands."""
        return overlook(self._observer, style)

    def pieces(
        self, style: Style, side: Side, path: str, stamp: Present
    ) -> Generator[bytes, None, None]:
        """A file's bytes, piece by piece. Raises StoreError where it is another than listed."""
        resources = self._resources
        store: Store = resources.folder_store(style)
        if side is Side.S3:
            store = resources.bucket_store(style.remote, Tally())
        with store.read(path, stamp) as reading:
            yield from reading.chunks

    def bytes_at_hand(self, style: Style, deletion: Deletion, most: int) -> bytes:
        """What a run took away, where this machine still has it; S3 is not asked.

        Raises NotFound where it has not, or it is more than `most` bytes.
        """
        return bytes_at_hand(self._resources.folder_store(style), deletion, most)

    def explain(self, style: Style, path: str) -> Explained:
        """Everything that is known of one path, and what each command would make of it."""
        site, watch = self._observer.site(style)
        explanation = explain_path(
            self._resources, style, site, path, lambda: self._observer.observe(style, site, watch)
        )
        return Explained(style, explanation)

    def verify(
        self, style: Style, sides: Sequence[Side] = tuple(Side), sample: float | None = None
    ) -> Verified:
        """Read bytes again and compare; `sample` is the percentage of files that are read.

        Changes nothing; only how far the sampled runs have come is remembered.
        """
        site, watch = self._observer.site(style)
        return verify_style(self._resources, style, site, watch, sides=sides, sample=sample)

    def plan(
        self,
        style: Style,
        verb: Verb,
        to: Side,
        options: Options,
        selection: Selection = EVERYTHING,
    ) -> Planned:
        """What the command would do to one side. Changes nothing."""
        return plan_style(
            self._observer, style, verb=verb, to=to, options=options, selection=selection
        )

    def renew(self, plan: StylePlan) -> Planned:
        """A saved plan, with what is left of it to do. Raises StalePlan, naming what moved.

        The style, its folder and its remote must be this workspace's own: a plan from elsewhere
        can neither change where bytes go nor leave the folder.
        """
        style = style_of_plan(self._resources, plan, self.styles())
        return renew_plan(self._observer, style, plan)

    def plan_removal(self, style: Style, paths: Sequence[str], *, captions: bool) -> Planned:
        """The plan that takes objects off S3, and adds them to the manifest's `ignore`.

        Raises UsageProblem where one of them is not on S3.
        """
        return plan_removal(self._observer, style, paths, captions=captions)

    def apply(self, planned: Planned, command: str) -> Applied:
        """Do what the plan says, remember what happened, and write it into the history.

        Raises Refused where the plan has refusals, and Overtaken where somebody else has
        published since it was made: then nothing was done, and `plan_again` is next.
        """
        plan = planned.plan
        goes = plan.changes and not plan.refusals and planned.watch.pace.over is None
        if plan.to is Side.S3 and goes:
            prepare_to_write(self._resources, planned.style.remote.bucket)
        return apply_planned(self._resources, planned, command)

    def plan_again(self, planned: Planned) -> Planned:
        """The plan for the same command, with what has been published since. Changes nothing."""
        return planned.again()

    def plan_restore(
        self, style: Style, deletions: Sequence[Deletion], *, overwrite: bool = False
    ) -> PlannedRestore:
        """What bringing the bytes of these deletions back would do. Changes nothing."""

        def again() -> PlannedRestore:
            return self.plan_restore(style, deletions, overwrite=overwrite)

        site, watch = self._observer.site(style)
        looked = Looked(style, site, watch, self._observer.observe(style, site, watch), again)
        return plan_restore(self._resources, looked, deletions, overwrite=overwrite)

    def restore(self, planned: PlannedRestore) -> list[Applied]:
        """Bring the bytes back, put them into the manifest, and write it into the history."""
        if any(each.plan.to is Side.S3 and each.plan.changes for each in planned.planned):
            prepare_to_write(self._resources, planned.style.remote.bucket)
        return restore_planned(self._resources, planned)

    def examine(self, styles: Sequence[Style]) -> list[Diagnosis]:
        """What the buckets of these styles can do, and what one may do there."""
        return examine(self._resources, styles)

    @property
    def network_file_system(self) -> str | None:
        """The kind of network file system that the state is on, as `nfs4`; None for none."""
        return network_kind(self._resources.folder)

    def plan_prune(self, age: timedelta) -> PlannedPrune:
        """What has been kept longer than that, and would go for good. Changes nothing."""
        return plan_prune(self._resources, self.styles().sound(), age)

    def prune(self, planned: PlannedPrune) -> Pruned:
        """Remove it; the history goes on saying that it was there."""
        return prune(self._resources, planned)

    def prunes(self) -> list[Prune]:
        """Every time that old kept bytes were removed for good, newest first."""
        return prunes(self._resources.state)

    def applies(self, styles: Sequence[Style] | None = None) -> list[Apply]:
        """Every run, newest first."""
        return history.applies(self._resources.state, _ids(styles))

    def deletions(self, styles: Sequence[Style] | None = None) -> list[Deletion]:
        """Everything that was deleted or replaced, newest first."""
        return history.deletions(self._resources.state, _ids(styles))


def _ids(styles: Sequence[Style] | None) -> frozenset[str] | None:
    return None if styles is None else frozenset(style.id for style in styles)
