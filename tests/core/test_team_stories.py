"""Stories of several workspaces at one bucket, each of which went wrong under other rules.

The ids C1 to M8 are those of the design's record of decisions.
"""

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.manifest import Header
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.scope import Role
from tests.builders import content, plan, remembered, survey
from tests.core.worlds import DELETE, MIRROR, OVERWRITE, Bucket, Run, Workspace, carry_out, team


def reasons(run: Run) -> list[Reason]:
    return [change.reason for change in run.plan.changes]


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
