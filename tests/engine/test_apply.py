"""Making a plan's changes: what comes first, what is never begun, what is written down when."""

import threading
import time

import msgspec
import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Denied, ManifestSyncError, Moved
from manifest_sync.core.events import ApplyBegan, ApplyEnded, ChangeEnded, Event
from manifest_sync.core.listing import Problem
from manifest_sync.core.outcome import Status
from manifest_sync.core.stamps import FileStamp
from manifest_sync.core.statistics import Cost, count
from manifest_sync.engine import apply, pool
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, Harm
from tests.engine.bench import Bench, statuses

DONE, FAILED, SKIPPED = Status.DONE, Status.FAILED, Status.SKIPPED


# Order


def test_captions_come_before_images_and_deletes_last() -> None:
    bench = Bench()
    bench.delete("a.png")
    bench.delete("a.txt")
    bench.create("b.png")
    bench.update("c.png")
    bench.copy("d.png", "source.png")
    bench.update("y.txt")
    bench.create("z.txt")
    bench.run()
    assert bench.calls("write", "copy", "delete") == [
        "write y.txt",
        "write z.txt",
        "write b.png",
        "write c.png",
        "copy d.png",
        "delete a.png",
        "delete a.txt",
    ]


def test_no_image_is_begun_while_a_caption_is_still_on_its_way() -> None:
    bench = Bench(jobs=4)
    bench.create("a.png")
    for name in ("b.txt", "c.txt"):
        bench.create(name)
    together = threading.Barrier(2, timeout=30)
    ended: list[str] = []

    def before_each(call: Call, path: str) -> None:
        if call is Call.WRITE:
            if path.endswith(".txt"):
                together.wait()  # both captions at a time
            else:
                ended.extend(sorted(bench.stores[Side.S3].contents()))

    bench.before_each = before_each
    bench.run()
    assert ended == ["b.txt", "c.txt"]


def test_outcomes_are_in_the_order_of_the_plan_however_they_ended() -> None:
    bench = Bench(jobs=3)
    for name in ("a.png", "b.png", "c.png", "d.txt"):
        bench.create(name)
    bench.delete("0.png")
    waiting = {"a.png": threading.Event(), "b.png": threading.Event()}

    def before_each(call: Call, path: str) -> None:
        if call is Call.WRITE and path in waiting:
            assert waiting[path].wait(30)

    def on_event(event: Event) -> None:
        if isinstance(event, ChangeEnded):
            if event.outcome.change.path == "c.png":
                waiting["b.png"].set()
            elif event.outcome.change.path == "b.png":
                waiting["a.png"].set()

    bench.before_each = before_each
    bench.on_event = on_event
    outcomes = bench.run()
    ended = [e.outcome.change.path for e in bench.events if isinstance(e, ChangeEnded)]
    assert ended == ["d.txt", "c.png", "b.png", "a.png", "0.png"]
    assert [outcome.change for outcome in outcomes] == list(bench.plan().changes)
    assert bench.noted == {outcome.change.path: outcome for outcome in outcomes}


# No deletes


def with_delete(**options: object) -> Bench:
    bench = Bench(**options)  # type: ignore[arg-type]  # passed on
    bench.create("a.png")
    bench.create("b.png")
    bench.create("c.txt")
    bench.delete("z.png")
    return bench


@pytest.mark.parametrize(
    ("error", "status"), [(Denied("no"), Status.FAILED), (Moved("changed"), Status.MOVED)]
)
@pytest.mark.parametrize("path", ["a.png", "c.txt"])
def test_after_any_failure_the_rest_is_made_but_nothing_is_deleted(
    error: ManifestSyncError, status: Status, path: str
) -> None:
    bench = with_delete(faults=[Fault(Call.WRITE, Harm.BEFORE, path, error)])
    outcomes = bench.run()
    assert statuses(outcomes) == {
        "a.png": DONE,
        "b.png": DONE,
        "c.txt": DONE,
        "z.png": SKIPPED,
    } | {path: status}
    assert outcomes[-1].error == "not deleted, because another change of this style failed"
    assert bench.stores[Side.S3].bytes_at("z.png") is not None
    assert bench.noted["z.png"] == outcomes[-1]


