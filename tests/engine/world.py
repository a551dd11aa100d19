"""Whole workspaces in memory, run through the real engine: what the state machine plays with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.events import ChangeEnded, Event
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.plan import Basis, Options, StylePlan
from manifest_sync.core.planning import make_plan
from manifest_sync.core.publication import Publication, told
from manifest_sync.core.publishing import to_publish
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.record import record
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.settle import settle, settle_record
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.statistics import Cost
from manifest_sync.engine.apply import Notebook, apply_plan
from manifest_sync.engine.publishing import Published, publish
from manifest_sync.engine.site import Observation, Site, observe
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.transfer import Sides
from manifest_sync.engine.watch import Watch
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store
from manifest_sync.stores.faulty import Fault, FaultyStore
from manifest_sync.stores.memory import MemoryStore

REMOTE = "s3://bucket/styles/16/"

Faults = Mapping[Side, Sequence[Fault]]
NO_FAULTS: Faults = {}


class Run(msgspec.Struct):
    """One push, pull or apply, with everything it did."""

    plan: StylePlan
    outcomes: tuple[Outcome, ...]
    cost: Cost
    scope: Scope
    """The team's, headers merged."""


class Clock:
    """Nanoseconds that pass only when told to; ten seconds a step, so that no file stays racy."""

    def __init__(self) -> None:
        self.now = 1_000_000_000_000

    def tick(self) -> int:
        self.now += 1
        return self.now

    def wait(self) -> None:
        self.now += 10_000_000_000


class Desk:
    """One workspace with one style: its folder, its manifest, what it remembers."""

    def __init__(
        self, bucket: Store, clock: Clock, header: Header | None = None, *, gains: bool = False
    ) -> None:
        self.clock = clock
        self.folder = MemoryStore(Side.LOCAL, gains=gains, clock=clock.tick)
        self.bucket = bucket
        self.manifest = Manifest("16", REMOTE, header or Header())
        self.memory: dict[str, Memory] = {}
        self.digests: dict[str, Digest] = {}
        self.object_md5s: dict[str, tuple[str, str]] = {}
        self.runs = 0
        self.agreed: Header | None = None
        self.read: dict[str, tuple[bytes, Publication]] = {}

    def site(self, faults: Faults = NO_FAULTS) -> Site:
        return Site(
            manifest=self.manifest,
            manifest_md5="0" * 32,
            folder=FaultyStore(self.folder, faults.get(Side.LOCAL, ())),
            bucket=FaultyStore(self.bucket, faults.get(Side.S3, ())),
            memory=dict(self.memory),
            serial=self.runs,
            digests=dict(self.digests),
            object_md5s=dict(self.object_md5s),
            now_ns=lambda: self.clock.now,
            agreed=self.agreed,
            recall=self.read.get,
        )

    def observe(self, verb: Verb, site: Site, watch: Watch) -> Observation:
        self.clock.wait()
        observation = observe(site, watch, recorded=verb is not Verb.APPLY)
        self._remember(observation.published)
        facts = observation.folder
        self.digests = {path: facts.digests[path] for path in facts.digests}
        for path, etag, md5 in observation.bucket.learned:
            self.object_md5s[path] = (etag, md5)
        return observation

    def run(
        self,
        verb: Verb,
        to: Side,
        options: Options,
        *,
        faults: Faults = NO_FAULTS,
        stop_after: int | None = None,
    ) -> Run:
        """Run a command; `stop_after` so many outcomes, somebody presses Ctrl-C."""
        ended = 0

        def tell(event: Event) -> None:
            nonlocal ended
            ended += isinstance(event, ChangeEnded)

        def stopped() -> bool:
            return stop_after is not None and ended >= stop_after

        watch = Watch("16", Tally(), tell, stopped, jobs=2, hash_threads=1)
        site = self.site(faults)
        observation = self.observe(verb, site, watch)
        plan = make_plan(observation.survey, to, _basis(verb, options), "16")
        self.runs += 1
        keep_under = f"{id(self)}-{self.runs}"
        sides = Sides(site.folder, site.bucket, observation.folder.digests, keep_under)
        published = observation.published
        if to is Side.S3 and plan.changes:
            said = to_publish(observation.survey, plan)
            published, _ = publish(
                site.bucket,
                said,
                published,
                by=Publication(told(datetime.fromtimestamp(self.clock.now / 1e9, UTC))),
                keep_under=keep_under,
                now_ns=self.clock.now,
            )
            self._remember(published)
        written: list[Outcome] = []

        def outcomes(batch: Sequence[tuple[int, Outcome]]) -> None:
            written.extend(outcome for _, outcome in batch)

        def digests(batch: Sequence[tuple[str, Digest]]) -> None:
            self.digests.update(batch)

        scope = observation.survey.scope
        made = apply_plan(
            plan,
            sides,
            Notebook(outcomes, digests),
            lambda path: scope.role(path) is Role.CAPTION,
            watch,
        )
        known = [outcome for outcome in made if not outcome.unknown]
        assert sorted(o.change.path for o in written) == [o.change.path for o in known]
        survey = observation.survey
        settlement = settle(survey, verb, made, published.manifest)
        if verb is not Verb.APPLY:
            self.manifest = _rewritten(
                survey.manifest.with_lines(settlement.lines, settlement.etags)
            )
            if published.manifest is not None:
                self.agreed = published.manifest.header
        self._fold(settlement.moved)
        return Run(plan, made, watch.tally.cost(), scope)

    def record(self) -> bool:
        """Record; whether anything changed."""
        self.clock.wait()
        watch = Watch("16", Tally(), jobs=2, hash_threads=1)
        observation = observe(self.site(), watch, with_bucket=False)
        survey = observation.survey
        self.digests = dict(observation.folder.digests)
        lines = record(survey.scope, survey.folder, survey.lines, survey.memory)
        moved = settle_record(msgspec.structs.replace(survey, lines=lines))
        changed = lines != dict(self.manifest.lines)
        self.manifest = _rewritten(self.manifest.with_lines(lines, self.manifest.etags))
        self._fold(moved)
        return changed

    def write(self, path: str, data: bytes) -> None:
        self.folder.put_out_of_band(path, data)

    def drop(self, path: str) -> None:
        self.folder.drop_out_of_band(path)

    def _remember(self, published: Published) -> None:
        text, publication, stamp = published.text, published.publication, published.stamp
        if text is not None and publication is not None and isinstance(stamp, ObjectStamp):
            self.read[stamp.etag] = (text, publication)

    def _fold(self, moved: dict[str, Memory]) -> None:
        for path, memory in moved.items():
            if memory == BLANK:
                self.memory.pop(path, None)
            else:
                self.memory[path] = memory


def _rewritten(manifest: Manifest) -> Manifest:
    """Through its text and back: what is on disk is all that counts."""
    text = render_manifest(manifest)
    read = parse_manifest(text, "manifest.json")
    assert render_manifest(read) == text
    return read


def _basis(verb: Verb, options: Options) -> Basis:
    return Basis(verb, "0" * 32, 0, REMOTE, "memory://", options, "test", "2026-11-21T00:00:00Z")
