"""What is remembered after a run, and what became of the lines."""

import msgspec
import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.manifest import Header
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.scope import Role
from manifest_sync.core.selection import Selection
from manifest_sync.core.settle import Settlement, settle, settle_record
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.survey import Survey
from tests.builders import content, manifest, plan, problem, remembered, short, survey


def after(
    known: Survey, verb: Verb, published: str | None = None, to: Side | None = None
) -> Settlement:
    """The settlement of a run in which everything went well."""
    made = plan(known, verb, to, Options(delete=True))
    outcomes = [Outcome(change, Status.DONE) for change in made.changes]
    return settle(known, verb, outcomes, None if published is None else manifest(published))


# One path: memory and line.


@pytest.mark.parametrize(("what", "verb", "dlb", "memory", "published", "line", "moved"), [
    # local, line, bucket | recorded/base/seen before → line and memory after
    ("push sends a new file", Verb.PUSH, "11-", "-", "1", "1", "1"),
    ("push sends an edit", Verb.PUSH, "221", "1", "2", "2", "2"),
    ("push deletes", Verb.PUSH, "--1", "1", "-", "-", "-"),
    ("push takes an update in", Verb.PUSH, "112", "1", "2", "2", ""),
    ("push takes a deletion in", Verb.PUSH, "11-", "1", "-", "-", ""),
    ("push takes a new file in", Verb.PUSH, "--1", "-", "1", "1", ""),
    ("push meets a conflict", Verb.PUSH, "223", "1", "3", "2", "2/1/1"),
    ("push finds them equal", Verb.PUSH, "222", "2/1/1", "2", "2", "2"),
    ("pull brings a new file", Verb.PULL, "--1", "-", "1", "1", "1"),
    ("pull brings an update", Verb.PULL, "112", "1", "2", "2", "2"),
    ("pull brings a deletion", Verb.PULL, "11-", "1", "-", "-", "-"),
    ("pull brings what nobody published", Verb.PULL, "112", "1", "1", "2", "2/2/1"),
    ("pull meets a conflict", Verb.PULL, "223", "1", "3", "2", "2/1/1"),
])  # fmt: skip
def test_one_path(
    what: str, verb: Verb, dlb: str, memory: str, published: str, line: str, moved: str
) -> None:
    local, now, there = ("" if number == "-" else f"a.png={number}" for number in dlb)
    seen = {"-": None}.get(published, f"a.png={published}") or ""
    known = survey(local, there, now, f"a.png={memory}", published=seen)
    settled = after(known, verb, seen)
    assert short(settled.lines) == ("" if line == "-" else f"a.png={line}"), what
    expected = f"a.png={moved}" if moved and moved != memory else ""
    assert remembered(settled.moved) == expected, what


def test_what_was_announced_and_then_deleted_here_is_not_taken_for_not_downloaded() -> None:
    """The push that announced it was cut off, and its object came from somewhere else."""
    known = survey("", "a.png=1", "", "a.png=-/-/1", published="a.png=1")
    assert plan(known).withheld == ("a.png",)
    settled = settle(known, Verb.PUSH, (), manifest("a.png=1"))
    assert (short(settled.lines), settled.moved) == ("", {})


def test_a_failed_change_leaves_what_record_left_but_what_was_published_is_seen() -> None:
    known = survey("a.png=2 b.png=2", "a.png=1 b.png=1", "a.png=2 b.png=2", "a.png=1 b.png=1")
    failed, done = plan(known).changes
    outcomes = [Outcome(failed, Status.FAILED), Outcome(done, Status.DONE)]
    settled = settle(known, Verb.PUSH, outcomes, manifest("a.png=2 b.png=2"))
    assert short(settled.lines) == "a.png=2 b.png=2"
    # Else an edit made before the next push would be a conflict with this folder's own word.
    assert remembered(settled.moved) == "a.png=2/1/2 b.png=2"


