"""Changes that are made in batches end as they would each by itself, whatever goes wrong."""

import re
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifest_sync.core.content import Side
from manifest_sync.core.errors import (
    Corrupted,
    Denied,
    Moved,
    NotBegun,
    NotFound,
    NotSignedIn,
    SlowDown,
    StoreError,
    Transient,
    Unreachable,
)
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.engine import batches
from manifest_sync.engine.making import make
from manifest_sync.engine.pace import Pace
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.transfer import Sides
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.base import Body, Limits, Written
from manifest_sync.stores.faulty import Call, Fault, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.bench import Bench, statuses
from tests.searching import examples

NEW, EDITED, GONE, COPIED = "new", "edited", "gone", "copied"
PATHS = tuple(
    f"{what}/{number}.{kind}"
    for what in (NEW, EDITED, GONE, COPIED)
    for number in range(3)
    for kind in ("png", "txt")
)
CALLS = {NEW: Call.WRITE, EDITED: Call.WRITE, GONE: Call.DELETE, COPIED: Call.COPY}
PASSING = (Transient("not now"), Unreachable("no answer"), SlowDown("S3 asks to slow down"))
LASTING = (
    Corrupted("other bytes"),
    Denied("not you"),
    Moved("it is another"),
    NotFound("it is not there"),
    StoreError("it is odd"),
)

_harms = st.sampled_from([Harm.BEFORE, Harm.AFTER])
_paths = st.sampled_from(PATHS)
_errors = st.sampled_from([*PASSING, *LASTING])
_times = st.integers(1, 4)


def _sort(path: str) -> str:
    return path.partition("/")[0]


def of_making(path: str, harm: Harm, error: StoreError, times: int = 1) -> Fault:
    """A fault of the call by which the change is made at its path."""
    return Fault(CALLS[_sort(path)], harm, path, error, times=times)


_making = st.builds(of_making, _paths, st.sampled_from(Harm), _errors, _times)
_reading = st.builds(
    Fault, st.just(Call.READ), st.sampled_from(Harm), _paths, _errors, times=_times
)
_finding_out = st.builds(
    Fault, st.sampled_from([Call.STAT, Call.KEPT_AT]), _harms, _paths, _errors, times=_times
)


def filled(
    *,
    gains: bool,
    to: Side,
    faults: Sequence[Fault],
    source_faults: Sequence[Fault],
    far: bool = False,
) -> Bench:
    """A plan of every sort of change, with a few bytes each."""
    bench = Bench(to=to, faults=faults, jobs=3, gains=gains, far=far)
    bench.source_faults = tuple(source_faults)
    for path in PATHS:
        what = _sort(path)
        if what == NEW:
            bench.create(path, b"new " + path.encode())
        elif what == EDITED:
            bench.update(path, b"edited " + path.encode())
        elif what == GONE:
            bench.delete(path)
        else:
            bench.copy(path, f"source/{path}")
    return bench


def in_small_batches(bench: Bench) -> tuple[Outcome, ...]:
    """What becomes of the changes, two in each batch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "_FIRST", 2)
        patch.setattr(batches, "_MOST", 2)
        return bench.run()


def told(bench: Bench, outcomes: Sequence[Outcome]) -> dict[str, object]:
    """What is told of each change; of what was kept its bytes, since its name is the store's."""
    kept = bench.stores[bench.to].kept
    return {
        outcome.change.path: (
            outcome.status,
            outcome.unknown,
            re.sub(r"#\d+", "", outcome.error or ""),
            outcome.sent,
            kept[outcome.kept_at] if outcome.kept_at is not None else None,
        )
        for outcome in outcomes
    }


def xxh3s(bench: Bench) -> dict[str, str]:
    """What is remembered of the files that a run left in the folder."""
    return {path: digest.xxh3 for path, digest in bench.digests.items()}


@settings(max_examples=examples(25))
@given(
    to=st.sampled_from(Side),
    # One for a path: which of several comes first is another order where all are read first.
    first=st.lists(_making | _reading, max_size=6, unique_by=lambda fault: fault.path),
    then=st.lists(_finding_out, max_size=3, unique_by=lambda fault: (fault.path, fault.call)),
    far=st.booleans(),
)
def test_in_batches_the_same_comes_of_every_change(
    to: Side, first: list[Fault], then: list[Fault], far: bool
) -> None:
    reading = [fault for fault in first if fault.call is Call.READ]
    making = [fault for fault in first if fault.call is not Call.READ]
    alone, together = (
        filled(gains=gains, to=to, faults=[*making, *then], source_faults=reading, far=far)
        for gains in (False, True)
    )
    expected, made = alone.run(), in_small_batches(together)
    assert told(together, made) == told(alone, expected)
    assert together.stores[to].contents() == alone.stores[to].contents()
    assert sorted(together.stores[to].kept.values()) == sorted(alone.stores[to].kept.values())
    assert together.noted.keys() == alone.noted.keys()
    assert xxh3s(together) == xxh3s(alone)


