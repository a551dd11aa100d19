"""Where the bytes of a change come from."""

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.planning import Kept, lacking, make_plan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.restore import KeptSource
from tests.builders import basis, content, file_stamp, object_stamp, plan, problem, survey
from tests.core.worlds import DELETE, carry_out


def sources(made: StylePlan) -> dict[str, str]:
    """Path → `side:path` of its bytes."""
    return {
        change.path: f"{change.source.side}:{change.source.path}"
        for change in made.changes
        if change.source is not None
    }


def test_what_is_new_comes_from_the_same_path_of_the_other_side() -> None:
    assert sources(plan(survey("a.png=1"))) == {"a.png": "local:a.png"}
    assert sources(plan(survey("", "a.png=1"), Verb.PULL)) == {"a.png": "s3:a.png"}


def test_a_source_is_good_for_one_state_only() -> None:
    [up] = plan(survey("a.png=1")).changes
    [down] = plan(survey("", "a.png=1"), Verb.PULL).changes
    assert up.source is not None
    assert down.source is not None
    assert up.source.stamp == file_stamp(content(1))
    assert down.source.stamp == object_stamp(content(1))


@pytest.mark.parametrize("options", [DELETE, None])
def test_a_rename_is_a_copy_on_s3_whether_or_not_the_old_name_goes(options: None) -> None:
    known = survey("new/a.png=1", "old/a.png=1", "", "old/a.png=1")
    made = plan(known, options=options)
    assert sources(made) == {"new/a.png": "s3:old/a.png"}
    assert made.summary.bytes == 0
    assert made.summary.copied_bytes == 1


def test_a_renamed_folder_travels_not_at_all() -> None:
    files = {f"old/{number:03}.png": content(number) for number in range(1, 200)}
    moved = {path.replace("old", "new"): held for path, held in files.items()}
    made = plan(survey(moved, files, "", ""), options=DELETE)
    assert made.summary.create == made.summary.delete == 199
    assert made.summary.bytes == 0


def test_an_object_that_stays_is_no_reason_to_copy() -> None:
    known = survey("a.png=1 copy.png=1", "a.png=1", "", "a.png=1")
    assert sources(plan(known)) == {"copy.png": "local:copy.png"}


def test_what_is_replaced_is_uploaded_though_its_bytes_are_about_to_go() -> None:
    known = survey("b.png=1", "a.png=1 b.png=2", "", "a.png=1 b.png=2")
    assert sources(plan(known, options=DELETE)) == {"b.png": "local:b.png"}


def test_a_swap_is_two_uploads() -> None:
    known = survey("a.png=2 b.png=1", "a.png=1 b.png=2", "", "a.png=1 b.png=2")
    assert sources(plan(known)) == {"a.png": "local:a.png", "b.png": "local:b.png"}


def test_a_chain_of_renames_reads_nothing_that_is_written() -> None:
    known = survey("b.png=1 c.png=2", "a.png=1 b.png=2", "", "a.png=1 b.png=2")
    made = plan(known, options=DELETE)
    assert sources(made) == {"b.png": "local:b.png", "c.png": "local:c.png"}


def test_two_copies_of_one_renamed_object_share_their_source() -> None:
    known = survey("b.png=1 c.png=1", "a.png=1", "", "a.png=1")
    assert sources(plan(known, options=DELETE)) == {"b.png": "s3:a.png", "c.png": "s3:a.png"}


def test_the_first_of_several_sources_is_taken() -> None:
    known = survey("z.png=1", "b.png=1 a.png=1", "", "a.png=1 b.png=1")
    assert sources(plan(known, options=DELETE)) == {"z.png": "s3:a.png"}


def test_a_pull_of_a_rename_is_a_download() -> None:
    known = survey("old.png=1", "new.png=1", "", "old.png=1")
    assert sources(plan(known, Verb.PULL, options=DELETE)) == {"new.png": "s3:new.png"}


def test_an_apply_to_s3_takes_the_folder_s_bytes_also_from_another_path() -> None:
    known = survey("here.png=1", "", "wanted.png=1", "")
    assert sources(plan(known, Verb.APPLY, Side.S3)) == {"wanted.png": "local:here.png"}


def test_an_apply_to_local_finds_bytes_here_before_there() -> None:
    known = survey("here.png=1", "there.png=1", "here.png=1 wanted.png=1", "")
    assert sources(plan(known, Verb.APPLY, Side.LOCAL)) == {"wanted.png": "local:here.png"}


def test_an_apply_to_local_downloads_where_s3_has_it_at_the_path() -> None:
    known = survey("here.png=1", "wanted.png=1", "here.png=1 wanted.png=1", "")
    assert sources(plan(known, Verb.APPLY, Side.LOCAL)) == {"wanted.png": "s3:wanted.png"}


def test_an_apply_to_local_takes_bytes_from_what_it_is_going_to_delete() -> None:
    known = survey("old.png=1", "", "wanted.png=1", "old.png=1")
    made = plan(known, Verb.APPLY, Side.LOCAL, DELETE)
    assert sources(made) == {"wanted.png": "local:old.png"}
    files = {"old.png": content(1)}
    carry_out(made, files, {})
    assert files == {"wanted.png": content(1)}


def test_an_apply_does_not_read_what_it_writes() -> None:
    known = survey("a.png=1", "a.png=3", "a.png=2 b.png=1 c.png=3", "")
    made = plan(known, Verb.APPLY, Side.S3)
    assert sources(made) == {"b.png": "local:a.png"}
    assert {found.path for found in made.problems} == {"a.png", "c.png"}


def test_what_was_kept_is_the_last_resort() -> None:
    known = survey("", "b.png=2", "a.png=1 b.png=2 c.png=2", "")
    kept = {
        content(number): KeptSource(Side.S3, f"{number}.png", object_stamp(content(number)), "k")
        for number in (1, 2)
    }
    made = make_plan(known, Side.LOCAL, basis(Verb.APPLY, Options()), "styles/16", Kept(kept))
    assert sources(made) == {"a.png": "s3:1.png", "b.png": "s3:b.png", "c.png": "s3:b.png"}
    assert lacking(known, made) == {}
    assert lacking(known, plan(known, Verb.APPLY, Side.LOCAL)) == {"a.png": content(1)}


def test_what_could_not_be_searched_is_in_the_problem() -> None:
    known = survey("", "", "a.png=1", "")
    for kept, says in ((Kept(), "and was not kept;"), (Kept({}, "not allowed"), ": not allowed;")):
        made = make_plan(known, Side.LOCAL, basis(Verb.APPLY, Options()), "styles/16", kept)
        assert says in made.problems[0].message


def test_what_a_problem_covers_is_not_read_from_another_path() -> None:
    known = survey("", "x/a.png=1", "b.png=1", "", problems=[problem("x", Side.S3)])
    made = plan(known, Verb.APPLY, Side.S3)
    assert sources(made) == {}
    assert [found.code for found in made.problems] == ["bytes_nowhere", "unreadable"]
