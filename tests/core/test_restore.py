"""Whether kept bytes come back, which are meant, and what is remembered afterwards."""

import itertools

import msgspec
import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.history import Deletion, Who, apply_id, deletion_id
from manifest_sync.core.manifest import Header
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change
from manifest_sync.core.recall import Number, deleted_at, recall
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import Fate, KeptSource, rule, settle_restored
from manifest_sync.core.settle import Settlement
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.core.survey import Survey
from tests.builders import content, manifest, maybe, object_stamp, short, survey


def deletion(
    path: str = "a.png",
    *,
    id: tuple[int, int] = (1, 1),  # noqa: A002 - the field's name
    side: Side = Side.S3,
    after: str = "-",
    style: str = "16",
    command: str = "push",
) -> Deletion:
    """A deletion of content 1, or its replacement by another."""
    return Deletion(
        id=deletion_id(*id),
        when="2026-01-01T00:00:00Z",
        who=Who("ann", "workstation"),
        style=style,
        side=side,
        path=path,
        content=content(1),
        after=maybe(after),
        reason="deleted",
        apply=apply_id(id[0]),
        command=command,
        plan="f00",
        remote="s3://b/p/",
        endpoint="e",
        kept_at="somewhere",
    )


@pytest.mark.parametrize(("after", "now", "fate", "overwriting"), [
    # the deletion left, the path holds → without and with --overwrite
    ("-", "-", "restore", "restore"),
    ("-", "1", "already_there", "already_there"),
    ("-", "2", "conflict", "restore"),
    ("2", "2", "restore", "restore"),
    ("2", "1", "already_there", "already_there"),
    ("2", "3", "conflict", "restore"),
    ("2", "-", "restore", "restore"),
])  # fmt: skip
def test_nothing_newer_is_overwritten(after: str, now: str, fate: str, overwriting: str) -> None:
    row = deletion(after=after)
    assert rule(row, maybe(now), overwrite=False) is Fate(fate)
    assert rule(row, maybe(now), overwrite=True) is Fate(overwriting)


# Which are meant

ROWS = [
    deletion("a.png", id=(4, 1), command="restore", after="1"),
    deletion("a.png", id=(3, 2), side=Side.LOCAL),
    deletion("b.png", id=(3, 1), side=Side.LOCAL),
    deletion("a.png", id=(2, 1), style="17"),
    deletion("a.png", id=(1, 1)),
]


@pytest.mark.parametrize(("numbers", "places", "found"), [
    ([(1, 1)], [], "@1.1"),
    ([(4, 1), (3, 1)], [], "@4.1 @3.1"),
    ([(3, None)], [], "@3.2 @3.1"),
    ([(3, None), (3, 2)], [("16", "b.png")], "@3.2 @3.1"),
    ([], [("16", "a.png")], "@3.2"),
    ([], [("17", "a.png")], "@2.1"),
    ([(1, 1), (2, 1)], [], "@2.1 @1.1"),
])  # fmt: skip
def test_ids_runs_and_paths_name_deletions(
    numbers: list[Number], places: list[tuple[str, str]], found: str
) -> None:
    assert " ".join(row.id for row in recall(ROWS, numbers, places)) == found


def test_a_path_means_a_restore_only_where_there_is_nothing_else() -> None:
    assert recall(ROWS[:1], [], [("16", "a.png")]) == ROWS[:1]


@pytest.mark.parametrize("number", [(9, 1), (3, 9), (9, None)])
def test_what_is_not_there_is_a_usage_problem(number: Number) -> None:
    with pytest.raises(UsageProblem, match="history --deletions"):
        recall(ROWS, [number], [])


def test_two_deletions_cannot_come_back_to_one_path() -> None:
    with pytest.raises(UsageProblem, match=r"@4\.1 and @1\.1 were both at “a.png”"):
        recall(ROWS, [(4, 1), (1, 1)], [])
    # Another side is another path.
    assert len(recall(ROWS, [(3, 2), (1, 1)], [])) == 2


def test_a_path_may_be_in_several_styles() -> None:
    assert deleted_at(ROWS, "a.png") == [("16", "a.png"), ("17", "a.png")]
    assert deleted_at(ROWS, "c.png") == []


# What is remembered


