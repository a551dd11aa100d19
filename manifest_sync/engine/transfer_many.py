"""Many changes of one kind, end to end: what `transfer` does for one, in a few calls for all."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from manifest_sync.core.content import Content
from manifest_sync.core.errors import StoreError
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.stamps import AbsentStamp, Present
from manifest_sync.engine.body import checked
from manifest_sync.engine.transfer import Sides, Transferred, check_answer, transferred
from manifest_sync.stores.base import Many, NewCopy, Whole, Written
from manifest_sync.stores.bodies import BytesBody
from manifest_sync.stores.one_by_one import each

_Answer = TypeVar("_Answer")
_Result = TypeVar("_Result")

Tried = Transferred | StoreError
"""What came of a change, or why its first try failed: NotBegun where there was none."""


def transfer_many(
    many: Many, changes: Sequence[Change], sides: Sides, at_a_time: int
) -> list[Tried]:
    """Make changes of one kind to one side, in their order. Each is tried once."""
    if many is Many.DELETE:
        return _delete(changes, sides, at_a_time)
    return (_copy if many is Many.COPY else _create)(changes, sides, at_a_time)


def _delete(changes: Sequence[Change], sides: Sides, at_a_time: int) -> list[Tried]:
    files = [(change.path, _seen(change)) for change in changes]
    gone = sides.store(changes[0].side).delete_many(
        files, keep_under=sides.keep_under, at_a_time=at_a_time
    )
    return _judged(changes, gone, transferred)


def _copy(changes: Sequence[Change], sides: Sides, at_a_time: int) -> list[Tried]:
    sources = [_promise(change)[0] for change in changes]
    copies = [
        NewCopy(source.path, source.stamp, change.path)
        for change, source in zip(changes, sources, strict=True)
    ]
    made = sides.store(changes[0].side).copy_many(copies, at_a_time=at_a_time)
    return _judged(changes, made, transferred)


def _create(changes: Sequence[Change], sides: Sides, at_a_time: int) -> list[Tried]:
    """Read on one side, check, and write on the other what is as it was promised."""
    target, origin = (sides.store(side) for side in (changes[0].side, changes[0].side.other))
    sources = [_promise(change)[0] for change in changes]
    files = [(source.path, source.stamp) for source in sources]
    xxh3s: dict[str, str] = {}

    def check(change: Change, whole: Whole) -> BytesBody:
        source, content = _promise(change)
        xxh3s[change.path] = checked(whole, source, content, sides.known_xxh3(source))
        return BytesBody(whole.data, content, whole.modified_ns)

    def judge(change: Change, written: Written) -> Transferred:
        check_answer(_promise(change)[1], target, written)
        return transferred(change, written, xxh3s[change.path])

    bodies = _judged(changes, origin.read_small(files, at_a_time=at_a_time), check)
    good = [
        (change, body)
        for change, body in zip(changes, bodies, strict=True)
        if isinstance(body, BytesBody)
    ]
    made = target.create_small([(change.path, body) for change, body in good], at_a_time=at_a_time)
    results = iter(_judged([change for change, _ in good], made, judge))
    return [next(results) if isinstance(body, BytesBody) else body for body in bodies]


def _judged(
    changes: Sequence[Change],
    answers: Iterable[_Answer | StoreError],
    judge: Callable[[Change, _Answer], _Result],
) -> list[_Result | StoreError]:
    """What is made of each answer that is none of an error."""

    def take(pair: tuple[Change, _Answer | StoreError]) -> _Result:
        change, answer = pair
        if isinstance(answer, StoreError):
            raise answer
        return judge(change, answer)

    return [*each(zip(changes, answers, strict=True), take)]


def _promise(change: Change) -> tuple[Source, Content]:
    """Where the bytes come from, and what they are to be, of a change that leaves some."""
    if change.source is None or change.after is None:
        raise TypeError(f"{change.path}: a change was expected that leaves bytes")
    return change.source, change.after


def _seen(change: Change) -> Present:
    """The state in which a file is that is to be deleted."""
    if isinstance(change.precondition, AbsentStamp):
        raise TypeError(f"{change.path}: a deletion was expected of what is there")
    return change.precondition
