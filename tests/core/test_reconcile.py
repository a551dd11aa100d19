"""The decision table, row by row."""

import itertools
from typing import NamedTuple

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import (
    Choices,
    Facts,
    Reason,
    Ruling,
    Verb,
    Verdict,
    decide,
    rule,
)
from manifest_sync.core.scope import Role
from manifest_sync.core.selection import Selection
from manifest_sync.core.survey import facts
from tests.builders import gist, maybe, plan, problem, survey
from tests.strategies import WAYS

PUSH = (Verb.PUSH, Side.S3)
PULL = (Verb.PULL, Side.LOCAL)
TO_S3 = (Verb.APPLY, Side.S3)
TO_LOCAL = (Verb.APPLY, Side.LOCAL)
TOWARDS_S3 = (PUSH, TO_S3)
TOWARDS_LOCAL = (PULL, TO_LOCAL)

NOTHING, CHANGE, CONFLICT = Verdict.NOTHING, Verdict.CHANGE, Verdict.CONFLICT
TAKEN_IN, WITHHELD = Verdict.TAKEN_IN, Verdict.WITHHELD


class Case(NamedTuple):
    """`dtb` are desired, target and base: a digit, or `-` for absence."""

    what: str
    ways: tuple[tuple[Verb, Side], ...]
    dtb: str
    row: int
    verdict: Verdict
    reason: Reason | None
    unseen: str = ""
    """The published line, where it is unseen."""


CASES = (
    Case("nothing anywhere", WAYS, "---", 2, NOTHING, None),
    Case("in step", WAYS, "111", 2, NOTHING, None),
    Case("both deleted it", WAYS, "--1", 2, NOTHING, None),
    Case("both made the same edit", WAYS, "221", 2, NOTHING, None),
    Case("both have it, nothing remembered", WAYS, "11-", 2, NOTHING, None),
    Case("in step though others published", WAYS, "111", 2, NOTHING, None, "2"),
    Case("new by others", (PUSH,), "-1-", 3, TAKEN_IN, Reason.PUBLISHED_BY_OTHERS, "1"),
    Case("updated by others", (PUSH,), "121", 3, TAKEN_IN, Reason.PUBLISHED_BY_OTHERS, "2"),
    Case("deleted by others", (PUSH,), "1-1", 3, TAKEN_IN, Reason.PUBLISHED_BY_OTHERS, "-"),
    Case("announced, not here yet", (PUSH,), "1-1", 3, TAKEN_IN, Reason.PUBLISHED_BY_OTHERS, "2"),
    Case("new by others", (TO_S3,), "-1-", 3, CONFLICT, Reason.PUBLISHED_BY_OTHERS, "1"),
    Case("updated by others", (TO_S3,), "121", 3, CONFLICT, Reason.PUBLISHED_BY_OTHERS, "2"),
    Case("deleted by others", (TO_S3,), "1-1", 3, CONFLICT, Reason.PUBLISHED_BY_OTHERS, "-"),
    Case("both edited", TOWARDS_S3, "231", 4, CONFLICT, Reason.BOTH_CHANGED, "3"),
    Case("both made it anew", TOWARDS_S3, "12-", 4, CONFLICT, Reason.BOTH_CHANGED, "2"),
    Case("its object is on its way", TOWARDS_S3, "211", 4, CONFLICT, Reason.BOTH_CHANGED, "3"),
    Case("new, announced by others too", TOWARDS_S3, "1--", 4, CONFLICT, Reason.BOTH_CHANGED, "2"),
    Case("deleted here, edited there", TOWARDS_S3, "-21", 4, CONFLICT, Reason.BOTH_CHANGED, "2"),
    Case("new", WAYS, "1--", 5, CHANGE, Reason.NEW),
    Case("edited", WAYS, "211", 5, CHANGE, Reason.MODIFIED),
    Case("deleted", WAYS, "-11", 5, CHANGE, Reason.DELETED),
    Case("others deleted it, edited here", TOWARDS_S3, "211", 5, CHANGE, Reason.MODIFIED, "-"),
    Case("edited on S3, also published", TOWARDS_LOCAL, "211", 5, CHANGE, Reason.MODIFIED, "2"),
    Case("S3 was edited", TOWARDS_S3, "121", 6, CHANGE, Reason.REVERTS_S3_CHANGE),
    Case("S3 lost it", TOWARDS_S3, "1-1", 6, CHANGE, Reason.REVERTS_S3_CHANGE),
    Case("S3 got one more", TOWARDS_S3, "-1-", 6, CHANGE, Reason.REVERTS_S3_CHANGE),
    Case("edited here", TOWARDS_LOCAL, "121", 6, CHANGE, Reason.DISCARDS_LOCAL_EDIT),
    Case("made here", TOWARDS_LOCAL, "-1-", 6, CHANGE, Reason.DISCARDS_LOCAL_EDIT),
    Case("deleted here", TOWARDS_LOCAL, "1-1", 6, CHANGE, Reason.UNDOES_LOCAL_DELETE),
    Case("edited, gone there", WAYS, "2-1", 7, CHANGE, Reason.CONTENT_BEATS_ABSENCE),
    Case("edited, deleted by others", TOWARDS_S3, "2-1", 7, CHANGE,
         Reason.CONTENT_BEATS_ABSENCE, "-"),
    Case("deleted, edited there", WAYS, "-21", 8, CONFLICT, Reason.DELETED_AND_CHANGED),
    Case("never met", WAYS, "12-", 9, CHANGE, Reason.NO_BASE),
    Case("both edited", WAYS, "231", 10, CONFLICT, Reason.BOTH_CHANGED),
    Case("never met, and published", TOWARDS_LOCAL, "12-", 10, CONFLICT,
         Reason.BOTH_CHANGED, "1"),
    Case("never met, and others deleted", WAYS, "12-", 10, CONFLICT, Reason.BOTH_CHANGED, "-"),
)  # fmt: skip