def came_back(known: Survey, *sides: Side, etag: str | None = None) -> list[Outcome]:
    """Content 1 came back to a.png."""
    outcomes = []
    for side in sides:
        before = known.side(side).content("a.png")
        stamp = object_stamp(content(1))
        change = Change(
            side=side,
            path="a.png",
            before=before,
            after=content(1),
            reason=Reason.RESTORED,
            precondition=ABSENT,
            source=KeptSource(side, "a.png", stamp, "somewhere"),
        )
        after = msgspec.structs.replace(stamp, etag=etag) if etag else stamp
        outcomes.append(Outcome(change, Status.DONE, stamp=after))
    return outcomes


def after(known: Survey, *sides: Side, published: str | None = None) -> Settlement:
    said = None if published is None else manifest(published)
    return settle_restored(known, came_back(known, *sides), said)


def told(settlement: Settlement) -> str:
    """`recorded/base/seen`, by content."""
    memory = settlement.moved["a.png"]
    parts = (memory.recorded, memory.base, memory.seen)
    return "/".join("-" if part is None else str(part.size) for part in parts)


@pytest.mark.parametrize(("what", "side", "dlb", "memory", "published", "line", "moved"), [
    # local, line, bucket | recorded/base/seen before → line and memory after
    ("a deleted object", "s3", "---", "-", None, "1", "-/-/-"),
    ("and it was published", "s3", "---", "-", "1", "1", "-/-/-"),
    ("an object whose file was deleted here since", "s3", "---", "2", None, "1", "-/2/2"),
    ("an object that the folder still has", "s3", "1--", "-", None, "1", "1/1/-"),
    ("and it was published", "s3", "1--", "-", "1", "1", "1/1/1"),
    ("an object whose file is another by now", "s3", "22-", "2/-/-", None, "2", "2/-/-"),
    ("where git has moved the line", "s3", "23-", "2/-/-", None, "3", "2/-/-"),
    ("a replaced object", "s3", "222", "2", None, "2", "2/2/2"),
    ("a deleted file", "local", "---", "-", None, "1", "1/-/-"),
    ("a file that S3 still has", "local", "-11", "-/1/1", "1", "1", "1/1/1"),
    ("a replaced file", "local", "222", "2", "2", "1", "1/2/2"),
    ("both", "both", "---", "-", "1", "1", "1/1/1"),
])  # fmt: skip
def test_lines_and_memory(
    what: str, side: str, dlb: str, memory: str, published: str | None, line: str, moved: str
) -> None:
    local, now, there = ("" if number == "-" else f"a.png={number}" for number in dlb)
    known = survey(local, there, now, f"a.png={memory}")
    sides = list(Side) if side == "both" else [Side(side)]
    found = after(known, *sides, published=published and f"a.png={published}")
    assert short(found.lines) == f"a.png={line}", what
    assert told(found) == moved, what
    for order in itertools.permutations(sides):
        assert after(known, *order, published=published and f"a.png={published}") == found


def test_other_paths_stay_as_they_are() -> None:
    known = survey("b.png=2 c.png=3", "b.png=3", "b.png=4 d.png=5", "b.png=1")
    found = after(known, Side.S3)
    assert short(found.lines) == "a.png=1 b.png=4 d.png=5"
    assert found.moved.keys() == {"a.png"}


def test_what_did_not_come_back_leaves_no_trace() -> None:
    known = survey("", "", "", "")
    [made] = came_back(known, Side.S3)
    failed = msgspec.structs.replace(made, status=Status.FAILED)
    assert settle_restored(known, [failed], None) == Settlement({}, {}, {})


def test_what_is_out_of_scope_comes_back_without_a_line() -> None:
    known = survey("", "", "", "", header=Header(ignore=("a.png",)))
    assert after(known, Side.S3) == Settlement({}, {}, {})


def test_an_etag_that_is_no_md5_is_noted_beside_the_line() -> None:
    known = survey("", "", "", "")
    etag = "e" * 32 + "-2"
    settlement = settle_restored(known, came_back(known, Side.S3, etag=etag), None)
    assert settlement.etags == {"a.png": etag}
    stamp = ObjectStamp(1, etag)
    assert stamp.etag == settlement.etags["a.png"]