EXPIRED = NotSignedIn("the credentials have expired")
_ending = st.builds(of_making, _paths, _harms, st.sampled_from([*PASSING, EXPIRED]), _times)
_refused = st.builds(
    of_making, _paths, st.just(Harm.BEFORE), st.sampled_from([*LASTING, NotBegun("not begun")])
)


@settings(max_examples=examples(25))
@given(
    to=st.sampled_from(Side),
    faults=st.lists(_ending | _refused, max_size=5, unique_by=lambda fault: fault.path),
    blind=st.lists(_finding_out, max_size=3, unique_by=lambda fault: (fault.path, fault.call)),
    stop_after=st.none() | st.integers(0, 20),
    far=st.booleans(),
)
def test_what_is_told_of_a_run_that_is_cut_short_is_true(
    to: Side, faults: list[Fault], blind: list[Fault], stop_after: int | None, far: bool
) -> None:
    bench = filled(gains=True, to=to, faults=[*faults, *blind], source_faults=(), far=far)
    bench.stop_after = stop_after
    before = bench.stores[to].contents()
    outcomes = in_small_batches(bench)
    after = bench.stores[to].contents()
    for outcome in outcomes:
        path, wanted = outcome.change.path, outcome.change.after
        if outcome.status is Status.DONE:
            assert (path in after) == (wanted is not None)
        elif not outcome.unknown:
            assert after.get(path) == before.get(path)
    assert len(statuses(outcomes)) == len(bench.plan().changes)
    assert bench.noted == {o.change.path: o for o in outcomes if not o.unknown}
    if any(not o.status.holds for o in outcomes if o.change.after is not None):
        assert not bench.calls("delete")
    check_order(bench)
    check_durable_before_noted(bench)


def check_order(bench: Bench) -> None:
    """Captions come before images, and deletes last."""
    phases = [
        2 if call == "delete" else int(path.endswith(".png"))
        for call, path in (entry.split() for entry in bench.calls("write", "copy", "delete"))
    ]
    assert phases == sorted(phases)


def check_durable_before_noted(bench: Bench) -> None:
    """Whatever a row speaks of was flushed before it was written."""
    pending: set[str] = set()
    for entry in bench.log:
        what, _, path = entry.partition(" ")
        if what in ("write", "copy", "delete"):
            pending.add(path)
        elif what == "flush":
            pending.clear()
        elif what == "noted":
            assert path not in pending, bench.log


def made_directly(bench: Bench) -> list[Outcome]:
    """What comes of the plan's changes, all in one phase and by the stores' own means."""
    jobs = [*enumerate(bench.plan().changes, start=1)]
    sides = Sides(bench.stores[Side.LOCAL], bench.stores[Side.S3], {}, "run")
    watch = Watch("16", Tally(), jobs=bench.jobs, pace=bench.pace)
    return [made.outcome for _, made in make(jobs, sides, watch)]


# A server that is far away


class Distant(MemoryStore):
    """Takes a while for each batch, and remembers how it was asked."""

    def __init__(self) -> None:
        super().__init__(Side.S3, gains=True)
        self.at_a_time: list[int] = []
        self.batches = self.most_batches = 0
        self._counting = threading.Lock()

    def create_small(
        self, files: Sequence[tuple[str, Body]], *, limits: Limits
    ) -> Iterator[Written | StoreError]:
        with self._counting:
            self.batches += 1
            self.most_batches = max(self.most_batches, self.batches)
        time.sleep(0.03)
        with self._counting:
            self.batches -= 1
        self.at_a_time.append(limits.at_a_time)
        return super().create_small(files, limits=limits)