def test_nothing_is_deleted_beside_a_problem_that_hides_content() -> None:
    bench = with_delete()
    bench.problems = (Problem("sub", Side.LOCAL, "unreadable", "cannot be read"),)
    outcomes = bench.run()
    assert statuses(outcomes)["z.png"] is SKIPPED
    assert outcomes[-1].error == "not deleted, because a problem hides files of this style"
    assert bench.calls("delete") == []
    assert statuses(outcomes)["a.png"] is DONE


def test_a_problem_that_hides_nothing_keeps_nothing_from_being_deleted() -> None:
    bench = with_delete()
    bench.problems = (
        Problem("x", Side.LOCAL, "clash", "differs in case only", hides_content=False),
    )
    assert statuses(bench.run())["z.png"] is DONE


def test_a_delete_that_fails_does_not_stop_the_other_deletes() -> None:
    bench = Bench(faults=[Fault(Call.DELETE, Harm.BEFORE, "a.png", Denied("no"))])
    for path in ("a.png", "b.png"):
        bench.delete(path)
    assert statuses(bench.run()) == {"a.png": FAILED, "b.png": DONE}


def test_what_is_in_flight_is_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "BYTES_IN_FLIGHT", 5)
    bench = Bench(jobs=4)
    for path in ("a.png", "b.png", "c.png"):
        bench.create(path, b"1234")
    writing: list[str] = []
    most = 0

    def before_each(call: Call, path: str) -> None:
        nonlocal most
        if call is Call.WRITE:
            writing.append(path)
            most = max(most, len(writing))
            time.sleep(0.02)  # long enough for another to begin, if it may
            writing.remove(path)

    bench.before_each = before_each
    bench.run()
    assert most == 1


