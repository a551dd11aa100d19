"""What is remembered after a run, and what became of the lines; told as stories.

The ids C1 to M3 are those of the design's record of decisions.
"""

import msgspec
import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.manifest import Header
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.scope import Role
from manifest_sync.core.selection import Selection
from manifest_sync.core.settle import Settlement, settle, settle_record
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.survey import Survey
from tests.builders import content, manifest, plan, problem, remembered, short, survey
from tests.core.worlds import DELETE, MIRROR, OVERWRITE, Bucket, Run, Workspace, carry_out, team


def after(
    known: Survey, verb: Verb, published: str | None = None, to: Side | None = None
) -> Settlement:
    """The settlement of a run in which everything went well."""
    made = plan(known, verb, to, Options(delete=True))
    outcomes = [Outcome(change, Status.DONE) for change in made.changes]
    return settle(known, verb, outcomes, None if published is None else manifest(published))


def reasons(run: Run) -> list[Reason]:
    return [change.reason for change in run.plan.changes]


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


# Stories of several workspaces.


def test_C1_an_upload_in_flight_is_nobody_s_to_delete() -> None:
    w0, w1 = team("a.png=1")
    w0.edit("b.png=1")
    begun = w0.begin(Verb.PUSH)
    w0.bucket.put("b.png=1")
    assert w1.push(DELETE) == "taken_in:b.png"
    assert str(w0.bucket) == "a.png=1 b.png=1"
    w0.finish(begun)
    assert w1.pull() == "+b.png=1"


def test_C1_an_edit_in_flight_is_not_reverted() -> None:
    w0, w1 = team("a.png=1")
    w0.edit("a.png=2")
    begun = w0.begin(Verb.PUSH)
    assert w1.push() == ""
    w0.finish(begun)
    assert w1.push() == "taken_in:a.png"
    assert w0.pull() == ""
    assert (w0.held, str(w0.bucket)) == ("a.png=2", "a.png=2")


def test_C2_taking_in_does_not_move_the_base() -> None:
    w0, w1 = team("a.png=1")
    w1.edit("a.png=2")
    w1.push()
    assert [str(w0.push()) for _ in range(3)] == ["taken_in:a.png"] * 3
    assert str(w0.bucket) == "a.png=2"


def test_C2_a_stale_workspace_does_not_bring_back_what_was_deleted() -> None:
    w0, w1 = team("a.png=1")
    w1.delete("a.png")
    w1.push(DELETE)
    assert [str(w0.push()) for _ in range(3)] == ["taken_in:a.png"] * 3
    assert str(w0.bucket) == ""
    assert w0.held == "a.png=1"
    assert w0.pull() == "withheld:a.png"
    assert w0.pull(DELETE) == "-a.png"


def test_C3_the_same_new_name_in_two_places_is_a_conflict() -> None:
    w0, w1 = team("z.png=1")
    w1.edit("a.png=1")
    w1.push()
    assert w0.push() == "taken_in:a.png"
    w0.edit("a.png=2")
    assert w0.push() == "conflict:a.png"
    assert w0.push(OVERWRITE) == "~a.png=2"


def test_C4_a_deletion_that_was_withheld_is_not_published() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w0.delete("a.png")
    w0.edit("b.png=2")
    assert w0.push() == "~b.png=2 withheld:a.png"
    assert w1.push(DELETE) == "taken_in:b.png"
    assert str(w0.bucket) == "a.png=1 b.png=2"
    assert w0.push(DELETE) == "-a.png"


def test_C5_what_others_made_anew_is_not_downloaded_rather_than_deleted() -> None:
    w0, w1 = team("a.png=1")
    w0.delete("a.png")
    w0.push(DELETE)
    w1.pull(DELETE)
    w1.edit("a.png=2")
    w1.push()
    assert w0.push() == "taken_in:a.png"
    assert w0.push(DELETE) == ""
    assert str(w0.bucket) == "a.png=2"
    assert w0.manifest == "a.png=2"


def test_H1_what_is_ignored_is_neither_sent_nor_deleted() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w0.bucket.drop("a.png")
    assert w0.bucket.published is not None
    del w0.bucket.published["a.png"]
    w1.header = Header(ignore=("/a.png",))
    w1.edit("a.png=2")
    assert w1.push() == ""
    assert w1.pull(MIRROR) == ""
    assert w1.held == "a.png=2 b.png=1"
    assert w1.manifest == "b.png=1"
    w1.header = Header()
    assert w1.push() == "+a.png=2"


def test_H2_an_older_state_that_was_applied_here_is_pushed_at_once() -> None:
    [w0] = team("a.png=1", workspaces=1)
    w0.edit("a.png=2")
    w0.push()
    w0.checkout("a.png=1")
    w0.bucket.put("old.png=1")
    assert w0.apply(Side.LOCAL) == "~a.png=1"
    w0.bucket.drop("old.png")
    assert w0.push() == "~a.png=1"
    assert w0.push() == ""
    assert w0.manifest == "a.png=1"