EACH = [
    pytest.param(case, way, id=f"{case.row} {'-'.join(way)} {case.what}")
    for case in CASES
    for way in case.ways
]


def facts_of(case: Case) -> Facts:
    desired, target, base = (maybe(number) for number in case.dtb)
    published = maybe(case.unseen) if case.unseen else None
    return Facts("a.png", desired, target, base, bool(case.unseen), published)


@pytest.mark.parametrize(("case", "way"), EACH)
def test_the_first_row_that_fits(case: Case, way: tuple[Verb, Side]) -> None:
    verb, to = way
    assert rule(to, verb, facts_of(case)) == Ruling(case.row, case.verdict, case.reason)


@pytest.mark.parametrize(("case", "way"), EACH)
def test_what_the_flags_make_of_it(case: Case, way: tuple[Verb, Side]) -> None:
    verb, to = way
    known = facts_of(case)
    deletes = case.dtb[0] == "-"

    def verdict(*, delete: bool = False, overwrite: bool = False) -> Verdict:
        return decide(to, verb, known, Choices(delete=delete, overwrite=overwrite)).verdict

    everything = CHANGE if case.verdict is CONFLICT else case.verdict
    held_back = WITHHELD if deletes and case.verdict in (CHANGE, CONFLICT) else None
    assert verdict(delete=True) is case.verdict
    assert verdict(delete=True, overwrite=True) is everything
    assert verdict() is (held_back or case.verdict)
    assert verdict(overwrite=True) is (held_back or everything)


@pytest.mark.parametrize(("case", "way"), EACH)
def test_take_decides_whatever_the_row(case: Case, way: tuple[Verb, Side]) -> None:
    verb, to = way
    for delete, overwrite in itertools.product((False, True), repeat=2):
        wins = decide(to, verb, facts_of(case), Choices(delete, overwrite, {"a.png": to.other}))
        stays = decide(to, verb, facts_of(case), Choices(delete, overwrite, {"a.png": to}))
        assert wins.verdict is (NOTHING if case.row == 2 else CHANGE)
        assert stays.verdict is NOTHING
        assert wins.row == stays.row == case.row


