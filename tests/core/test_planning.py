"""From a survey to a plan: changes with preconditions and sources, problems, figures."""

import msgspec
import pytest

from manifest_sync.core.content import Action, Side
from manifest_sync.core.plan import Change, Options, StylePlan, Summary
from manifest_sync.core.reconcile import Reason, Verb
from manifest_sync.core.stamps import ABSENT
from manifest_sync.core.survey import Survey
from tests.builders import content, file_stamp, gist, object_stamp, plan, problem, survey
from tests.core.worlds import DELETE, MIRROR


def only_change(made: StylePlan) -> Change:
    [change] = made.changes
    return change


def problems_of(made: StylePlan) -> dict[str, str]:
    return {found.path: found.code for found in made.problems}


def test_a_change_carries_what_must_still_be_there() -> None:
    known = survey("a.png=2 new.png=3", "a.png=1 gone.png=4", "", "a.png=1 gone.png=4")
    update, delete, create = plan(known, options=DELETE).changes
    assert [update.precondition, delete.precondition, create.precondition] == [
        object_stamp(content(1)),
        object_stamp(content(4)),
        ABSENT,
    ]
    pulled = plan(survey("a.png=1", "a.png=2", "", "a.png=1"), Verb.PULL)
    assert only_change(pulled).precondition == file_stamp(content(1))


def test_a_change_names_its_action_reason_and_base() -> None:
    change = only_change(plan(survey("a.png=2", "a.png=1", "", "a.png=1")))
    assert (change.action, change.reason, change.base) == (
        Action.UPDATE,
        Reason.MODIFIED,
        content(1),
    )
    assert change.action.glyph == "~"


def test_a_conflict_names_every_say() -> None:
    known = survey("a.png=2", "a.png=3", "", "a.png=1", published="a.png=4")
    [conflict] = plan(known).conflicts
    sizes = [known and known.size for known in (
        conflict.desired, conflict.target, conflict.base, conflict.published)]  # fmt: skip
    assert sizes == [2, 3, 1, 4]


@pytest.mark.parametrize("contradiction", [
    {"after": content(1)},
    {"source": None},
    {"after": None},
])  # fmt: skip
def test_a_change_cannot_contradict_itself(contradiction: dict[str, object]) -> None:
    change = only_change(plan(survey("a.png=2", "a.png=1", "", "a.png=1")))
    with pytest.raises(ValueError, match=r"itself|source"):
        msgspec.structs.replace(change, **contradiction)


def test_both_sides_problems_and_notices_are_in_the_plan() -> None:
    found = [problem("a.png"), problem("b.png", Side.S3), problem("0.png", Side.S3)]
    made = plan(survey(problems=found))
    assert [each.path for each in made.problems] == ["0.png", "a.png", "b.png"]
    assert made.hides_content
    quiet = plan(survey(problems=[problem("a.png", hides_content=False)]))
    assert not quiet.hides_content


def test_bytes_that_are_nowhere_are_a_problem_and_no_change() -> None:
    known = survey("b.png=1", "b.png=1", "a.png=7 b.png=1", "")
    for side in Side:
        made = plan(known, Verb.APPLY, side)
        assert gist(made) == "problem:a.png"
        assert problems_of(made) == {"a.png": "bytes_nowhere"}
        assert not made.hides_content


@pytest.mark.parametrize(("local", "there", "expected"), [
    ("a.png=1", "a.png/b.png=2", "withheld:a.png problem:a.png/b.png"),
    ("a.png/b.png=1", "a.png=2", "withheld:a.png/b.png problem:a.png"),
    ("", "a.png=1 a.png/b.png=2", "problem:a.png problem:a.png/b.png"),
    ("a.png=1", "a.png=2 a.png/b.png=2", "~a.png=2 problem:a.png/b.png"),
    ("", "a.png=1 a/b.png=2 a.pngs/c.png=3", "+a.png=1 +a.pngs/c.png=3 +a/b.png=2"),
])  # fmt: skip
def test_a_file_and_a_folder_of_one_name(local: str, there: str, expected: str) -> None:
    assert gist(plan(survey(local, there), Verb.PULL)) == expected


