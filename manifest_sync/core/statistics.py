"""What a run cost and did: the figures at its end."""

from collections.abc import Iterable, Mapping

import msgspec

from manifest_sync.core.content import Action
from manifest_sync.core.outcome import Outcome, Status

REQUEST_KINDS = ("list", "head", "get", "put", "copy", "delete")


class Cost(msgspec.Struct, frozen=True):
    """What it took to find out and to do."""

    hashed: int = 0
    """MD5 computations."""
    seconds: float = 0.0
    requests: Mapping[str, int] = {}
    """Requests we issued, by kind; all of REQUEST_KINDS. What the clients repeat by themselves is
    not told by them."""
    retries: int = 0
    """Tries to make a change or to read an object that failed and were repeated."""


class Statistics(msgspec.Struct, frozen=True):
    """One style's run in figures. Files, captions included."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    failed: int = 0
    skipped: int = 0
    bytes: int = 0
    """That travelled between the sides."""
    cost: Cost = Cost()


def count(outcomes: Iterable[Outcome], unchanged: int, cost: Cost) -> Statistics:
    """Count a run. A change whose result already held is unchanged."""
    done = dict.fromkeys(Action, 0)
    failed = skipped = already = sent = 0
    for outcome in outcomes:
        sent += outcome.sent
        match outcome.status:
            case Status.DONE:
                done[outcome.change.action] += 1
            case Status.ALREADY:
                already += 1
            case Status.SKIPPED:
                skipped += 1
            case Status.FAILED | Status.MOVED:
                failed += 1
    return Statistics(
        created=done[Action.CREATE],
        updated=done[Action.UPDATE],
        deleted=done[Action.DELETE],
        unchanged=unchanged + already,
        failed=failed,
        skipped=skipped,
        bytes=sent,
        cost=cost,
    )
