"""The pace of a run: slower where it is asked for, faster again after, over where it must be."""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress

import pytest

from manifest_sync.core.errors import Denied, NotSignedIn, SlowDown, Transient, Unreachable
from manifest_sync.engine.pace import PATIENCE, STUCK, Pace

BUSY, BROKEN = SlowDown("S3 asks to slow down"), Transient("an internal error")


class Watch:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def pace(clock: Watch) -> Pace:
    return Pace(16, clock)


def test_each_request_to_slow_down_halves_what_is_allowed_down_to_one(
    pace: Pace, clock: Watch
) -> None:
    allowed = []
    for _ in range(6):
        pace.fell_through("a", BUSY)
        allowed.append(pace.allowed)
        clock.now += 5
    assert allowed == [8, 4, 2, 1, 1, 1]
    assert pace.is_slowed


def test_answers_to_what_was_sent_before_slowing_down_do_not_count(pace: Pace) -> None:
    for _ in range(16):
        pace.fell_through("a", BUSY)
    assert pace.allowed == 8


def test_what_fails_for_another_reason_slows_nothing_down(pace: Pace) -> None:
    pace.fell_through("a", BROKEN)
    assert pace.allowed == 16
    assert not pace.is_slowed


def test_it_recovers_one_by_one_and_never_beyond_what_the_user_wants(
    pace: Pace, clock: Watch
) -> None:
    for _ in range(4):
        pace.fell_through("a", BUSY)
        clock.now += 5
    grown = []
    for _ in range(1000):
        pace.went_through()
        grown.append(pace.allowed)
    assert sorted(set(grown)) == list(range(2, 17))
    assert 100 < grown.index(16) < 200
    assert grown[-1] == 16


FAR, NEAR = (0.06, 0.01), (0.06, 0.05)
"""Seconds that a round of changes took, and those in which the process was busy with them."""


def grown(clock: Watch, rounds: Iterable[tuple[float, float]]) -> list[int]:
    """How many are allowed after each of these rounds, of 4 up to 100."""
    pace, allowed = Pace(4, clock, most=100), []
    for seconds, busy in rounds:
        pace.took(1.0, seconds, busy)
        allowed.append(pace.allowed)
    assert pace.is_far == (pace.allowed > 4)
    return allowed


def test_more_are_at_work_for_a_server_that_is_mostly_waited_for(clock: Watch) -> None:
    assert grown(clock, [FAR] * 4) == [16, 64, 100, 100]


def test_a_process_that_has_enough_to_do_does_not_do_more_at_a_time(clock: Watch) -> None:
    assert grown(clock, [NEAR, FAR, NEAR, NEAR, FAR]) == [4, 16, 16, 16, 64]


def test_a_line_that_is_full_is_given_no_more_but_less_down_to_what_is_usual(clock: Watch) -> None:
    slow, slower = (0.9, 0.01), (4.0, 0.01)
    assert grown(clock, [slow, slower, FAR, FAR, slow, slower, slower, slower]) == [
        *(4, 4, 16, 64),
        *(64, 32, 16, 8),
    ]


def test_several_rounds_may_take_as_long_as_they_are(clock: Watch) -> None:
    pace = Pace(16, clock, most=100)
    pace.took(20.0, 1.2, 0.1)
    assert pace.allowed == 64


def test_a_server_that_has_asked_to_slow_down_is_given_no_more(clock: Watch) -> None:
    pace = Pace(16, clock, most=100)
    pace.took(1.0, *FAR)
    pace.fell_through("a", BUSY)
    assert (pace.allowed, pace.is_slowed) == (32, True)
    pace.took(1.0, *FAR)
    assert pace.allowed == 32
    for _ in range(5000):
        pace.went_through()
    pace.took(1.0, *FAR)
    assert pace.allowed == 64


def test_who_says_how_many_gets_so_many(pace: Pace) -> None:
    pace.took(1.0, *FAR)
    assert (pace.allowed, pace.is_far) == (16, False)


def test_no_more_are_at_work_at_a_time_than_are_allowed(pace: Pace, clock: Watch) -> None:
    for _ in range(3):
        pace.fell_through("a", BUSY)
        clock.now += 5
    at_work = most = 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal at_work, most
        with pace.turn():
            with lock:
                at_work += 1
                most = max(most, at_work)
            time.sleep(0.005)
            with lock:
                at_work -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (at_work, most) == (0, 2)


def test_a_turn_is_given_back_whatever_happens(pace: Pace) -> None:
    for _ in range(50):
        with suppress(ValueError), pace.turn():
            raise ValueError("oops")


def test_it_is_over_when_nothing_gets_through_for_long(pace: Pace, clock: Watch) -> None:
    for second in range(int(PATIENCE) + 2):
        assert pace.over is None
        clock.now = 1000.0 + second
        pace.fell_through(f"{second % STUCK}", BROKEN)
    assert "nothing has got through for 60 seconds (an internal error)" in str(pace.over)


def test_one_thing_that_gets_through_gives_patience_anew(pace: Pace, clock: Watch) -> None:
    for minute in range(10):
        for number in range(STUCK):
            pace.fell_through(f"{number}", BROKEN)
        clock.now += PATIENCE - 1
        pace.fell_through(f"{minute}", BROKEN)
        was_stuck = pace.is_stuck
        pace.went_through()
        assert (was_stuck, pace.is_stuck) == (True, False)
        clock.now += 2
    assert pace.over is None


def test_a_few_changes_that_keep_failing_are_no_reason_to_end(pace: Pace, clock: Watch) -> None:
    for _ in range(100):
        for number in range(STUCK - 1):
            pace.fell_through(f"{number}", BROKEN)
        clock.now += 10
    assert not pace.is_stuck
    assert pace.over is None


@pytest.mark.parametrize("error", [Unreachable("nobody answers"), NotSignedIn("expired")])
def test_after_a_step_that_reached_nobody_no_other_is_begun(pace: Pace, error: Denied) -> None:
    def reach() -> None:
        with pace.reaching():
            raise error

    with pytest.raises(type(error)):
        reach()
    assert pace.over is error
    with pytest.raises(type(error)), pace.reaching():
        pytest.fail("it was begun")


@pytest.mark.parametrize("error", [Denied("not you"), BROKEN, BUSY])
def test_a_step_that_is_refused_says_nothing_of_others(pace: Pace, error: Exception) -> None:
    with suppress(type(error)), pace.reaching():
        raise error
    assert pace.over is None


def test_the_first_reason_for_the_end_is_the_one_that_counts(pace: Pace) -> None:
    first = NotSignedIn("expired")
    pace.end(first)
    pace.end(Unreachable("nobody answers"))
    assert pace.over is first


def test_several_steps_that_fail_in_a_row_end_it(pace: Pace) -> None:
    for fails in (True, True, False, True, True, True):
        assert pace.over is None
        with suppress(Transient), pace.reaching():
            if fails:
                raise BROKEN
    assert pace.over is BROKEN


def test_some_time_after_its_end_another_run_may_try(pace: Pace, clock: Watch) -> None:
    past = [pace.is_past]
    pace.end(NotSignedIn("expired"))
    for seconds in (PATIENCE, 1):
        clock.now += seconds
        past.append(pace.is_past)
    assert past == [False, False, True]
    assert pace.over is not None