def test_take_of_one_path_leaves_another() -> None:
    case = Facts("b.png", maybe("2"), maybe("3"), maybe("1"))
    assert decide(Side.S3, Verb.PUSH, case, Choices(take={"a.png": Side.LOCAL})).row == 10
    assert decide(Side.S3, Verb.PUSH, case, Choices(take={"a.png": Side.LOCAL})).verdict is CONFLICT


def test_reasons_that_flags_give() -> None:
    both = Facts("a.png", maybe("2"), maybe("3"), maybe("1"))
    assert decide(Side.S3, Verb.PUSH, both, Choices(overwrite=True)).reason is Reason.OVERWRITE
    taken = Choices(overwrite=True, take={"a.png": Side.LOCAL})
    assert decide(Side.S3, Verb.PUSH, both, taken).reason is Reason.TAKE
    gone = Facts("a.png", None, maybe("3"), maybe("1"))
    assert decide(Side.S3, Verb.PUSH, gone, Choices()).reason is Reason.DELETED_AND_CHANGED


@pytest.mark.parametrize(("way", "unreachable"), [
    (PUSH, set()), (TO_S3, set()), (PULL, {3, 4}), (TO_LOCAL, {3, 4}),
])  # fmt: skip
def test_every_row_is_reachable(way: tuple[Verb, Side], unreachable: set[int]) -> None:
    verb, to = way
    states = [maybe(number) for number in "-1234"]
    reached = {
        rule(to, verb, Facts("a.png", d, t, b, unseen, published)).row
        for d, t, b, published in itertools.product(states, repeat=4)
        for unseen in (False, True)
    }
    assert reached == set(range(2, 11)) - unreachable


# What is desired, what is there, and what is unseen: from a survey to the table's question.


@pytest.mark.parametrize(("local", "there", "line", "way", "desired"), [
    ("1", "2", "3", PUSH, "1"),
    ("1", "-", "-", PUSH, "1"),
    ("-", "2", "-", PUSH, "-"),
    ("-", "2", "3", PUSH, "2"),
    ("-", "-", "3", PUSH, "-"),
    ("1", "2", "3", PULL, "2"),
    ("1", "-", "3", PULL, "-"),
    ("-", "2", "-", PULL, "2"),
    ("1", "2", "3", TO_S3, "3"),
    ("1", "2", "-", TO_S3, "-"),
    ("-", "-", "3", TO_LOCAL, "3"),
    ("1", "2", "3", TO_LOCAL, "3"),
])  # fmt: skip
def test_desired(local: str, there: str, line: str, way: tuple[Verb, Side], desired: str) -> None:
    given = [f"a.png={number}" if number != "-" else "" for number in (local, there, line)]
    verb, to = way
    [case] = facts(survey(*given), verb, to)
    assert case.desired == maybe(desired)
    assert case.target == maybe(there if to is Side.S3 else local)


@pytest.mark.parametrize(("local", "line", "seen", "published", "way", "unseen"), [
    ("1", "1", "1", "1", PUSH, False),
    ("1", "1", "1", "2", PUSH, True),
    ("2", "2", "1", "2", PUSH, False),
    ("1", "2", "1", "2", PUSH, True),
    ("1", "2", "1", "2", TO_S3, False),
    ("1", "3", "1", "2", TO_S3, True),
    ("1", "2", "1", "2", PULL, True),
    ("1", "2", "1", "2", TO_LOCAL, True),
    ("1", "1", "2", "2", PUSH, False),
    ("1", "1", "1", "-", PUSH, True),
    ("1", "1", "-", "-", PUSH, False),
    ("1", "-", "1", "-", TO_S3, False),
    ("-", "1", "1", "-", PUSH, False),
])  # fmt: skip
def test_unseen(
    local: str, line: str, seen: str, published: str, way: tuple[Verb, Side], *, unseen: bool
) -> None:
    given = [f"a.png={number}" if number != "-" else "" for number in (local, line, published)]
    style = survey(given[0], "a.png=9", given[1], f"a.png=-/-/{seen}", published=given[2])
    [case] = facts(style, *way)
    assert case.unseen is unseen
    assert case.published == maybe(published)


