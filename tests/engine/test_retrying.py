"""Trying again: what is worth it, how often, how long the pauses are, and what ends them."""

from collections.abc import Callable

import pytest

from manifest_sync.core.errors import (
    Corrupted,
    Denied,
    Moved,
    NotSignedIn,
    SlowDown,
    StoreError,
    Transient,
)
from manifest_sync.core.events import Event, TriedAgain
from manifest_sync.engine.pace import STUCK
from manifest_sync.engine.retrying import TRIES, Persistence, retrying
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch

BROKEN = Transient("an internal error")


class Work:
    """Fails with one error after the other, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    def __call__(self) -> str:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


class Run:
    """A run that watches over its changes, and the time that it spends in pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.slept = 0.0
        self.events: list[Event] = []
        self.ends_after = float("inf")
        """Seconds of pauses after which Ctrl-C is pressed."""
        self.watch = Watch("16", Tally(), self.events.append, lambda: self.slept >= self.ends_after)
        monkeypatch.setattr(retrying, "sleep", self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.slept += seconds

    def make(self, work: Callable[[], str], path: str = "a.png") -> str:
        return Persistence(self.watch, path)(work)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


def test_what_may_pass_is_tried_again_told_and_counted(run: Run) -> None:
    assert run.make(Work(BROKEN, SlowDown("slow down"))) == "done"
    assert run.events == [
        TriedAgain("16", "an internal error", 32, slowed=False),
        TriedAgain("16", "slow down", 16, slowed=True),
    ]
    assert run.watch.tally.cost().retries == 2


@pytest.mark.parametrize("error", [Denied("no"), Moved("moved"), Corrupted("other bytes")])
def test_what_will_not_pass_is_not(run: Run, error: StoreError) -> None:
    work = Work(error)
    with pytest.raises(type(error)):
        run.make(work)
    assert work.tries == 1
    assert run.watch.pace.over is None
    assert run.watch.tally.cost().retries == 0


def test_one_change_that_never_passes_has_its_tries_and_does_not_end_the_run(run: Run) -> None:
    work = Work(*[BROKEN] * 99)
    with pytest.raises(Transient, match="an internal error"):
        run.make(work)
    assert work.tries == TRIES
    assert run.watch.pace.over is None
    assert run.slept < 60


def test_while_nothing_gets_through_tries_do_not_count(run: Run) -> None:
    for number in range(STUCK - 1):
        run.watch.pace.fell_through(f"{number}", BROKEN)
    work = Work(*[BROKEN] * TRIES * 3)
    assert run.make(work) == "done"
    assert work.tries == TRIES * 3 + 1
    assert not run.watch.pace.is_stuck


def test_a_server_that_says_no_gets_through(run: Run) -> None:
    for number in range(STUCK):
        run.watch.pace.fell_through(f"{number}", BROKEN)
    with pytest.raises(Moved):
        run.make(Work(Moved("moved")))
    assert not run.watch.pace.is_stuck


def test_pauses_grow_and_are_longer_for_a_server_that_asks_to_slow_down(run: Run) -> None:
    slept = []
    for error in (BROKEN, SlowDown("slow down")):
        run.slept = 0.0
        for number in range(100):
            run.make(Work(error, error, error), f"{number}")
        slept.append(run.slept / 100)
    # On average half of 0.2 + 0.4 + 0.8, and of 1 + 2 + 4, each to the next tenth of a second.
    assert 0.5 < slept[0] < 1.1
    assert 2.5 < slept[1] < 4.8


def test_how_long_the_server_asks_to_wait_is_heeded_within_reason(run: Run) -> None:
    run.make(Work(SlowDown("slow down", 25.0)))
    assert 25 <= run.slept < 26
    run.slept = 0.0
    run.make(Work(SlowDown("slow down", 86_400.0)))
    assert 60 <= run.slept < 61


def test_ctrl_c_ends_a_pause_and_nothing_is_tried_after_it(run: Run) -> None:
    run.ends_after = 1.0
    work = Work(*[SlowDown("slow down", 30.0)] * 9)
    with pytest.raises(SlowDown):
        run.make(work)
    assert work.tries == 1
    assert run.slept < 1.2


def test_whoever_is_not_signed_in_ends_the_run(run: Run) -> None:
    expired = NotSignedIn("the credentials have expired")
    with pytest.raises(NotSignedIn):
        run.make(Work(expired))
    assert run.watch.pace.over is expired
    untouched = Work()
    with pytest.raises(NotSignedIn):
        run.make(untouched, "b.png")
    assert untouched.tries == 0


def test_a_run_that_is_over_is_the_reason_why_a_change_failed(run: Run) -> None:
    def fail() -> str:
        run.watch.pace.end(Transient("nothing has got through"))
        raise BROKEN

    with pytest.raises(Transient, match="nothing has got through"):
        run.make(fail)