@pytest.mark.parametrize("local", ["a.png=1", "a.png/c.png=1"])
def test_what_a_pull_deletes_is_still_in_the_way_of_what_it_creates(local: str) -> None:
    there = "a.png/b.png=2" if local == "a.png=1" else "a.png=2"
    path, wanted = local.split("=", maxsplit=1)[0], there.split("=", maxsplit=1)[0]
    made = plan(survey(local, there, "", local), Verb.PULL, options=DELETE)
    assert gist(made) == f"-{path} problem:{wanted}"
    assert problems_of(made) == {wanted: "name_clash"}
    then = plan(survey("", there), Verb.PULL, options=DELETE)
    assert gist(then) == f"+{there}"


def test_a_rename_by_case_is_pulled_in_two_steps_where_names_fold() -> None:
    known = survey("A.png=1", "a.png=1", "", "A.png=1", names_fold=True)
    assert gist(plan(known, Verb.PULL, options=DELETE)) == "-A.png problem:a.png"
    then = survey("", "a.png=1", names_fold=True)
    assert gist(plan(then, Verb.PULL, options=DELETE)) == "+a.png=1"
    distinct = msgspec.structs.replace(known, names_fold=False)
    assert gist(plan(distinct, Verb.PULL, options=DELETE)) == "-A.png +a.png=1"


def test_names_clash_only_in_the_folder_never_on_s3() -> None:
    known = survey("", "a.png=1", "a.png=1 a.png/b.png=1 A.png=1", "", names_fold=True)
    assert gist(plan(known, Verb.APPLY, Side.S3)) == "+A.png=1 +a.png/b.png=1"


def test_a_problem_that_the_plan_adds_withholds_no_deletions() -> None:
    known = survey("a.png=1 z.png=1", "a.png/b.png=2", "", "a.png=1 z.png=1")
    made = plan(known, Verb.PULL, options=DELETE)
    assert gist(made) == "-a.png -z.png problem:a.png/b.png"
    assert not made.hides_content


def test_an_apply_sees_that_both_sides_agree_now_whatever_is_remembered() -> None:
    """Folder and S3 hold 2: that is what they have in common, not the 1 of last time."""
    known = survey("a.png=2 b.png=2", "a.png=2 b.png=2", "a.png=1", "a.png=1 b.png=1")
    for side in Side:
        made = plan(known, Verb.APPLY, side, DELETE)
        assert [(change.path, change.base) for change in made.changes] == [("b.png", content(2))]
        assert problems_of(made) == {"a.png": "bytes_nowhere"}


def test_the_figures() -> None:
    known = survey(
        "same.png=9 new.png=3 edit.png=5 moved.png=7 taken.png=1 conflict.png=1",
        "same.png=9 edit.png=4 old.png=7 gone.png=2 taken.png=2 conflict.png=2",
        "",
        "same.png=9 edit.png=4 old.png=7 gone.png=2 taken.png=1 conflict.png=3",
        published="same.png=9 edit.png=4 old.png=7 gone.png=2 taken.png=2 conflict.png=2",
    )
    assert plan(known).summary == Summary(
        create=2, update=1, delete=0, unchanged=1, withheld=2, taken_in=1, bytes=8, copied_bytes=7
    )
    assert plan(known, options=MIRROR).summary == Summary(
        create=2, update=2, delete=2, unchanged=1, withheld=0, taken_in=1, bytes=9, copied_bytes=7
    )


def test_unchanged_counts_only_what_is_there_selected_and_without_a_problem() -> None:
    known = survey("a.png=1 x/b.png=1", "a.png=1 x/b.png=1", "ghost.png=1",
                   problems=[problem("x", hides_content=False)])  # fmt: skip
    assert plan(known).summary.unchanged == 1


def test_a_plan_is_for_its_style_and_says_what_it_was_made_from() -> None:
    made = plan(survey("a.png=1"), options=Options(delete=True))
    assert (made.style, made.folder, made.to) == ("16", "styles/16", Side.S3)
    assert made.basis.options == Options(delete=True)


def test_take_of_a_deletion_needs_no_delete() -> None:
    known: Survey = survey("", "a.png=1", "", "a.png=1")
    made = plan(known, options=Options(take={"a.png": Side.LOCAL}))
    assert gist(made) == "-a.png"
    assert only_change(made).reason is Reason.TAKE