def test_without_a_published_manifest_nothing_is_unseen() -> None:
    [case] = facts(survey("a.png=1", "a.png=2", memory="a.png=-/-/3"), *PUSH)
    assert not case.unseen


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("place", ["", "x", "x/y", "x/y/a.png"])
def test_row_1_a_problem_at_a_path_or_above_it(
    place: str, side: Side, way: tuple[Verb, Side]
) -> None:
    given = "x/y/a.png=1 xx/a.png=1"
    verb, to = way
    lines = given if verb is Verb.APPLY else ""
    source = survey("", given, lines) if to is Side.LOCAL else survey(given, "", lines)
    found = survey(
        (source.folder.content("") and "") or (given if to is Side.S3 else ""),
        given if to is Side.LOCAL else "",
        lines,
        problems=[problem(place, side)],
    )
    made = gist(plan(found, verb, to))
    other = "" if place == "" else "+xx/a.png=1 "
    assert made == f"{other}problem:{place}"


def test_what_a_selection_leaves_out_is_not_asked_about() -> None:
    given = ("a.png=1 a.txt=1 b.png=1 n.md=1", "", "")
    images = survey(*given, selection=Selection(only=Role.IMAGE))
    assert gist(plan(images)) == "+a.png=1 +b.png=1"
    captions = survey(*given, selection=Selection(only=Role.CAPTION))
    assert gist(plan(captions)) == "+a.txt=1"
    named = survey(*given, selection=Selection(paths=frozenset({"a.txt", "b.png", "else.png"})))
    assert gist(plan(named)) == "+a.txt=1 +b.png=1"
    both = survey(*given, selection=Selection(Role.IMAGE, frozenset({"a.txt", "b.png"})))
    assert gist(plan(both)) == "+b.png=1"


PLAIN = survey("a.png=1 b.png=1 c.png=1", "b.png=2 c.png=1 d.png=1")


@pytest.mark.parametrize(("way", "delete", "expected"), [
    (PUSH, False, "+a.png=1 ~b.png=1 withheld:d.png"),
    (PUSH, True, "+a.png=1 ~b.png=1 -d.png"),
    (PULL, False, "~b.png=2 +d.png=1 withheld:a.png"),
    (PULL, True, "-a.png ~b.png=2 +d.png=1"),
])  # fmt: skip
def test_a_plain_bucket(way: tuple[Verb, Side], *, delete: bool, expected: str) -> None:
    assert gist(plan(PLAIN, *way, Options(delete=delete))) == expected


@pytest.mark.parametrize("way", TOWARDS_LOCAL)
def test_out_of_scope_lines_are_not_brought_back(way: tuple[Verb, Side]) -> None:
    verb, to = way
    assert gist(plan(survey("b.png=1", "b.png=1", "b.png=1 notes.md=1"), verb, to)) == ""


def test_out_of_scope_lines_are_not_sent() -> None:
    style = survey("b.png=1", "b.png=1", "b.png=1 notes.md=1")
    assert gist(plan(style, Verb.APPLY, Side.S3)) == ""
    assert gist(plan(style, Verb.PUSH)) == ""


def test_an_apply_says_what_record_would_change_and_nothing_else() -> None:
    style = survey(
        local="edited.png=2 new.png=1 behind.png=1 same.png=1",
        there="",
        lines="edited.png=1 behind.png=2 same.png=1 deleted.png=1 not-downloaded.png=1",
        memory="edited.png=1 behind.png=1 same.png=1 deleted.png=1",
    )
    made = plan(style, Verb.APPLY, Side.LOCAL)
    assert made.unrecorded == ("deleted.png", "edited.png", "new.png")
    assert plan(style, Verb.PULL).unrecorded == ()
