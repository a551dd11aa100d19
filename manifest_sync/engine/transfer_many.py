"""Many changes of one kind, end to end: what `transfer` does for one, in a few calls for all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from manifest_sync.core.content import Content
from manifest_sync.core.errors import StoreError
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.stamps import AbsentStamp, Present
from manifest_sync.engine.body import checked
from manifest_sync.engine.transfer import Sides, Transferred, check_answer, transferred
from manifest_sync.stores.base import Limits, Many, NewCopy, Replacement, Store, Whole, Written
from manifest_sync.stores.bodies import BytesBody
from manifest_sync.stores.one_by_one import each

_Answer = TypeVar("_Answer")
_Result = TypeVar("_Result")

Tried = Transferred | StoreError
"""What came of a change, or why its first try failed: NotBegun where there was none."""


def transfer_many(
    many: Many, changes: Sequence[Change], sides: Sides, limits: Limits
) -> list[Tried]:
    """Make changes of one kind to one side, in their order. Each is tried once."""
    if many is Many.DELETE:
        return _delete(changes, sides, limits)
    if many is Many.COPY:
        return _copy(changes, sides, limits)
    return _send(changes, sides, limits)


def _delete(changes: Sequence[Change], sides: Sides, limits: Limits) -> list[Tried]:
    files = [(change.path, _seen(change)) for change in changes]
    gone = sides.store(changes[0].side).delete_many(
        files, keep_under=sides.keep_under, limits=limits
    )
    return _judged(changes, gone, transferred)


def _copy(changes: Sequence[Change], sides: Sides, limits: Limits) -> list[Tried]:
    sources = [_promise(change)[0] for change in changes]
    copies = [
        NewCopy(source.path, source.stamp, change.path)
        for change, source in zip(changes, sources, strict=True)
    ]
    made = sides.store(changes[0].side).copy_many(copies, limits=limits)

    def judge(change: Change, written: Written) -> Transferred:
        return transferred(change, written, sides.known_xxh3(_promise(change)[0]))

    return _judged(changes, made, judge)


def _send(changes: Sequence[Change], sides: Sides, limits: Limits) -> list[Tried]:
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

    bodies = _judged(changes, origin.read_small(files, limits=limits), check)
    good = [
        (change, body)
        for change, body in zip(changes, bodies, strict=True)
        if isinstance(body, BytesBody)
    ]
    made = _written(target, good, sides.keep_under, limits)
    results = iter(_judged([change for change, _ in good], made, judge))
    return [next(results) if isinstance(body, BytesBody) else body for body in bodies]


def _written(
    target: Store, files: Sequence[tuple[Change, BytesBody]], keep_under: str, limits: Limits
) -> Iterator[Written | StoreError]:
    """Write what is all new, or replaces something each."""
    if not files or isinstance(files[0][0].precondition, AbsentStamp):
        return target.create_small([(change.path, body) for change, body in files], limits=limits)
    return target.replace_small(
        [Replacement(change.path, body, _seen(change)) for change, body in files],
        keep_under=keep_under,
        limits=limits,
    )


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
    """The state in which a file is that is to be deleted or replaced."""
    if isinstance(change.precondition, AbsentStamp):
        raise TypeError(f"{change.path}: a change was expected of what is there")
    return change.precondition
