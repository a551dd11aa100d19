"""Which changes are made together, and how many of them at once.

A store does many things of a kind sooner than each by itself; but what takes part in a batch is
told and written down only with all of it, so a batch is to be done in a moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.plan import Change
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import AbsentStamp
from manifest_sync.engine.transfer import Sides
from manifest_sync.stores.base import CHUNK, Many

Job = tuple[int, Change]
"""A change, by its number in the journal."""

_MOMENT = 0.25
"""Seconds that a batch is to take."""
_FIRST, _MOST = 64, 480
"""Changes of a batch: of the first ones, and afterwards. Captions come without their images, so S3
lists twice as many between the first and the last: no more than a page."""
_DELETES = 4000
"""Deletions of a batch: S3 takes 1,000 in one request, and four requests at a time."""
_BYTES, _BYTES_EACH = 4 << 20, 128 << 10
"""Of the files of a batch, which are in memory together: so many at least, and more where many are
at work at a time."""

_SENT = {Many.CREATE, Many.REPLACE}
"""What takes bytes from the other side."""


class Batch(msgspec.Struct, frozen=True):
    """Changes of one kind."""

    many: Many
    jobs: list[Job]
    weight: int
    """Bytes that it holds in memory."""


class Batches:
    """Changes in batches, as many in each as take a moment."""

    def __init__(self, many: Many, jobs: Iterable[Job], at_a_time: Callable[[], int]) -> None:
        """All of the jobs are of that kind; so many of them are at work at a time."""
        self._many = many
        self._at_a_time = at_a_time
        self._waiting = iter(jobs)
        self._size = _DELETES if many is Many.DELETE else _FIRST

    def __iter__(self) -> Iterator[Batch]:
        """The batches, each made when it is asked for."""
        held: list[Job] = []
        weight = 0
        for job in self._waiting:
            more = _weight(self._many, job)
            room = max(_BYTES, _BYTES_EACH * self._at_a_time())
            if held and (weight + more > room or len(held) >= self._size):
                yield Batch(self._many, held, weight)
                held, weight = [], 0
            held.append(job)
            weight += more
        if held:
            yield Batch(self._many, held, weight)

    def took(self, batch: Batch, seconds: float) -> None:
        """Learn from a batch how many may be in the next."""
        if self._many is Many.DELETE:
            return
        fitting = len(batch.jobs) * _MOMENT / max(seconds, 0.001)
        self._size = int(min(max(fitting, self._at_a_time()), _MOST))


def divided(jobs: Sequence[Job], sides: Sides) -> tuple[list[tuple[Many, list[Job]]], list[Job]]:
    """The changes that are made together, by kind, and those that are made each by itself."""
    gains: dict[Many, bool] = {}
    together: dict[Many, list[Job]] = {}
    alone: list[Job] = []
    for job in jobs:
        many = kind(job[1])
        if many is not None and many not in gains:
            gains[many] = _gains(many, sides, job[1].side)
        if many is not None and gains[many]:
            together.setdefault(many, []).append(job)
        else:
            alone.append(job)
    return [*together.items()], alone


def kind(change: Change) -> Many | None:
    """What a change is among many like it; None where it is only ever made by itself."""
    source, after = change.source, change.after
    if after is None or source is None:
        return None if isinstance(change.precondition, AbsentStamp) else Many.DELETE
    if isinstance(source, KeptSource):
        return None
    is_new = isinstance(change.precondition, AbsentStamp)
    if source.side is change.side:
        return Many.COPY if is_new else None
    if after.size > CHUNK:
        return None
    return Many.CREATE if is_new else Many.REPLACE


def _gains(many: Many, sides: Sides, target: Side) -> bool:
    """Whether it is worth it."""
    gains = sides.store(target).gains_by
    if many not in _SENT:
        return gains(many)
    source = Side.LOCAL if target is Side.S3 else Side.S3
    return gains(many) and sides.store(source).gains_by(Many.READ)


def _weight(many: Many, job: Job) -> int:
    """Bytes that a change holds in memory: none where a side makes it of what it has."""
    after = job[1].after
    return after.size if many in _SENT and after is not None else 0
