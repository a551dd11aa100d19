"""A plan under construction over two sides in memory, and what happens when it is applied."""

from collections.abc import Callable, Iterable, Sequence

import xxhash

from manifest_sync.core.content import Side
from manifest_sync.core.events import ChangeEnded, Event
from manifest_sync.core.listing import Problem
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Options, Source, StylePlan, summarise
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.stamps import ABSENT, AbsentStamp, FileStamp, Present
from manifest_sync.engine.apply import Notebook, apply_plan
from manifest_sync.engine.pace import Pace
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.transfer import Sides
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import Store
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore
from manifest_sync.stores.memory import MemoryStore
from tests.builders import basis


class Bench:
    """Both sides in memory, a plan under construction, and a log of what happens in which order."""

    def __init__(
        self,
        *,
        to: Side = Side.S3,
        faults: Iterable[Fault] = (),
        jobs: int = 1,
        gains: bool = False,
        far: bool = False,
    ) -> None:
        """With `gains` the stores have changes made in batches wherever that can be.

        With `far` several batches are under way at a time.
        """
        self.to = to
        self.stores = {side: MemoryStore(side, gains=gains) for side in Side}
        self.faults = tuple(faults)
        self.changes: list[Change] = []
        self.problems: tuple[Problem, ...] = ()
        self.log: list[str] = []
        """Calls of the target (`write a.png`), and `noted a.png` when the journal has it."""
        self.noted: dict[str, Outcome] = {}
        self.known: dict[str, Digest] = {}
        """Digests of the folder's files, before the run."""
        self.digests: dict[str, Digest] = {}
        """Those that the run noted."""
        self.events: list[Event] = []
        self.stop_after: int | None = None
        self.jobs = jobs
        self.source_faults: tuple[Fault, ...] = ()
        self.pace = Pace(jobs, most=8 * jobs if far else None)
        if far:
            self.pace.took(1.0, 0.1, 0.0)
        self.tally = Tally()
        self.before_each: Callable[[Call, str], object] = lambda _call, _path: None
        self.before_noting: Callable[[], object] = lambda: None
        self.on_event: Callable[[Event], object] = lambda _: None

    # The plan

    def create(self, path: str, data: bytes = b"new") -> None:
        self._add(path, None, data)

    def update(self, path: str, data: bytes = b"new") -> None:
        self._add(path, self._there(path, b"old " + path.encode()), data)

    def delete(self, path: str) -> None:
        self._add(path, self._there(path, b"old " + path.encode()), None)

    def copy(self, path: str, source: str) -> None:
        """Made from what is at another path of the target already."""
        stamp = self._there(source, b"to be copied")
        origin = Source(self.to, source, stamp)
        content = content_of(b"to be copied")
        if isinstance(stamp, FileStamp):
            xxh3 = xxhash.xxh3_128_hexdigest(b"to be copied")
            self.known[source] = Digest(stamp, content.md5, xxh3, trusted=True)
        self.changes.append(Change(self.to, path, None, content, Reason.MODIFIED, ABSENT, origin))

    # The run

    def run(self) -> tuple[Outcome, ...]:
        """Apply the plan, looked at from `before_each` and `on_event`."""
        stores: dict[Side, Store] = {**self.stores}
        giver = self.to.other
        stores[giver] = FaultyStore(self.stores[giver], self.source_faults)
        stores[self.to] = FaultyStore(
            self.stores[self.to], self.faults, before_each=self._before_each
        )
        return apply_plan(
            self.plan(),
            Sides(stores[Side.LOCAL], stores[Side.S3], digests=self.known, keep_under="run"),
            Notebook(self._outcomes, self._digests),
            lambda path: path.endswith(".txt"),
            Watch("16", self.tally, self._tell, self._stopped, self.jobs, pace=self.pace),
        )

    def plan(self) -> StylePlan:
        changes = tuple(sorted(self.changes, key=lambda change: change.path))
        return StylePlan(
            style="16",
            folder="styles/16",
            to=self.to,
            basis=basis(Verb.PUSH, Options(delete=True)),
            changes=changes,
            problems=self.problems,
            summary=summarise(changes, 0, 0, 0),
        )

    def calls(self, *names: str) -> list[str]:
        """What was asked of the target by these names, in order."""
        return [entry for entry in self.log if entry.split()[0] in names]

    def _there(self, path: str, data: bytes) -> Present:
        stamp = self.stores[self.to].put_out_of_band(path, data)
        assert not isinstance(stamp, AbsentStamp)
        return stamp

    def _add(self, path: str, before: Present | None, data: bytes | None) -> None:
        store = self.stores[self.to]
        held = store.bytes_at(path) if before is not None else None
        source = None
        if data is not None:
            stamp = self.stores[self.to.other].put_out_of_band(path, data)
            assert not isinstance(stamp, AbsentStamp)
            source = Source(self.to.other, path, stamp)
        self.changes.append(
            Change(
                self.to,
                path,
                content_of(held) if held is not None else None,
                content_of(data) if data is not None else None,
                Reason.MODIFIED,
                before or ABSENT,
                source,
            )
        )

    def _before_each(self, call: Call, path: str) -> None:
        self.log.append(f"{call} {path}".strip())
        self.before_each(call, path)

    def _tell(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)

    def _outcomes(self, batch: Sequence[tuple[int, Outcome]]) -> None:
        self.before_noting()
        planned = self.plan().changes
        for number, outcome in batch:
            assert planned[number - 1].path == outcome.change.path
            assert outcome.change.path not in self.noted
            self.noted[outcome.change.path] = outcome
            self.log.append(f"noted {outcome.change.path}")

    def _digests(self, batch: Sequence[tuple[str, Digest]]) -> None:
        self.digests.update(batch)

    def _stopped(self) -> bool:
        if self.stop_after is None:
            return False
        return sum(isinstance(event, ChangeEnded) for event in self.events) >= self.stop_after


def statuses(outcomes: Iterable[Outcome]) -> dict[str, Status]:
    return {outcome.change.path: outcome.status for outcome in outcomes}