@pytest.mark.parametrize("publishes", [True, False])
def test_H3_a_first_push_that_failed_is_finished_by_the_second(*, publishes: bool) -> None:
    w0 = Workspace(Bucket(publishes=publishes))
    w0.bucket.put("a.png=9 b.png=9")
    w0.edit("a.png=1 b.png=2")
    assert w0.push(fails={"b.png"}) == "~a.png=1 ~b.png=2"
    assert str(w0.bucket) == "a.png=1 b.png=9"
    again = w0.push()
    assert again == "~b.png=2"
    assert reasons(again) == [Reason.NO_BASE]
    assert w0.push() == ""


def test_H4_lost_memory_is_a_question_where_someone_published() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w1.edit("a.png=2")
    w1.push()
    w0.forget()
    assert w0.push() == "conflict:a.png"
    w0.bucket.put("b.png=7")
    assert w0.push() == "~b.png=1 conflict:a.png"
    assert w0.push(OVERWRITE) == "~a.png=1"


def test_H6_a_swap_is_uploaded() -> None:
    [w0] = team("a.png=1 b.png=2", workspaces=1)
    w0.edit("a.png=2 b.png=1")
    run = w0.push()
    assert [(change.path, change.source.side, change.source.path)
            for change in run.plan.changes if change.source] == [
        ("a.png", Side.LOCAL, "a.png"), ("b.png", Side.LOCAL, "b.png"),
    ]  # fmt: skip
    assert str(w0.bucket) == "a.png=2 b.png=1"


def test_M1_record_has_nothing_to_say_after_push_and_pull() -> None:
    w0, w1 = team("a.png=1")
    w1.edit("a.png=2")
    w1.push()
    w0.edit("new.png=1")
    for run in (w0.push, w0.push, w0.pull, w0.pull, w0.push):
        run()
        assert not w0.record()
    assert w0.manifest == "a.png=2 new.png=1"


def test_M2_git_brings_a_line_and_record_leaves_it() -> None:
    w0, w1 = team("a.png=1")
    w1.edit("a.png=2")
    w1.push()
    w0.checkout("a.png=2")
    assert not w0.record()
    assert w0.manifest == "a.png=2"
    assert w0.apply(Side.LOCAL) == "~a.png=2"
    assert w0.push() == ""


def test_M3_content_that_is_nowhere_is_a_problem_and_a_ghost_line_goes() -> None:
    w0, _ = team("a.png=1")
    w0.checkout("a.png=1 ghost.png=5")
    assert w0.apply(Side.LOCAL) == "problem:ghost.png"
    assert w0.apply(Side.S3) == "problem:ghost.png"
    assert w0.push() == ""
    assert w0.manifest == "a.png=1"
    assert w0.pull() == ""
    assert w0.manifest == "a.png=1"


def test_M4_a_conflict_over_a_deletion_is_withheld_without_delete() -> None:
    w0, w1 = team("a.png=1")
    w1.edit("a.png=2")
    w1.push()
    w0.delete("a.png")
    assert w0.push() == "withheld:a.png"
    assert w0.push(DELETE) == "conflict:a.png"
    assert w0.push(MIRROR) == "-a.png"


def test_M5_overwrite_leaves_what_was_taken_in() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w1.edit("a.png=2 b.png=2")
    w1.push()
    w0.edit("b.png=3")
    assert w0.push(OVERWRITE) == "~b.png=3 taken_in:a.png"
    assert str(w0.bucket) == "a.png=2 b.png=3"


def test_M5_an_apply_has_overwrite_too() -> None:
    w0, w1 = team("a.png=1")
    w1.edit("a.png=2")
    w1.push()
    assert w0.apply(Side.S3) == "conflict:a.png"
    assert w0.apply(Side.S3, OVERWRITE) == "~a.png=1"


def test_M8_take_sends_again_what_others_deleted() -> None:
    w0, w1 = team("a.png=1")
    w1.delete("a.png")
    w1.push(DELETE)
    assert w0.push(Options(take={"a.png": Side.S3})) == ""
    assert w0.push(Options(take={"a.png": Side.LOCAL})) == "+a.png=1"
    assert w0.push() == ""
    assert w1.pull() == "+a.png=1"


def test_a_push_that_was_cut_off_is_finished_by_pushing_again() -> None:
    w0, w1 = team("a.png=1 b.png=1 c.png=1")
    w0.edit("a.png=2 d.png=1")
    w0.delete("b.png")
    w0.push(DELETE, fails={"a.png", "d.png"})
    assert str(w0.bucket) == "a.png=1 b.png=1 c.png=1"
    assert w1.push(DELETE) == ""
    assert w0.push(DELETE) == "~a.png=2 -b.png +d.png=1"
    assert w0.push(DELETE) == ""


