"""Random histories of a team whose runs interleave, fail and are killed, step by step.

What must not happen while they do is in `witness.py`; here is what must hold in between.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Transient
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change, Conflict, Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.scope import Scope
from manifest_sync.engine import apply
from manifest_sync.engine.retrying import retrying
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.world import Clock
from tests.searching import examples
from tests.workspace.members import Member, Run
from tests.workspace.witness import Witness

HISTORIES = int(os.environ.get("MANIFEST_SYNC_HISTORIES", "200"))
"""Long ones that the slow suite plays."""

PATHS = ("a.jpg", "a.txt", "b.png", "x/c.jpg")
DATA = (b"", b"one", b"two", b"three")
MIRROR = Options(
    delete=True, overwrite=True, allow_empty=True, allow_unrelated=True, allow_rewrite=True
)

Way = tuple[Verb, Side]
Edits = dict[str, bytes | None]
"""What is written to files, or that they are deleted, by path."""

who = st.integers(0, 2)
edits = st.dictionaries(st.sampled_from(PATHS), st.none() | st.sampled_from(DATA), max_size=3)
ways = st.sampled_from(
    [*[(Verb.PUSH, Side.S3), (Verb.PULL, Side.LOCAL)] * 3, *((Verb.APPLY, side) for side in Side)]
)
options = st.builds(
    Options,
    delete=st.booleans(),
    overwrite=st.booleans(),
    allow_empty=st.just(True),
    allow_unrelated=st.just(True),
    allow_rewrite=st.just(True),
)
few = st.integers(1, 12)
long = st.integers(1, 30)
faults = st.dictionaries(
    st.sampled_from(Side),
    st.lists(
        st.builds(
            Fault,
            call=st.sampled_from(
                [*[Call.WRITE, Call.READ, Call.DELETE] * 3, Call.COPY, Call.LIST, Call.STAT]
            ),
            harm=st.sampled_from([Harm.BEFORE, Harm.AFTER]),
            path=st.sampled_from(["*", "*", *PATHS, MANIFEST_NAME]),
            error=st.just(Transient("not now")),
            after=st.integers(0, 2),
            times=st.sampled_from([1, 30]),
        ),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)


class Team(RuleBasedStateMachine):
    """Two or three workspaces and one bucket."""

    def __init__(self) -> None:
        super().__init__()
        self._sleep, retrying.sleep = retrying.sleep, lambda _: None
        # A batch is written down when it is full, and not when a real second is over.
        self._seconds, apply._BATCH_SECONDS = apply._BATCH_SECONDS, float("inf")
        self._folder = TemporaryDirectory()
        self.clock = Clock()
        self.members: list[Member] = []
        self.old: list[bytes] = []

    @initialize(number=st.integers(2, 3), edits=edits, gains=st.booleans(), opaque=st.booleans())
    def gather(self, number: int, edits: Edits, gains: bool, opaque: bool) -> None:
        """A team that is in step.

        With `gains` its changes are made in batches; with `opaque` no ETag tells an MD5.
        """
        self.witness = Witness(MemoryStore(Side.S3, gains=gains, opaque_etags=opaque))
        self.members = [
            Member(Path(self._folder.name) / f"{place}", self.witness, self.clock, gains=gains)
            for place in range(number)
        ]
        self.edit(0, edits)
        self._alone(self.members[0], (Verb.PUSH, Side.S3), MIRROR)
        for member in self.members[1:]:
            self._alone(member, (Verb.PULL, Side.LOCAL), MIRROR)

    def teardown(self) -> None:
        for member in self.members:
            if member.is_busy:
                member.kill()
        retrying.sleep, apply._BATCH_SECONDS = self._sleep, self._seconds
        self._folder.cleanup()

    def member(self, number: int) -> Member:
        return self.members[number % len(self.members)]

    def idle(self, number: int) -> Member:
        """That member, its run finished."""
        member = self.member(number)
        if member.is_busy:
            assert member.run is not None
            self._ended(member.run.finish())
        return member

    # What people do, at any time

    @rule(who=who, edits=edits)
    def edit(self, who: int, edits: Edits) -> None:
        for path, data in edits.items():
            self.member(who).edit(path, data)

    @rule(edits=edits)
    def change_out_of_band(self, edits: Edits) -> None:
        for path, data in edits.items():
            self.witness.change_out_of_band(path, data)
            for member in self.members:
                if data is not None:
                    member.person.has_back(Side.S3, path, content_of(data))

    @rule(who=who)
    def commit(self, who: int) -> None:
        self.old.append(self.member(who).manifest)

    @rule(who=who, number=st.integers(0, 9))
    def check_out(self, who: int, number: int) -> None:
        if self.old:
            self.member(who).manifest = self.old[number % len(self.old)]

    @rule(who=who, pattern=st.sampled_from(["b.*", "x/", "*.txt"]))
    def ignore_or_not(self, who: int, pattern: str) -> None:
        member = self.member(who)
        manifest = parse_manifest(member.manifest, MANIFEST_NAME)
        patterns = tuple(p for p in manifest.header.ignore if p != pattern)
        if patterns == manifest.header.ignore:
            patterns = (*patterns, pattern)
        header = msgspec.structs.replace(manifest.header, ignore=patterns)
        member.manifest = render_manifest(msgspec.structs.replace(manifest, header=header))

    # What befalls a workspace between its runs

    @rule(who=who)
    def lose_state(self, who: int) -> None:
        self.idle(who).lose_state()

    @rule(who=who)
    def lose_cache(self, who: int) -> None:
        self.idle(who).resources.lose_cache()

    @rule(who=who)
    def record(self, who: int) -> None:
        member = self.idle(who)
        member.record()
        assert member.record().is_up_to_date

    # Runs, a few steps at a time

    @rule(who=who, edits=edits, way=ways, options=options, faults=faults, steps=few)
    def begin(
        self,
        who: int,
        edits: Edits,
        way: Way,
        options: Options,
        faults: dict[Side, list[Fault]],
        steps: int,
    ) -> None:
        member = self.idle(who)
        self._edit(member, way, edits)
        run = member.begin(*way, options, faults)
        run.strand.go_on(steps)
        self._ended(run)

    @rule(who=who, steps=few)
    def go_on(self, who: int, steps: int) -> None:
        member = self.member(who)
        if member.is_busy:
            assert member.run is not None
            member.run.strand.go_on(steps)
            self._ended(member.run)

    @rule(who=who)
    def press_ctrl_c(self, who: int) -> None:
        member = self.member(who)
        if member.is_busy:
            assert member.run is not None
            member.run.interrupted = True

    @rule(who=who, in_between=st.booleans())
    def kill(self, who: int, in_between: bool) -> None:
        member = self.member(who)
        if member.is_busy:
            member.kill(in_between=in_between)

    # Runs that nobody disturbs

    @rule(who=who, edits=edits, way=ways, options=options)
    def run_alone(self, who: int, edits: Edits, way: Way, options: Options) -> None:
        member = self.idle(who)
        self._edit(member, way, edits)
        self._alone(member, way, options)

    @rule(who=who, edits=edits, way=ways, options=options, steps=long, in_between=st.booleans())
    def die_and_run_again(
        self, who: int, edits: Edits, way: Way, options: Options, steps: int, in_between: bool
    ) -> None:
        """The same command finishes what it was killed at, and takes nothing of it for others'."""
        member = self.idle(who)
        self._edit(member, way, edits)
        cut_off = member.begin(*way, options)
        cut_off.strand.go_on(steps)
        if member.is_busy:
            member.kill(in_between=in_between)
        again = self._alone(member, way, options)
        if cut_off.planned is not None:
            planned, rest = cut_off.planned.plan, _plan(again)
            assert _paths(rest.conflicts) == _paths(planned.conflicts)
            assert rest.withheld == planned.withheld
            assert _paths(rest.changes) <= _paths(planned.changes)

    @rule()
    def everybody_agrees(self) -> None:
        """Once everybody has taken over what S3 holds, nobody has anything to send."""
        for who in range(len(self.members)):
            self.idle(who)
        for member in self.members:
            run = self._alone(member, (Verb.PULL, Side.LOCAL), MIRROR)
            assert run.planned is not None
            scope = run.planned.observation.survey.scope
            assert _held(member.folder, scope) == _held(self.witness.bucket, scope)
        for member in self.members:
            run = self._alone(member, (Verb.PUSH, Side.S3), MIRROR)
            assert not _plan(run).changes
            assert not _plan(run).conflicts

    def _edit(self, member: Member, way: Way, edits: Edits) -> None:
        """Something changes on the side that the run goes by, so that it has something to do."""
        if way[1] is Side.LOCAL and way[0] is Verb.PULL:
            self.change_out_of_band(edits)
            return
        for path, data in edits.items():
            member.edit(path, data)
        if way[0] is Verb.APPLY:
            member.record()

    def _alone(self, member: Member, way: Way, options: Options) -> Run:
        """A run that does all of its plan, and has nothing to do when it is made again."""
        first = member.begin(*way, options).finish()
        self._ended(first)
        assert first.applied is not None
        assert {outcome.status for outcome in first.applied.outcomes} <= {Status.DONE}
        manifest, before = member.manifest, first.applied.plan
        plan = _plan(member.begin(*way, options).finish())
        assert plan.changes == ()
        assert _paths(plan.conflicts) == _paths(before.conflicts)
        assert plan.withheld == before.withheld
        assert member.manifest == manifest
        if way[0] is not Verb.APPLY:
            assert member.record().is_up_to_date
        return first

    def _ended(self, run: Run) -> None:
        """What holds of every run that came to its end."""
        if not run.strand.ended:
            return
        if run.error is not None:
            assert any(run.faults.values())
            return
        assert run.applied is not None
        self._history_is_complete(run.member)
        in_common = run.member.person.held & self.witness.on_s3
        assert run.member.bases() <= in_common, "remembered what never was"

    def _history_is_complete(self, member: Member) -> None:
        """Every byte that was destroyed has its row and its kept copy."""
        rows = member.kept()
        stores = {Side.LOCAL: member.folder, Side.S3: self.witness.bucket}
        for gone in member.person.destroyed:
            beginning = f"memory:{gone.keep_under}/{gone.path}#"
            kept = {
                at: content_of(data)
                for at, data in stores[gone.side].kept.items()
                if at.startswith(beginning)
            }
            assert gone.content in kept.values()
            said = [rows.get(at) for at, content in kept.items() if content == gone.content]
            assert (gone.side, gone.path, gone.content) in said, f"no row of {gone}"


def _plan(run: Run) -> StylePlan:
    """What the run did; it came to its end."""
    assert run.applied is not None
    return run.applied.plan


def _paths(found: Iterable[Change | Conflict]) -> set[str]:
    return {each.path for each in found}


def _held(store: MemoryStore, scope: Scope) -> dict[str, bytes]:
    """What a store holds of the style."""
    return {path: data for path, data in store.contents().items() if scope.holds(path)}


@pytest.mark.hypothesis
def test_nothing_is_lost_in_short_histories() -> None:
    few = settings(max_examples=examples(5), stateful_step_count=25, derandomize=True)
    run_state_machine_as_test(Team, settings=few)


@pytest.mark.slow
@pytest.mark.timeout(0)
def test_nothing_is_lost_in_long_histories() -> None:
    """Other histories each time; what fails tells how to play it again."""
    many = settings(max_examples=HISTORIES, stateful_step_count=45)
    run_state_machine_as_test(Team, settings=many)
