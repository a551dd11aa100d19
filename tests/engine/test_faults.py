"""Whole runs on a store that fails: they complete, or they end; and what is told is what is."""

import threading
import time
from itertools import count

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import NotSignedIn, SlowDown, Transient, Unreachable
from manifest_sync.core.events import TriedAgain
from manifest_sync.core.listing import Listing
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.outcome import Status
from manifest_sync.core.rows import Rows
from manifest_sync.core.statistics import count as count_up
from manifest_sync.engine.bucket import Evidence, observe_bucket
from manifest_sync.engine.pace import PATIENCE, Pace
from manifest_sync.engine.retrying import retrying
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.bench import Bench, statuses

ALWAYS = 10**9
LOST = Unreachable("no answer")


def often(call: Call, harm: Harm, rate: float, error: Transient = LOST) -> Fault:
    return Fault(call, harm, error=error, times=ALWAYS, rate=rate)


def faults(rate: float) -> list[Fault]:
    """Calls fail at that rate: half of them before they take effect, half after."""
    calls = (Call.STAT, Call.WRITE, Call.COPY, Call.DELETE, Call.KEPT_AT)
    return [often(call, harm, rate / 2) for call in calls for harm in (Harm.BEFORE, Harm.AFTER)]


def fill(bench: Bench) -> None:
    for number in range(1200):
        bench.create(f"new/{number}.png", b"new %d" % number)
    for number in range(400):
        bench.update(f"old/{number}.png", b"edited %d" % number)
    for number in range(100):
        bench.copy(f"copied/{number}.png", f"source/{number}.png")
    for number in range(300):
        bench.delete(f"gone/{number}.png")


@pytest.mark.parametrize("to", list(Side))
def test_at_one_fault_in_five_every_change_is_made_once_and_kept_once(to: Side) -> None:
    bench = Bench(to=to, faults=faults(0.1), jobs=8)  # and a tenth while reading
    bench.source_faults = (often(Call.READ, Harm.AFTER, 0.05), often(Call.READ, Harm.BEFORE, 0.05))
    fill(bench)
    target = bench.stores[to]
    before = target.contents()
    outcomes = bench.run()
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    assert bench.noted.keys() == statuses(outcomes).keys()

    after = target.contents()
    assert {path for path in after if path.startswith("gone/")} == set()
    for number in range(1200):
        assert after[f"new/{number}.png"] == b"new %d" % number
    for outcome in outcomes:
        if (old := outcome.change.before) is not None:
            assert outcome.kept_at is not None
            assert target.kept[outcome.kept_at] == before[outcome.change.path]
            assert len(target.kept[outcome.kept_at]) == old.size
    assert len(target.kept) == 700

    figures = count_up(outcomes, 0, bench.tally.cost())
    assert (figures.created, figures.updated, figures.deleted) == (1300, 400, 300)
    assert figures.bytes == sum(len(after[p]) for p in after if p.startswith(("new/", "old/")))
    retries = sum(isinstance(event, TriedAgain) for event in bench.events)
    assert figures.cost.retries == retries > 300


