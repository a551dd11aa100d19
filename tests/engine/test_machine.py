"""Random histories of several workspaces and one bucket, through the real engine."""

from collections import Counter
from collections.abc import Mapping

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Denied, StoreError, Transient
from manifest_sync.core.manifest import MANIFEST_NAME, Header, Manifest
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.engine.retrying import retrying
from manifest_sync.stores.base import Request
from manifest_sync.stores.faulty import Call, Fault, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.world import Clock, Desk, Run
from tests.searching import examples

PATHS = ("a.jpg", "a.txt", "b.png", "10_x/c.jpg", "10_x/c.txt")
BYSTANDERS = ("notes.md", "sub/model.safetensors", "skip.jpg")
DATA = (b"", b"one", b"two", b"three", b"four")

desks = st.integers(0, 2)
paths = st.sampled_from(PATHS)
data = st.sampled_from(DATA)
ways = st.sampled_from(
    [(Verb.PUSH, Side.S3), (Verb.PULL, Side.LOCAL), *((Verb.APPLY, side) for side in Side)]
)
faults = st.dictionaries(
    st.sampled_from(Side),
    st.lists(
        st.builds(
            Fault,
            call=st.sampled_from(
                [*[Call.WRITE, Call.READ, Call.DELETE] * 3, Call.COPY, Call.LIST, Call.ASK_MD5]
            ),
            harm=st.sampled_from([Harm.BEFORE, Harm.AFTER]),
            path=st.sampled_from([*["*"] * len(PATHS), *PATHS]),
            error=st.sampled_from([Transient("not now"), Denied("not you")]),
            after=st.integers(0, 2),
            times=st.sampled_from([1, 9]),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=1,
    max_size=2,
)
edits = st.dictionaries(paths, st.none() | data, min_size=1, max_size=4)
"""What happens on the side that a run goes by, so that the run has something to do."""

flags = st.fixed_dictionaries({"delete": st.booleans(), "overwrite": st.booleans()})


class Workspaces(RuleBasedStateMachine):
    """Three workspaces curate one style at the same time, badly."""

    def __init__(self) -> None:
        super().__init__()
        self._sleep, retrying.sleep = retrying.sleep, lambda _: None
        self.clock = Clock()
        self.requests: Counter[Request] = Counter()
        self.old: list[Manifest] = []

    @initialize(gains=st.booleans())
    def set_up(self, gains: bool) -> None:
        """With `gains` changes are made in batches."""
        self.bucket = MemoryStore(Side.S3, gains=gains, on_request=self._asked)
        header = Header(ignore=("skip.*",))
        self.desks = [Desk(self.bucket, self.clock, header, gains=gains) for _ in range(3)]
        for place in BYSTANDERS:
            self.bucket.put_out_of_band(place, b"theirs")
            for desk in self.desks:
                desk.write(place, b"mine")

    def teardown(self) -> None:
        retrying.sleep = self._sleep

    def _asked(self, kind: Request, count: int) -> None:
        self.requests[kind] += count

    @rule(desk=desks, path=paths, data=data)
    def edit(self, desk: int, path: str, data: bytes) -> None:
        self.desks[desk].write(path, data)

    @rule(desk=desks, path=paths)
    def delete(self, desk: int, path: str) -> None:
        if self.desks[desk].folder.bytes_at(path) is not None:
            self.desks[desk].drop(path)

    @rule(path=paths, data=data)
    def upload_out_of_band(self, path: str, data: bytes) -> None:
        self.bucket.put_out_of_band(path, data)

    @rule(path=paths)
    def delete_out_of_band(self, path: str) -> None:
        if self.bucket.bytes_at(path) is not None:
            self.bucket.drop_out_of_band(path)

    @rule(desk=desks)
    def lose_state(self, desk: int) -> None:
        self.desks[desk].memory.clear()

    @rule(desk=desks)
    def lose_cache(self, desk: int) -> None:
        self.desks[desk].digests.clear()

    @rule(desk=desks)
    def commit(self, desk: int) -> None:
        self.old.append(self.desks[desk].manifest)

    @rule(desk=desks, number=st.integers(0, 9))
    def check_out(self, desk: int, number: int) -> None:
        if self.old:
            self.desks[desk].manifest = self.old[number % len(self.old)]

    @rule(desk=desks)
    def record(self, desk: int) -> None:
        self.desks[desk].record()
        assert not self.desks[desk].record()

    @rule(desk=desks, flags=flags)
    def push(self, desk: int, flags: dict[str, bool]) -> None:
        before = _files(self.desks[desk].folder)
        run = self._checked(desk, Verb.PUSH, Side.S3, flags)
        assert _files(self.desks[desk].folder) == before
        self._same_again(desk, Verb.PUSH, Side.S3, flags, run)

    @rule(desk=desks, flags=flags)
    def pull(self, desk: int, flags: dict[str, bool]) -> None:
        before = _files(self.bucket)
        run = self._checked(desk, Verb.PULL, Side.LOCAL, flags)
        assert _files(self.bucket) == before
        self._same_again(desk, Verb.PULL, Side.LOCAL, flags, run)

    @rule(desk=desks, to=st.sampled_from(Side), flags=flags)
    def apply(self, desk: int, to: Side, flags: dict[str, bool]) -> None:
        before = self.desks[desk].manifest
        run = self._checked(desk, Verb.APPLY, to, flags)
        assert self.desks[desk].manifest == before
        self._same_again(desk, Verb.APPLY, to, flags, run)
        held = _files(self._store(desk, to))
        unsettled = {c.path for c in run.plan.conflicts} | {p.path for p in run.plan.problems}
        for path in PATHS:
            if path in unsettled or path in run.plan.withheld or not run.scope.holds(path):
                continue
            line = before.lines.get(path)
            assert (path in held) == (line is not None)
            assert line is None or len(held[path]) == line.size

    @rule(desk=desks, pattern=st.sampled_from(["b.*", "10_x/", "*.txt"]))
    def ignore_or_not(self, desk: int, pattern: str) -> None:
        manifest = self.desks[desk].manifest
        patterns = tuple(p for p in manifest.header.ignore if p != pattern)
        if patterns == manifest.header.ignore:
            patterns = (*patterns, pattern)
        header = msgspec.structs.replace(manifest.header, ignore=patterns)
        self.desks[desk].manifest = msgspec.structs.replace(manifest, header=header)

    @rule(desk=desks, way=ways, edits=edits, flags=flags, faults=faults)
    def run_among_faults(
        self,
        desk: int,
        way: tuple[Verb, Side],
        edits: dict[str, bytes | None],
        flags: dict[str, bool],
        faults: dict[Side, list[Fault]],
    ) -> None:
        verb, to = way
        here = self.desks[desk]
        target, giver = self._store(desk, to), self._store(desk, to.other)
        self._edit(desk, verb, giver, edits)
        before, untouched = _files(target), _files(giver)
        remembered = (here.manifest, dict(here.memory))
        try:
            run = here.run(verb, to, _options(flags), faults=faults)
        except StoreError:
            assert (here.manifest, here.memory) == remembered
            assert _files(target) == before
            return
        assert _files(giver) == untouched
        self._only_what_was_done(run, before, target, flags)
        self._same_again(desk, verb, to, flags, here.run(verb, to, _options(flags)))

    @rule(desk=desks, way=ways, edits=edits, flags=flags, after=st.integers(0, 3))
    def press_ctrl_c(
        self,
        desk: int,
        way: tuple[Verb, Side],
        edits: dict[str, bytes | None],
        flags: dict[str, bool],
        after: int,
    ) -> None:
        verb, to = way
        target = self._store(desk, to)
        self._edit(desk, verb, self._store(desk, to.other), edits)
        before = _files(target)
        run = self.desks[desk].run(verb, to, _options(flags), stop_after=after)
        assert {outcome.status for outcome in run.outcomes} <= {Status.DONE, Status.SKIPPED}
        self._only_what_was_done(run, before, target, flags)
        again = self._checked(desk, verb, to, flags)
        skipped = {o.change.path for o in run.outcomes if o.status is Status.SKIPPED}
        assert {change.path for change in again.plan.changes} == skipped

    def _edit(
        self, desk: int, verb: Verb, store: MemoryStore, edits: dict[str, bytes | None]
    ) -> None:
        for path, data in edits.items():
            if data is not None:
                store.put_out_of_band(path, data)
            elif store.bytes_at(path) is not None:
                store.drop_out_of_band(path)
        if verb is Verb.APPLY:
            self.desks[desk].record()

    def _only_what_was_done(
        self,
        run: Run,
        before: Mapping[str, bytes],
        target: MemoryStore,
        flags: dict[str, bool],
    ) -> None:
        """A change that did not happen left its path alone; nothing went that was not kept."""
        after = _files(target)
        kept = set(target.kept.values())
        done = {outcome.change.path for outcome in run.outcomes if outcome.status is Status.DONE}
        unacknowledged = {
            o.change.path for o in run.outcomes if o.status is Status.FAILED or o.unknown
        }
        for path in before.keys() | after.keys():
            if before.get(path) != after.get(path):
                assert path in done | unacknowledged
                assert before.get(path) in kept | {None}
        writes = [o for o in run.outcomes if o.change.after is not None]
        deletes = [o for o in run.outcomes if o.change.after is None]
        if run.plan.hides_content or any(not o.status.holds for o in writes):
            assert all(outcome.status is Status.SKIPPED for outcome in deletes)
        if not flags["delete"]:
            assert before.keys() <= after.keys()

    def _store(self, desk: int, side: Side) -> MemoryStore:
        return self.bucket if side is Side.S3 else self.desks[desk].folder

    def _checked(self, desk: int, verb: Verb, to: Side, flags: dict[str, bool]) -> Run:
        """A run that does what its plan says, and loses nothing."""
        target = self._store(desk, to)
        before = _files(target)
        run = self.desks[desk].run(verb, to, _options(flags))
        after = _files(target)
        assert {outcome.status for outcome in run.outcomes} <= {Status.DONE}
        assert all(change.side is to for change in run.plan.changes)
        changed = {change.path for change in run.plan.changes}
        assert {p for p in before.keys() | after.keys() if before.get(p) != after.get(p)} == changed
        if not flags["delete"]:
            assert before.keys() <= after.keys()
        for outcome in run.outcomes:
            if outcome.change.before is not None:
                assert outcome.kept_at is not None
                assert target.kept[outcome.kept_at] == before[outcome.change.path]
        return run

    def _same_again(
        self, desk: int, verb: Verb, to: Side, flags: dict[str, bool], first: Run
    ) -> None:
        """The same command finds nothing to do, hashes nothing, and only lists."""
        manifest = self.desks[desk].manifest
        self.requests.clear()
        # What the first run downloaded was too young to trust; reading it once settles that.
        again = self.desks[desk].run(verb, to, _options(flags))
        assert again.plan.changes == ()
        assert again.cost.hashed == 0
        assert set(self.requests) <= {Request.LIST}
        assert self.desks[desk].manifest == manifest
        assert {c.path for c in again.plan.conflicts} == {c.path for c in first.plan.conflicts}
        assert again.plan.withheld == first.plan.withheld
        assert not self.desks[desk].record() or verb is Verb.APPLY

    @invariant()
    def bystanders_are_left_alone(self) -> None:
        for place in BYSTANDERS:
            assert self.bucket.bytes_at(place) == b"theirs"
            assert all(desk.folder.bytes_at(place) == b"mine" for desk in self.desks)


def _files(store: MemoryStore) -> dict[str, bytes]:
    """What a store holds, but for what is published there."""
    held = store.contents()
    held.pop(MANIFEST_NAME, None)
    return held


def _options(flags: dict[str, bool]) -> Options:
    return Options(delete=flags["delete"], overwrite=flags["overwrite"])


Workspaces.TestCase.settings = settings(
    max_examples=examples(15, 60), stateful_step_count=25, derandomize=True
)
TestWorkspaces = Workspaces.TestCase
