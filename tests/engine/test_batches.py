"""Which changes are made together, and how many at a time."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import ABSENT, Present, Stamp
from manifest_sync.engine.batches import Batches, Job, divided, kind
from manifest_sync.engine.transfer import Sides
from manifest_sync.stores.base import CHUNK, Many
from manifest_sync.stores.memory import MemoryStore
from tests.builders import content, file_stamp, object_stamp

MEBI = 1 << 20
PROMISE = content(7)


def state_on(side: Side, held: Content = PROMISE) -> Present:
    return file_stamp(held) if side is Side.LOCAL else object_stamp(held)


def change(
    after: Content | None,
    source: Source | None = None,
    *,
    to: Side = Side.S3,
    expect: Stamp = ABSENT,
) -> Change:
    before = PROMISE if after is None or expect != ABSENT else None
    return Change(to, "a.png", before, after, Reason.MODIFIED, expect, source)


def sent(size: int, to: Side = Side.S3) -> Change:
    """A new file of that size, which comes from the other side."""
    new = Content(size, PROMISE.md5)
    return change(new, Source(to.other, "b.png", state_on(to.other, new)), to=to)


def copied(size: int) -> Change:
    """A new object of that size, which S3 makes of another."""
    new = Content(size, PROMISE.md5)
    return change(new, Source(Side.S3, "b.png", state_on(Side.S3, new)))


def deleted(size: int = 1) -> Change:
    return change(None, expect=state_on(Side.S3, Content(size, PROMISE.md5)))


def jobs_of(*changes: Change) -> list[Job]:
    return [*enumerate(changes, start=1)]


# The kinds


@pytest.mark.parametrize("to", Side)
@pytest.mark.parametrize("size", [0, 1, CHUNK])
def test_a_small_new_file_is_created_with_others(to: Side, size: int) -> None:
    assert kind(sent(size, to)) is Many.CREATE


def test_a_large_new_file_is_not() -> None:
    assert kind(sent(CHUNK + 1)) is None


@pytest.mark.parametrize("size", [0, CHUNK, 5000 * MEBI])
def test_what_is_copied_within_a_side_is_of_any_size(size: int) -> None:
    assert kind(copied(size)) is Many.COPY


def test_what_is_deleted_is_deleted_with_others() -> None:
    assert kind(deleted()) is Many.DELETE


@pytest.mark.parametrize(
    ("side", "size", "many"),
    [(Side.LOCAL, CHUNK, Many.REPLACE), (Side.LOCAL, CHUNK + 1, None), (Side.S3, 1, None)],
)
def test_small_bytes_from_the_other_side_replace_others_together(
    side: Side, size: int, many: Many | None
) -> None:
    source = Source(side, "b.png", state_on(side))
    assert kind(change(content(size), source, expect=state_on(Side.S3))) is many


@pytest.mark.parametrize("side", Side)
def test_what_comes_out_of_a_trash_is_made_by_itself(side: Side) -> None:
    source = KeptSource(side, "b.png", state_on(side), "trash/1")
    assert kind(change(PROMISE, source)) is None


def test_to_delete_what_was_not_there_is_for_the_change_by_itself_to_refuse() -> None:
    assert kind(change(None)) is None


# What the stores gain by


class Gaining(MemoryStore):
    """Gains by some things and not by others."""

    def __init__(self, side: Side, *by: Many) -> None:
        super().__init__(side)
        self._by = by

    def gains_by(self, many: Many) -> bool:
        return many in self._by


@pytest.mark.parametrize(
    ("giver", "taker", "kinds"),
    [
        ((Many.READ,), (Many.CREATE,), [Many.CREATE]),
        ((), (Many.CREATE,), []),
        ((Many.CREATE,), (Many.READ,), []),
        ((Many.READ, *Many), (Many.COPY, Many.DELETE), [Many.COPY, Many.DELETE]),
        ((), (Many.COPY,), [Many.COPY]),
        ((Many.READ,), tuple(Many), [Many.COPY, Many.DELETE, Many.CREATE]),
    ],
)
def test_together_goes_what_both_sides_gain_by(
    giver: tuple[Many, ...], taker: tuple[Many, ...], kinds: list[Many]
) -> None:
    sides = Sides(Gaining(Side.LOCAL, *giver), Gaining(Side.S3, *taker), {}, "run")
    jobs = jobs_of(copied(1), deleted(), sent(2), sent(CHUNK + 1), copied(3), sent(0), deleted(2))
    together, alone = divided(jobs, sides)
    assert [many for many, _ in together] == kinds
    assert sorted([*alone, *(job for _, some in together for job in some)]) == jobs
    for many, some in together:
        assert some == [job for job in jobs if kind(job[1]) is many]
    assert alone == [job for job in jobs if kind(job[1]) not in kinds]


# How many


def few() -> int:
    """So many are at work at a time as usual."""
    return 32


def through(batches: Batches, seconds: Iterator[float]) -> list[tuple[int, int]]:
    """Jobs and bytes of each batch, told that it took so long."""
    found = []
    for batch in batches:
        found.append((len(batch.jobs), batch.weight))
        batches.took(batch, next(seconds))
    return found


@given(
    sizes=st.lists(st.sampled_from([0, 1, 5000, 300_000, CHUNK]), max_size=900),
    seconds=st.lists(st.sampled_from([0.0, 0.01, 0.3, 2.0, 60.0]), min_size=1),
    at_a_time=st.sampled_from([1, 32, 85]),
)
def test_no_job_is_lost_or_made_twice_and_few_bytes_are_in_memory(
    sizes: list[int], seconds: list[float], at_a_time: int
) -> None:
    jobs = jobs_of(*map(sent, sizes))
    batches = Batches(Many.CREATE, jobs, lambda: at_a_time)
    made = []
    for number, batch in enumerate(batches):
        assert batch.jobs
        assert len(batch.jobs) <= 480
        assert batch.weight <= max(4 * MEBI, at_a_time * MEBI // 8)
        made += batch.jobs
        batches.took(batch, seconds[number % len(seconds)])
    assert made == jobs


@pytest.mark.parametrize(
    ("takes", "sizes"),
    [
        (0.0, [64, 480, 480, 176]),  # nothing is too fast
        (0.25, [64] * 18 + [48]),
        (0.125, [64, 128, 256, 480, 272]),
        (60.0, [64] + [16] * 71),  # nor are fewer quicker than those at work at a time
    ],
)
def test_as_many_as_take_a_moment(takes: float, sizes: list[int]) -> None:
    batches = Batches(Many.CREATE, jobs_of(*[sent(1)] * 1200), lambda: 16)
    assert [number for number, _ in through(batches, iter([takes] * 100))] == sizes


def test_more_go_together_as_soon_as_more_are_at_work_at_a_time() -> None:
    at_a_time = 32
    batches = Batches(Many.CREATE, jobs_of(*[sent(CHUNK)] * 40), lambda: at_a_time)
    taken = iter(batches)
    assert next(taken).weight == 4 * MEBI
    at_a_time = 128
    assert next(taken).weight == 16 * MEBI


def test_files_of_a_batch_take_four_mebibytes_together() -> None:
    found = through(
        Batches(Many.CREATE, jobs_of(*[sent(CHUNK)] * 9, sent(1)), few), iter([1.0] * 9)
    )
    assert found == [(4, 4 * MEBI), (4, 4 * MEBI), (2, MEBI + 1)]


@pytest.mark.parametrize(
    ("many", "of_size", "sizes"),
    [(Many.COPY, copied, [64, 160, 76]), (Many.DELETE, deleted, [300])],
)
def test_what_is_not_held_in_memory_weighs_nothing(
    many: Many, of_size: Callable[[int], Change], sizes: list[int]
) -> None:
    jobs = jobs_of(*[of_size(25 * MEBI)] * 300)
    assert through(Batches(many, jobs, few), iter([0.1] * 9)) == [(size, 0) for size in sizes]


def test_deletions_are_as_many_as_four_requests_take_however_long_they_take() -> None:
    found = through(Batches(Many.DELETE, jobs_of(*[deleted(1)] * 9000), few), iter([9.0] * 9))
    assert [number for number, _ in found] == [4000, 4000, 1000]