@pytest.mark.parametrize("most", [32, None])
def test_a_server_that_is_far_away_has_something_to_do_all_the_time(
    most: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_FIRST", 16)
    monkeypatch.setattr(batches, "_MOST", 16)
    bench = Bench(gains=True)
    bench.stores[Side.S3] = distant = Distant()
    bench.pace = Pace(4, most=most)
    for number in range(200):
        bench.create(f"{number:03}.png")
    outcomes = made_directly(bench)
    assert [outcome.status for outcome in outcomes] == [Status.DONE] * 200
    # Two batches under way at a time share what may be at work.
    if most is None:
        assert (distant.most_batches, {*distant.at_a_time}) == (1, {4})
    else:
        assert distant.most_batches == 2
        assert (distant.at_a_time[0], max(distant.at_a_time)) == (4, most // 2)


# A run that is stopped


@pytest.mark.parametrize("error", [None, Unreachable("no answer")])
def test_ctrl_c_in_a_batch_finds_out_what_was_tried_and_begins_nothing_more(
    error: StoreError | None,
) -> None:
    lost = [of_making("new/003.png", Harm.AFTER, error)] if error is not None else []
    bench = Bench(faults=lost, gains=True)
    for number in range(200):
        bench.create(f"new/{number:03}.png")
    bench.delete("gone.png")

    def press(call: Call, path: str) -> None:
        if (call, path) == (Call.WRITE, "new/003.png"):
            bench.stop_after = 0

    bench.before_each = press
    outcomes = bench.run()
    done = [f"new/{number:03}.png" for number in range(4)]
    assert bench.calls("write") == [f"write {path}" for path in done]
    assert bench.stores[Side.S3].contents().keys() == {*done, "gone.png"}
    expected = dict.fromkeys(statuses(outcomes), Status.SKIPPED)
    assert statuses(outcomes) == expected | dict.fromkeys(done, Status.DONE)
    assert bench.noted == {outcome.change.path: outcome for outcome in outcomes}


@pytest.mark.parametrize("error", [*PASSING, EXPIRED])
def test_after_an_error_that_is_not_about_one_file_no_further_batch_is_begun(
    error: StoreError,
) -> None:
    bench = Bench(jobs=4, gains=True)
    bench.pace = Pace(4)
    calls: list[int] = []

    class Failing(MemoryStore):
        """Counts what it is asked to create together, and fails once."""

        def create_small(
            self, files: Sequence[tuple[str, Body]], *, limits: Limits
        ) -> Iterator[Written | StoreError]:
            assert limits.at_a_time == bench.jobs
            calls.append(len(files))
            yield error
            yield from [NotBegun("not begun")] * (len(files) - 1)

    bench.stores[Side.S3] = Failing(Side.S3, gains=True)
    for number in range(2000):
        bench.create(f"{number}.png")
    outcomes = made_directly(bench)
    assert 1 <= len(calls) <= 2  # one may be on its way by the other thread
    if error is EXPIRED:
        assert all(outcome.unknown for outcome in outcomes)
        assert len(outcomes) == len(calls)
        assert not bench.stores[Side.S3].contents()
    else:
        assert [outcome.status for outcome in outcomes] == [Status.DONE] * 2000


def test_what_was_refused_in_the_batch_that_found_credentials_expired_is_told_as_that() -> None:
    refused = [
        of_making("new/1.png", Harm.BEFORE, Denied("not you")),
        of_making("new/2.png", Harm.BEFORE, EXPIRED, times=9),
    ]
    bench = Bench(faults=refused, gains=True)
    for number in range(4):
        bench.create(f"new/{number}.png")
    found = [(o.status, o.unknown, o.error) for o in bench.run()]
    assert found == [
        (Status.DONE, False, None),
        (Status.FAILED, False, "not you"),
        (Status.FAILED, True, f"{EXPIRED}"),
        (Status.SKIPPED, False, f"not begun, because {EXPIRED}"),
    ]


# Bytes that are not what was promised


@pytest.mark.parametrize("harm", [Harm.CORRUPT, Harm.AFTER])
def test_a_pull_of_other_bytes_writes_nothing(harm: Harm) -> None:
    bench = Bench(to=Side.LOCAL, gains=True)
    bench.source_faults = (Fault(Call.READ, harm, "b.png", Denied("no more"), times=9),)
    for name in "abc":
        bench.create(f"{name}.png", name.encode() * 9)
    outcomes = bench.run()
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.FAILED, Status.DONE]
    assert bench.calls("write") == ["write a.png", "write c.png"]


@pytest.mark.parametrize("data", [b"edited", b"new"])
def test_a_push_of_a_file_that_was_edited_since_sends_nothing_of_it(data: bytes) -> None:
    bench = Bench(gains=True)
    for name in "abc":
        bench.create(f"{name}.png")
    bench.stores[Side.LOCAL].put_out_of_band("b.png", data)
    outcomes = bench.run()
    assert [outcome.status for outcome in outcomes] == [Status.DONE, Status.MOVED, Status.DONE]
    assert bench.calls("write") == ["write a.png", "write c.png"]


# Memory


@pytest.mark.parametrize("to", Side)
def test_two_batches_of_four_mebibytes_are_in_memory_and_no_more(to: Side) -> None:
    bench = Bench(to=to, jobs=32, gains=True)
    held: list[int] = []
    at_work = threading.Semaphore(2)

    class Weighing(MemoryStore):
        """Sees how much it is given at a time."""

        def create_small(
            self, files: Sequence[tuple[str, Body]], *, limits: Limits
        ) -> Iterator[Written | StoreError]:
            assert at_work.acquire(blocking=False)
            held.append(sum(body.content.size for _, body in files))
            yield from super().create_small(files, limits=limits)
            at_work.release()

    bench.stores[to] = Weighing(to, gains=True)
    for number in range(40):
        bench.create(f"{number}.png", number.to_bytes(1, "big") * (512 << 10))
    assert {outcome.status for outcome in made_directly(bench)} == {Status.DONE}
    assert held == [4 << 20] * 5