def test_who_edits_what_a_cut_off_push_announced_gets_a_conflict() -> None:
    w0, w1 = team("a.png=1")
    w0.edit("a.png=2")
    w0.push(fails={"a.png"})
    w1.edit("a.png=3")
    assert w1.push() == "conflict:a.png"
    assert w1.push(OVERWRITE) == "~a.png=3"
    assert w0.push() == "conflict:a.png"


def test_a_pull_that_failed_is_finished_by_the_second() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w1.edit("a.png=2 b.png=2")
    w1.push()
    assert w0.pull(fails={"a.png"}) == "~a.png=2 ~b.png=2"
    assert w0.manifest == "a.png=1 b.png=2"
    assert w0.pull() == "~a.png=2"
    assert w0.pull() == ""


def test_a_pull_says_what_it_takes_back() -> None:
    [w0] = team("a.png=1 b.png=1", workspaces=1)
    w0.edit("a.png=2 new.png=3")
    w0.delete("b.png")
    run = w0.pull(DELETE)
    assert run == "~a.png=1 +b.png=1 -new.png"
    assert reasons(run) == [
        Reason.DISCARDS_LOCAL_EDIT, Reason.UNDOES_LOCAL_DELETE, Reason.DISCARDS_LOCAL_EDIT,
    ]  # fmt: skip


def test_what_is_deleted_by_others_stays_without_a_line_until_pull_delete() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w1.delete("a.png")
    w1.push(DELETE)
    assert w0.pull() == "withheld:a.png"
    assert (w0.held, w0.manifest) == ("a.png=1 b.png=1", "b.png=1")
    assert not w0.record()
    assert w0.pull(DELETE) == "-a.png"
    assert w0.memory.keys() == {"b.png"}


def test_a_file_nobody_published_comes_by_pull_and_stays_after_push() -> None:
    w0, w1 = team("a.png=1")
    w0.bucket.put("oob.png=4")
    assert w0.push() == "withheld:oob.png"
    assert w0.pull() == "+oob.png=4"
    w0.edit("b.png=1")
    assert w0.push() == "+b.png=1"
    assert w1.push() == "taken_in:b.png taken_in:oob.png"


def test_a_line_without_a_file_protects_its_object_and_sends_nothing() -> None:
    w0, _ = team("a.png=1")
    fresh = Workspace(w0.bucket)
    fresh.checkout("a.png=1")
    fresh.edit("b.png=2")
    assert fresh.push(DELETE) == "+b.png=2"
    assert str(w0.bucket) == "a.png=1 b.png=2"


def test_equal_edits_meet_without_a_word() -> None:
    w0, w1 = team("a.png=1")
    for each in (w0, w1):
        each.edit("a.png=2")
    assert w0.push() == "~a.png=2"
    assert w1.push() == ""
    assert remembered(w1.memory) == "a.png=2"
    assert w1.pull() == ""


def test_a_line_from_git_and_an_equal_edit_made_elsewhere_do_not_flap() -> None:
    w0, w1 = team("a.png=1")
    w0.edit("a.png=2")
    w0.bucket.put("a.png=2")
    w0.apply(Side.S3, fails={"a.png"})
    w0.apply(Side.LOCAL, Options(take={"a.png": Side.LOCAL}))
    w1.pull()
    w1.edit("a.png=3")
    w1.push()
    for _ in range(3):
        w0.push()
        assert not w0.record()


def test_an_unreadable_file_is_left_as_it_is_and_keeps_its_line() -> None:
    w0, w1 = team("a.png=1 b.png=1")
    w0.locked.add("a.png")
    w0.delete("b.png")
    assert w0.push(DELETE) == "-b.png problem:a.png"
    assert str(w0.bucket) == "a.png=1 b.png=1", "nothing is deleted while content is hidden"
    assert w0.manifest == "a.png=1"
    w0.locked.clear()
    assert w0.push(DELETE) == "-b.png"
    assert w1.pull(DELETE) == "-b.png"


def test_only_images_leaves_captions_alone_on_every_side() -> None:
    w0, w1 = team("a.png=1 a.txt=1")
    w0.edit("a.png=2 a.txt=2 b.txt=1")
    assert w0.push(Options(only=Role.IMAGE)) == "~a.png=2"
    assert w0.manifest == "a.png=2 a.txt=1"
    assert w0.bucket.published == {"a.png": content(2), "a.txt": content(1)}
    assert w1.pull(Options(only=Role.CAPTION)) == ""
    assert w0.push() == "~a.txt=2 +b.txt=1"


def test_carrying_out_is_strict() -> None:
    known = survey("a.png=1", "", "")
    made = plan(known)
    assert [o.status for o in carry_out(made, {"a.png": content(2)}, {})] == [Status.MOVED]
    assert [o.status for o in carry_out(made, {}, {"a.png": content(2)})] == [Status.MOVED]
    assert [o.status for o in carry_out(made, {}, {"a.png": content(1)})] == [Status.ALREADY]