# What is written down when


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_an_outcome_is_noted_only_after_its_bytes_are_durable(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(apply, "_BATCH", batch)
    bench = with_delete()
    bench.run()
    durable: set[str] = set()
    pending: set[str] = set()
    for entry in bench.log:
        what, _, path = entry.partition(" ")
        if what in ("write", "delete"):
            pending.add(path)
        elif what == "flush":
            durable |= pending
        elif what == "noted":
            assert path in durable, bench.log
    assert set(bench.noted) == {"a.png", "b.png", "c.txt", "z.png"}
    noted = [bench.log.index(f"noted {path}") for path in ("a.png", "b.png")]
    between = bench.log[noted[0] : noted[1]]
    assert ("write b.png" in between) == (batch == 1)


def test_what_takes_long_is_noted_before_the_batch_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_BATCH_SECONDS", 0.0)
    bench = with_delete()
    bench.run()
    assert bench.log.index("noted a.png") < bench.log.index("write b.png")


def test_a_failed_change_is_noted_with_its_error() -> None:
    bench = with_delete(faults=[Fault(Call.WRITE, Harm.BEFORE, "a.png", Denied("no"))])
    bench.run()
    assert (bench.noted["a.png"].status, bench.noted["a.png"].error) == (FAILED, "no")


def test_what_was_downloaded_is_hashed_already_but_not_yet_trusted() -> None:
    bench = Bench(to=Side.LOCAL)
    bench.create("a.png", b"image")
    bench.delete("z.png")
    (outcome, _) = bench.run()
    digest = bench.digests.pop("a.png")
    assert isinstance(outcome.stamp, FileStamp)
    assert (digest.stamp, digest.md5) == (outcome.stamp, content_of(b"image").md5)
    assert not digest.trusted
    assert bench.digests == {}


# Ctrl-C


def test_after_ctrl_c_nothing_new_is_begun_and_all_is_written_down() -> None:
    bench = with_delete()
    bench.stop_after = 2
    outcomes = bench.run()
    # One thread has a few jobs queued; none of them begins.
    assert bench.calls("write") == ["write c.txt", "write a.png"]
    assert statuses(outcomes) == {"a.png": DONE, "b.png": SKIPPED, "c.txt": DONE, "z.png": SKIPPED}
    reasons = {outcome.error for outcome in outcomes if outcome.status is SKIPPED}
    assert reasons == {"interrupted before it was begun"}
    assert bench.noted == {outcome.change.path: outcome for outcome in outcomes}


def test_ctrl_c_before_the_deletes_means_no_deletes() -> None:
    bench = with_delete()
    bench.stop_after = 3
    assert statuses(bench.run())["z.png"] is SKIPPED
    assert bench.calls("delete") == []


def test_what_is_in_flight_at_ctrl_c_is_finished() -> None:
    bench = Bench(jobs=2)
    for path in ("a.png", "b.png", "c.png"):
        bench.create(path)
    together = threading.Barrier(2, timeout=30)
    bench.stop_after = 1

    def before_each(call: Call, _: str) -> None:
        if call is Call.WRITE:
            together.wait()

    bench.before_each = before_each
    found = statuses(bench.run())
    assert (found["a.png"], found["b.png"]) == (DONE, DONE)
    assert found["c.png"] is SKIPPED


# What nobody expected


@pytest.mark.parametrize("where", ["flush", "outcomes"])
def test_an_error_while_writing_down_ends_the_run_after_what_is_in_flight(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(apply, "_BATCH", 1)
    faults = [Fault(Call.FLUSH, Harm.BEFORE, error=Denied("the disk is full"), times=9)]
    bench = with_delete(faults=faults if where == "flush" else ())
    if where == "outcomes":

        def fail() -> None:
            raise Denied("the disk is full")

        bench.before_noting = fail
    before = threading.active_count()
    with pytest.raises(Denied, match="the disk is full"):
        bench.run()
    assert threading.active_count() == before
    assert bench.noted == {}
    assert bench.calls("delete") == []
    # The caption's outcome could not be written down: no image was begun.
    assert bench.calls("write") == ["write c.txt"]


def test_an_error_while_writing_down_that_passes_loses_no_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apply, "_BATCH", 1)
    bench = with_delete(faults=[Fault(Call.FLUSH, Harm.BEFORE, error=Denied("busy"))])
    with pytest.raises(Denied):
        bench.run()
    assert set(bench.noted) == {"c.txt"}


def test_a_bug_in_a_store_ends_the_run_with_what_was_done_before_written_down() -> None:
    bench = Bench(faults=[Fault(Call.WRITE, Harm.BEFORE, "b.png", ZeroDivisionError("a bug"))])
    for path in ("a.png", "b.png", "c.png"):
        bench.create(path)
    bench.delete("z.png")
    with pytest.raises(ZeroDivisionError):
        bench.run()
    assert bench.noted["a.png"].status is DONE
    assert "b.png" not in bench.noted
    assert bench.calls("delete") == []


# What is told, and the figures


def test_nothing_to_do_touches_nothing() -> None:
    bench = Bench()
    assert bench.run() == ()
    assert bench.log == []
    assert [type(event) for event in bench.events] == [ApplyBegan, ApplyEnded]


def test_every_change_is_told_of_between_beginning_and_end() -> None:
    bench = with_delete(faults=[Fault(Call.WRITE, Harm.BEFORE, "a.png", Denied("no"))])
    outcomes = bench.run()
    first, *middle, last = bench.events
    assert first == ApplyBegan("16", Side.S3, 4, 9)
    assert last == ApplyEnded("16")
    told = {e.outcome.change.path: e.outcome for e in middle if isinstance(e, ChangeEnded)}
    assert len(middle) == 4
    assert told == {outcome.change.path: outcome for outcome in outcomes}


def test_statistics_count_what_was_done_and_the_bytes_that_travelled() -> None:
    bench = Bench(faults=[Fault(Call.WRITE, Harm.BEFORE, "bad.png", Denied("no"))])
    bench.create("a.png", b"12345")
    bench.update("b.png", b"123")
    bench.copy("c.png", "source.png")
    bench.create("bad.png", b"never sent")
    bench.delete("z.png")
    outcomes = bench.run()
    already = msgspec.structs.replace(outcomes[0], status=Status.ALREADY, sent=0)
    figures = count([*outcomes, already], 7, Cost(hashed=1))
    assert (figures.created, figures.updated, figures.deleted) == (2, 1, 0)
    assert (figures.failed, figures.skipped, figures.unchanged) == (1, 1, 8)
    assert (figures.bytes, figures.cost.hashed) == (8, 1)
