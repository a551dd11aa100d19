"""Refusals: which plans nobody wants by accident, and the flag that allows each of them."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.delete_limit import DEFAULT_LIMIT, DeleteLimit, parse_limit
from manifest_sync.core.memory import Memory
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.safety import refusals, refused_because, still_refused
from manifest_sync.core.survey import Survey
from tests import strategies as given_st
from tests.builders import Files, content, plan, survey
from tests.core.worlds import DELETE, OVERWRITE

NOTHING: Files = {}


def codes(made: StylePlan) -> list[str]:
    return [refusal.code for refusal in made.refusals]


def files(count: int, first: int = 1) -> dict[str, Content]:
    return {f"{number:03}.png": content(number) for number in range(first, first + count)}


def in_step(held: Mapping[str, Content]) -> dict[str, Memory]:
    """The memory of sides that once had these files in common."""
    return {path: Memory(each, each, each) for path, each in held.items()}


def allowed(options: Options, flags: str) -> Options:
    """The options with flags as a refusal names them."""
    words = shlex.split(flags)
    for flag, value in zip(words[::2], words[1::2], strict=True):
        name = flag.removeprefix("--").replace("-", "_")
        given = value if name == "max_delete" else True
        assert name == "max_delete" or value == "16"
        options = msgspec.structs.replace(options, **{name: given})
    return options


class TestSideEmptied:
    @pytest.mark.parametrize("memory", ["a.png=1 b.png=2", ""])
    def test_every_object_deleted_is_refused(self, memory: str) -> None:
        made = plan(survey("", "a.png=1 b.png=2", "", memory), options=DELETE)
        assert codes(made) == ["side_emptied"]
        assert made.refusals[0].message == "every one of the 2 files on S3 would be deleted"
        assert made.refusals[0].flag == "--allow-empty 16"

    def test_every_file_deleted_is_refused(self) -> None:
        made = plan(survey("a.png=1", "", "", "a.png=1"), Verb.PULL, options=DELETE)
        assert made.refusals[0].message == "the only file in the folder would be deleted"

    def test_a_manifest_without_lines_empties_as_well(self) -> None:
        known = survey("a.png=1", "a.png=1", "", "a.png=1")
        for side in Side:
            assert codes(plan(known, Verb.APPLY, side, DELETE)) == ["side_emptied"]

    @pytest.mark.parametrize(("local", "there"), [
        ("b.png=2", "a.png=1 b.png=2"),  # one stays
        ("b.png=2", "a.png=1"),  # one comes
        ("b.png=1", "a.png=1"),  # one moves
        ("", ""),
        ("a.png=1", ""),
    ])  # fmt: skip
    def test_a_side_that_keeps_or_gets_a_file_is_not_emptied(self, local: str, there: str) -> None:
        assert codes(plan(survey(local, there, "", "a.png=1"), options=DELETE)) == []

    def test_what_is_withheld_empties_nothing(self) -> None:
        assert codes(plan(survey("", "a.png=1", "", "a.png=1"))) == []

    def test_a_style_that_may_be_emptied_needs_no_other_flag(self) -> None:
        options = Options(delete=True, allow_empty=True, max_delete="0")
        assert codes(plan(survey("", files(40)), options=options)) == []


class TestMaxDelete:
    @pytest.mark.parametrize(("held", "deleted", "limit", "refused"), [
        (20, 10, None, False),
        (20, 11, None, True),  # more than ten and more than half
        (22, 11, None, False),  # half is not more than half
        (100, 50, None, False),
        (100, 51, None, True),
        (12, 10, None, False),
        (100, 5, "5", False),
        (100, 6, "5", True),
        (4, 1, "0", True),
        (100, 10, "10%", False),
        (100, 11, "10%", True),
        (100, 99, "100%", False),
        (4, 1, "0%", True),
    ])  # fmt: skip
    @pytest.mark.parametrize("verb", [Verb.PUSH, Verb.PULL])
    def test_more_than_the_limit_is_refused(
        self, verb: Verb, held: int, deleted: int, limit: str | None, refused: bool
    ) -> None:
        old, new = files(held), files(held - deleted)
        known = survey(new, old, "", in_step(files(held)))
        if verb is Verb.PULL:
            known = survey(old, new, "", in_step(files(held)))
        made = plan(known, verb, options=Options(delete=True, max_delete=limit))
        assert len(made.deletes) == deleted
        assert codes(made) == ["max_delete"] * refused
        if refused:
            assert made.refusals[0].flag == f"--max-delete {deleted}"
            assert made.refusals[0].message.startswith(f"{deleted} of {held} files ")

    def test_the_sentence_names_the_limit(self) -> None:
        known = survey(files(1), files(12), "", in_step(files(12)))
        (refusal,) = plan(known, options=DELETE).refusals
        assert refusal.message == (
            "11 of 12 files on S3 would be deleted, more than 10 files and 50 %"
        )

    def test_a_folder_that_is_renamed_loses_nothing(self) -> None:
        before = {f"old/{path}": held for path, held in files(40).items()}
        after = {f"new/{path}": held for path, held in files(40).items()}
        known = survey(after, before, "", in_step(before))
        assert codes(plan(known, options=Options(delete=True, max_delete="0"))) == []
        del after["new/040.png"]
        known = survey(after, before, "", in_step(before))
        made = plan(known, options=Options(delete=True, max_delete="0"))
        assert [refusal.flag for refusal in made.refusals] == ["--max-delete 1"]

    @pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "101%", "%", "5 %", "1e3", "9" * 10])
    def test_what_is_no_limit_is_refused_with_how_one_looks(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"like 20, .*like 50%"):
            parse_limit(text)

    @pytest.mark.parametrize(("text", "limit"), [
        ("20", DeleteLimit(files=20)), ("50%", DeleteLimit(percent=50)), (" 7\n", DeleteLimit(7)),
    ])  # fmt: skip
    def test_a_limit_is_a_number_or_a_share(self, text: str, limit: DeleteLimit) -> None:
        assert parse_limit(text) == limit

    def test_a_limit_reads_as_it_is_meant(self) -> None:
        limits = [DEFAULT_LIMIT, DeleteLimit(files=1), DeleteLimit(percent=5)]
        assert [str(limit) for limit in limits] == ["10 files and 50 %", "1 file", "5 %"]


class TestUnrelatedSides:
    def test_a_first_sync_does_not_delete_what_has_nothing_in_common(self) -> None:
        for verb in (Verb.PUSH, Verb.PULL):
            made = plan(survey("a.png=1", "b.png=2"), verb, options=DELETE)
            assert codes(made) == ["unrelated_sides"]
            assert made.refusals[0].flag == "--allow-unrelated 16"

    @pytest.mark.parametrize(("local", "there", "memory"), [
        ("a.png=1 c.png=3", "b.png=2 c.png=3", ""),  # they share a file
        ("a.png=1", "b.png=2", "gone.png=7"),  # they were in step
    ])  # fmt: skip
    def test_sides_that_share_or_shared_a_file_are_related(
        self, local: str, there: str, memory: str
    ) -> None:
        assert codes(plan(survey(local, there, "", memory), options=DELETE)) == []

    def test_a_name_alone_is_nothing_in_common(self) -> None:
        made = plan(survey("a.png=1", "a.png=2 b.png=2"), options=DELETE)
        assert codes(made) == ["unrelated_sides"]

    def test_only_deletions_are_refused(self) -> None:
        assert codes(plan(survey("a.png=1", "b.png=2"))) == []

    def test_what_was_recorded_but_never_synced_was_never_in_step(self) -> None:
        made = plan(survey("a.png=1", "b.png=2", "a.png=1", "a.png=1/-/-"), options=DELETE)
        assert codes(made) == ["unrelated_sides"]


def same_size(path: str, first: int) -> dict[str, Content]:
    return {path: msgspec.structs.replace(content(9), md5=f"{first:032x}")}


def scrambled(count: int, first: int) -> dict[str, Content]:
    """Files of nine bytes each, which differ from those of another `first`."""
    return {p: c for n in range(count) for p, c in same_size(f"{n}.png", first + n).items()}


class TestAllRewritten:
    def known(self, local: Files, there: Files, base: Files = NOTHING) -> Survey:
        return survey(local, there, "", in_step(base))

    def test_all_files_changed_with_their_sizes_kept_is_refused(self) -> None:
        old, new = scrambled(3, 100), scrambled(3, 200)
        made = plan(self.known(new, old, old))
        assert codes(made) == ["all_rewritten"]
        assert made.refusals[0].message.startswith("all 3 files that the folder and S3 both have")
        assert made.refusals[0].flag == "--allow-rewrite 16"
        assert codes(plan(self.known(old, new, old), Verb.PULL)) == ["all_rewritten"]
        assert codes(plan(self.known(new, old))) == ["all_rewritten"]  # with no base as well

    def test_new_files_beside_them_change_nothing_about_it(self) -> None:
        old, new = scrambled(3, 100), scrambled(3, 200) | same_size("new.png", 7)
        assert codes(plan(self.known(new, old, old))) == ["all_rewritten"]

    def test_taking_the_damage_back_is_not_refused(self) -> None:
        old, new = scrambled(3, 100), scrambled(3, 200)
        pulled = plan(self.known(new, old, old), Verb.PULL)
        assert (pulled.summary.update, codes(pulled)) == (3, [])

    def test_two_files_are_an_edit(self) -> None:
        old, new = scrambled(2, 100), scrambled(2, 200)
        assert codes(plan(self.known(new, old, old))) == []

    @pytest.mark.parametrize("other", [
        same_size("2.png", 102),  # unchanged
        {"2.png": content(8)},  # of another size
    ])  # fmt: skip
    def test_one_file_that_is_otherwise_is_enough(self, other: dict[str, Content]) -> None:
        old, new = scrambled(4, 100), scrambled(4, 200)
        assert codes(plan(self.known(new | other, old, old))) == []

    def test_conflicts_that_were_overwritten_count(self) -> None:
        base, local, there = scrambled(3, 100), scrambled(3, 200), scrambled(3, 300)
        assert codes(plan(self.known(local, there, base), options=OVERWRITE)) == ["all_rewritten"]
        assert codes(plan(self.known(local, there, base))) == []


@given(given_st.surveys(), given_st.ways, st.data())
def test_the_flags_that_a_refusal_names_allow_it_and_nothing_else_changes(
    known: Survey, way: tuple[Verb, Side], data: st.DataObject
) -> None:
    options = data.draw(given_st.options(paths=known.folder.entries))
    options = msgspec.structs.replace(options, max_delete=data.draw(st.sampled_from(["0", "1"])))
    made = plan(known, *way, options)
    flags = " ".join(refusal.flag for refusal in made.refusals)
    again = plan(known, *way, allowed(options, flags))
    assert again.refusals == ()
    assert again.changes == made.changes


@given(given_st.surveys(), given_st.ways)
def test_a_plan_that_destroys_nothing_is_never_refused(
    known: Survey, way: tuple[Verb, Side]
) -> None:
    made = plan(known, *way, DELETE)
    creates = tuple(change for change in made.changes if change.before is None)
    assert refusals(known, msgspec.structs.replace(made, changes=creates)) == ()


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 40), st.integers(0, 100))
def test_what_is_within_a_limit_stays_within_it_while_it_is_carried_out(
    deleted: int, more: int, done: int, percent: int
) -> None:
    held, done = deleted + more, min(done, deleted)
    for limit in (DEFAULT_LIMIT, DeleteLimit(percent=percent), DeleteLimit(files=20)):
        if not limit.is_exceeded(deleted, held):
            assert not limit.is_exceeded(deleted - done, held - done)


def test_a_saved_plan_keeps_its_refusals_and_is_judged_anew() -> None:
    known = survey("", "a.png=1 b.png=2", "", "a.png=1 b.png=2")
    made = plan(known, options=DELETE)
    assert still_refused(known, made) == made.refusals
    edited = msgspec.structs.replace(made, refusals=())
    assert still_refused(known, edited) == made.refusals
    others_came = survey("", "a.png=1 b.png=2 c.png=3", "", "a.png=1 b.png=2")
    assert still_refused(others_came, made) == made.refusals


def test_the_document_names_every_refusal_with_its_flag() -> None:
    text = (Path(__file__).parents[2] / "docs" / "how-a-sync-is-decided.md").read_text()
    refused = text.partition("## What is refused")[2].partition("\n## ")[0]
    rows = [line.split(" | ") for line in refused.splitlines() if line.startswith("| `")]
    shown = {row[0].strip("| `"): row[2].split("`")[1].split()[0] for row in rows}
    cases = [
        plan(survey("", "a.png=1"), options=DELETE),
        plan(survey("x.png=1", files(30, 2)), options=DELETE),
        plan(survey(scrambled(3, 100), scrambled(3, 200))),
    ]
    found = {each.code: each.flag.split()[0] for made in cases for each in made.refusals}
    assert shown == found


def test_one_sentence_names_every_refusal_and_every_flag() -> None:
    made = plan(survey("x.png=1", files(30, 2)), options=DELETE)
    assert codes(made) == ["max_delete", "unrelated_sides"]
    text = refused_because(made.refusals)
    assert text.startswith("Refused, and nothing was done: 30 of 30 files on S3 would be deleted")
    assert text.endswith("add: --max-delete 30 --allow-unrelated 16")


def test_a_style_is_named_as_a_shell_takes_it() -> None:
    known = survey("", "a.png=1", "", "a.png=1")
    named = msgspec.structs.replace(plan(known, options=DELETE), style="my style; rm")
    assert refusals(known, named)[0].flag == "--allow-empty 'my style; rm'"