class Time:
    """Goes by in pauses only."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._lock = threading.Lock()
        self.now = 0.0
        monkeypatch.setattr(retrying, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("error", [LOST, SlowDown("S3 asks to slow down"), Transient("error")])
@pytest.mark.parametrize("jobs", [1, 8])
def test_where_nothing_gets_through_the_run_ends_within_three_minutes(
    error: Transient, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(faults=[often(c, Harm.BEFORE, 1, error) for c in (Call.WRITE, Call.STAT)])
    bench.jobs, clock = jobs, Time(monkeypatch)
    bench.pace = Pace(jobs, clock)
    for number in range(200):
        bench.create(f"{number}.png")
    bench.delete("gone.png")
    outcomes = bench.run()
    # Pauses of several threads add up here.
    assert PATIENCE < clock.now < jobs * 3 * PATIENCE
    over = f"nothing has got through for 60 seconds ({error}); run the same command again to finish"
    failed = [outcome for outcome in outcomes if outcome.status is Status.FAILED]
    assert all(outcome.unknown for outcome in failed)
    assert 0 < len(failed) < 20
    assert failed[-1].error == over
    rest = [outcome for outcome in outcomes if outcome not in failed]
    assert {(outcome.status, outcome.error) for outcome in rest} == {
        (Status.SKIPPED, f"not begun, because {over}")
    }
    assert bench.stores[Side.S3].contents().keys() == {"gone.png"}


@pytest.mark.parametrize("jobs", [1, 8])
def test_reading_objects_ends_too_where_nothing_gets_through(
    jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Time(monkeypatch)
    bucket = MemoryStore(Side.S3, opaque_etags=True)
    for number in range(100):
        bucket.put_out_of_band(f"{number}.png", b"sent by others")
    blind = FaultyStore(bucket, [often(c, Harm.BEFORE, 1) for c in (Call.ASK_MD5, Call.READ)])
    rows = Rows(tuple(bucket.list()), (), (), ())
    listing = Listing(Side.LOCAL, {})
    evidence = Evidence({}, Manifest("16", "s3://bucket/p/"), listing)
    watch = Watch("16", Tally(), jobs=jobs, pace=Pace(jobs, clock))
    with pytest.raises(Transient, match="nothing has got through for 60 seconds"):
        observe_bucket(blind, MemoryStore(Side.LOCAL), rows, evidence, watch)
    assert PATIENCE < clock.now < jobs * 3 * PATIENCE


def test_a_change_that_nobody_could_be_asked_about_is_left_open() -> None:
    asking = [often(Call.STAT, Harm.BEFORE, 1)]
    bench = Bench(faults=[Fault(Call.WRITE, Harm.AFTER, "a.png", LOST), *asking])
    bench.update("a.png")
    bench.create("b.png")
    outcomes = bench.run()
    assert statuses(outcomes) == {"a.png": Status.MOVED, "b.png": Status.DONE}
    assert [outcome.unknown for outcome in outcomes] == [True, False]
    assert bench.noted.keys() == {"b.png"}


def test_expired_credentials_end_the_run_once_what_is_in_flight_is_finished() -> None:
    expired = NotSignedIn("the credentials have expired; sign in again and repeat the command")
    bench = Bench(jobs=4)
    for number in range(200):
        bench.create(f"{number:03}.png")
    bench.delete("gone.png")
    began, others = count(), threading.Barrier(4, timeout=30)

    def before_each(call: Call, _: str) -> None:
        if call is Call.WRITE and (number := next(began)) < 4:
            others.wait()
            if number == 3:
                raise expired

    bench.before_each = before_each
    outcomes = bench.run()
    found = [outcome.status for outcome in outcomes]
    assert 3 <= found.count(Status.DONE) <= 6
    assert found.count(Status.FAILED) == 1
    assert found.count(Status.SKIPPED) == 201 - found.count(Status.DONE) - 1
    assert outcomes[-1].error == f"not begun, because {expired}"
    assert "gone.png" in bench.stores[Side.S3].contents()


def test_as_many_changes_are_made_at_a_time_as_the_pace_allows() -> None:
    bench = Bench(jobs=8)
    bench.pace = Pace(1)
    for number in range(50):
        bench.create(f"{number}.png")
    writing = threading.Lock()
    alone: list[bool] = []

    def before_each(call: Call, _: str) -> None:
        if call is Call.WRITE:
            alone.append(writing.acquire(blocking=False))
            time.sleep(0.001)  # so that another may begin, if it may
            if alone[-1]:
                writing.release()

    bench.before_each = before_each
    assert {outcome.status for outcome in bench.run()} == {Status.DONE}
    assert alone == [True] * 50


def test_a_server_that_is_asked_for_less_gets_less_and_then_more_again() -> None:
    busy = SlowDown("S3 asks to slow down")
    burst = [Fault(Call.WRITE, Harm.BEFORE, f"{number}.png", busy) for number in range(20)]
    bench = Bench(faults=burst, jobs=8)
    for number in range(400):
        bench.create(f"{number}.png")
    outcomes = bench.run()
    assert {outcome.status for outcome in outcomes} == {Status.DONE}
    told = [event for event in bench.events if isinstance(event, TriedAgain)]
    assert len(told) == 20
    assert min(event.at_a_time for event in told) == 4
    assert any(event.slowed for event in told)
    assert not bench.pace.is_slowed