@pytest.mark.parametrize("status", list(Status))
def test_only_what_holds_counts(status: Status) -> None:
    known = survey("", "a.png=1")
    [change] = plan(known, Verb.PULL).changes
    settled = settle(known, Verb.PULL, [Outcome(change, status)])
    assert bool(settled.moved) is bool(settled.lines) is status.holds


def test_apply_never_writes_lines() -> None:
    known = survey("a.png=1", "", "a.png=2 b.png=3", "a.png=1")
    outcomes: list[Outcome] = []
    settled = settle(known, Verb.APPLY, outcomes, manifest("a.png=9"))
    assert short(settled.lines) == "a.png=2 b.png=3"


def test_a_problem_leaves_line_and_memory() -> None:
    known = survey("", "a.png=1 x/b.png=2", "a.png=1 x/b.png=1", "a.png=1 x/b.png=1",
                   problems=[problem("x"), problem("a.png", Side.S3)])  # fmt: skip
    settled = settle(known, Verb.PULL, [], manifest(""))
    assert short(settled.lines) == "a.png=1 x/b.png=1"
    assert settled.moved == {}


def test_out_of_scope_loses_line_and_memory() -> None:
    header = Header(ignore=("a.png",))
    known = survey("", "", "a.png=1 b.png=1", "a.png=1 c.md=1 b.png=1", header=header)
    settled = settle(known, Verb.PULL, [], None)
    assert remembered(settled.moved) == "a.png=- b.png=- c.md=-".replace("b.png=- ", "b.png=-/-/1 ")


def test_a_selection_leaves_the_rest_as_it_was_out_of_scope_paths_too() -> None:
    known = survey("", "", "a.png=1 a.txt=1 x.md=1", "a.png=1 a.txt=1 x.md=1",
                   selection=Selection(only=Role.IMAGE))  # fmt: skip
    settled = settle(known, Verb.PULL, [], manifest(""))
    assert short(settled.lines) == "a.txt=1 x.md=1"
    assert remembered(settled.moved) == "a.png=-"


def test_etags_are_kept_only_where_they_are_not_the_md5() -> None:
    known = survey("", "a.png=1 b.png=2", "")
    made = plan(known, Verb.PULL)
    opaque = ObjectStamp(1, "abc-2")
    entries = dict(known.bucket.entries)
    entries["a.png"] = msgspec.structs.replace(entries["a.png"], stamp=opaque)
    known = msgspec.structs.replace(
        known, bucket=msgspec.structs.replace(known.bucket, entries=entries)
    )
    outcomes = [Outcome(change, Status.DONE) for change in made.changes]
    assert settle(known, Verb.PULL, outcomes).etags == {"a.png": "abc-2"}


def test_the_etag_of_an_upload_comes_from_its_outcome() -> None:
    known = survey("a.png=1 b.png=2", "", "a.png=1 b.png=2")
    first, second = plan(known).changes
    outcomes = [
        Outcome(first, Status.DONE, stamp=ObjectStamp(1, "abc-2")),
        Outcome(second, Status.DONE, stamp=ObjectStamp(2, content(2).md5)),
    ]
    settled = settle(known, Verb.PUSH, outcomes, manifest("a.png=1 b.png=2"))
    assert settled.etags == {"a.png": "abc-2"}


def test_the_etag_of_other_bytes_is_dropped() -> None:
    known = survey("a.png=2", "a.png=1", "a.png=2", "a.png=2/1/1")
    known = msgspec.structs.replace(
        known, manifest=msgspec.structs.replace(known.manifest, etags={"a.png": "abc-2"})
    )
    assert settle(known, Verb.PULL, []).etags == {}


def test_record_moves_only_recorded() -> None:
    known = survey("a.png=2 b.png=1 c.png=1", "a.png=2", "a.png=2 b.png=2",
                   "a.png=1 b.png=1 d.png=1")  # fmt: skip
    assert remembered(settle_record(known)) == "a.png=2/1/1 d.png=-/1/1"


def test_record_forgets_what_is_out_of_scope() -> None:
    known = survey("", "", "", "a.png=1 b.md=1", header=Header(ignore=("a.png",)))
    assert remembered(settle_record(known)) == "a.png=- b.md=-"
