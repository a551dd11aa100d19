"""Looking at a style for a command, and remembering what had to be read or asked for it."""

from collections.abc import Callable
from functools import partial

from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.engine.pace import Pace
from manifest_sync.engine.site import Observation, Site, observe
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.state import interrupted
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.resuming import fold_in
from manifest_sync.workspace.styles import Style


class Observer:
    """Looks at a workspace's styles: the folder, S3, and what is remembered of both."""

    def __init__(self, resources: Resources, stopped: Callable[[], bool]) -> None:
        """`stopped` turns true when the user presses Ctrl-C during an apply."""
        self.resources = resources
        self._stopped = stopped
        self.is_alone = False
        """While this run holds the workspace's lock; only then what an earlier run left half
        done is nobody's who is still at it."""
        self._begun: dict[str, Tally] = {}
        self._pace = Pace(resources.jobs, most=resources.most_jobs)

    def begin(self, style: Style, tally: Tally) -> None:
        """Count to the style's next run what was asked before there was a style: a clone's."""
        self._begun[style.name] = tally

    def site(self, style: Style) -> tuple[Site, Watch]:
        """The style where it lives, and a watch for one run over it."""
        resources = self.resources
        tally = self._begun.pop(style.name, None) or Tally()
        if self._pace.is_past:
            self._pace = Pace(resources.jobs, most=resources.most_jobs)
        watch = Watch(
            style=style.id,
            tally=tally,
            tell=resources.tell,
            stopped=self._stopped,
            jobs=resources.jobs,
            pace=self._pace,
        )
        return resources.site(style, tally), watch

    def observe(
        self,
        style: Style,
        site: Site,
        watch: Watch,
        *,
        with_bucket: bool = True,
        recorded: bool = False,
        selection: Selection = EVERYTHING,
        moved_only: bool = False,
        refresh: bool = True,
    ) -> Observation:
        """Everything that is known of the style now, with what an interrupted run had achieved.

        What a run that was cut off had in hand is told from all that is there, by a listing.
        """
        is_whole = not self._has_unfinished(style)
        looks = partial(
            observe,
            watch=watch,
            with_bucket=with_bucket,
            recorded=recorded,
            selection=selection,
            moved_only=moved_only and is_whole,
            refresh=refresh or not is_whole,
        )
        observation = looks(site)
        while (header := observation.survey.manifest.header) != site.manifest.header:
            # The team's scope may let in what this manifest's did not: look again, for all of it.
            site = self.resources.site(style.with_header(header), watch.tally)
            observation = looks(site)
        self._remember(style, site, observation)
        if self.is_alone and with_bucket:
            return fold_in(self.resources, style, site, observation)
        return observation

    def _has_unfinished(self, style: Style) -> bool:
        """Whether a run was cut off, and nobody has found out yet what became of it."""
        resources = self.resources
        return interrupted.any_cut_off(resources.state, resources.known(style).id)

    def _remember(self, style: Style, site: Site, observation: Observation) -> None:
        facts, survey = observation.folder, observation.survey
        cache = self.resources.cache
        cached = survey.memory.keys() if survey.resting else site.digests.keys()
        cache.remember(
            style.name,
            [(path, facts.digests[path]) for path in facts.fresh],
            cached - facts.digests.keys(),
        )
        cache.remember_objects(style.manifest.remote, observation.bucket.learned)
        self.resources.remember_published(style, observation.published)
