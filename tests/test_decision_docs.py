"""docs/how-a-sync-is-decided.md says what the decision table does, row by row and both ways."""

import itertools
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from manifest_sync.core.content import Content, Side
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
from manifest_sync.core.survey import facts
from tests.builders import content, survey
from tests.generate import ROOT
from tests.strategies import WAYS

TEXT = (ROOT / "docs" / "how-a-sync-is-decided.md").read_text(encoding="utf-8")
CONTENTS = {"–": None, "A": content(1), "B": content(2), "C": content(3)}
STATES = (*CONTENTS.values(), content(4))
WORDS = {
    Verdict.NOTHING: "nothing",
    Verdict.CHANGE: "change",
    Verdict.CONFLICT: "conflict",
    Verdict.TAKEN_IN: "taken in",
    Verdict.WITHHELD: "withheld",
}


def table(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    lines = re.split(rf"^#+ {heading}$", TEXT, flags=re.MULTILINE)[1].splitlines()
    rows = itertools.takewhile(
        lambda line: line.startswith("|"),
        itertools.dropwhile(lambda line: not line.startswith("|"), lines),
    )
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][2:]


def does(known: Facts) -> str:
    """What making a path as desired does there."""
    if known.desired is None:
        return "delete"
    return "create" if known.target is None else "update"


def said(ruling: Ruling, known: Facts) -> str:
    """A verdict in the words of the document, a change by its action."""
    return does(known) if ruling.verdict is Verdict.CHANGE else WORDS[ruling.verdict]


class Asked(NamedTuple):
    """A question to the table."""

    verb: Verb
    to: Side
    known: Facts


def everything() -> Iterator[Asked]:
    """Every question that can be asked, with four contents and absence."""
    for (verb, to), (desired, target, base, published), unseen in itertools.product(
        WAYS, itertools.product(STATES, repeat=4), (False, True)
    ):
        yield Asked(verb, to, Facts("a.png", desired, target, base, unseen, published))


# Every situation


def pattern(*held: Content | None) -> tuple[int, ...]:
    """Which of three places hold the same; 0 is nothing."""
    seen: list[Content | None] = [None]
    seen += [each for each in dict.fromkeys(held) if each is not None]
    return tuple(seen.index(each) for each in held)


def test_the_situations_are_all_there_are_and_each_is_there_once() -> None:
    listed = [pattern(*(CONTENTS[cell] for cell in row[:3])) for row in table("Every situation")]
    assert len(listed) == len(set(listed))
    assert set(listed) == {pattern(*held) for held in itertools.product(STATES, repeat=3)}


@pytest.mark.parametrize("row", table("Every situation"), ids="".join)
@pytest.mark.parametrize("verb", Verb)
def test_a_situation_is_decided_as_the_document_says(row: list[str], verb: Verb) -> None:
    folder, there, base = (CONTENTS[cell] for cell in row[:3])
    ways = {
        Side.S3: (Facts("a.png", folder, there, base), row[4]),
        Side.LOCAL: (Facts("a.png", there, folder, base), row[5]),
    }
    for way_verb, to in WAYS:
        if way_verb is verb:
            known, shown = ways[to]
            ruling = rule(to, verb, known)
            reason = f" `{ruling.reason}`" if ruling.reason else ""
            assert f"{said(ruling, known)}{reason} ({ruling.row})" == shown


@pytest.mark.parametrize("row", table("Every situation"), ids="".join)
def test_without_the_flag_nothing_of_it_deletes(row: list[str]) -> None:
    folder, there, base = (CONTENTS[cell] for cell in row[:3])
    for verb, to in WAYS:
        desired, target = (folder, there) if to is Side.S3 else (there, folder)
        ruling = decide(to, verb, Facts("a.png", desired, target, base), Choices())
        is_withheld = desired is None and target is not None
        assert (ruling.verdict is Verdict.WITHHELD) == is_withheld


# The rule

Condition = Callable[[Asked], bool]
CONDITIONS: dict[str, Condition] = {
    "there = desired": lambda asked: asked.known.target == asked.known.desired,
    "there = base": lambda asked: asked.known.target == asked.known.base,
    "desired = base": lambda asked: asked.known.desired == asked.known.base,
    "nothing there": lambda asked: asked.known.target is None,
    "nothing desired": lambda asked: asked.known.desired is None,
    "no base": lambda asked: asked.known.base is None,
    "unseen": lambda asked: asked.known.unseen,
    "not unseen": lambda asked: not asked.known.unseen,
    "line published": lambda asked: asked.known.published is not None,
    "to S3": lambda asked: asked.to is Side.S3,
    "push": lambda asked: asked.verb is Verb.PUSH,
    "apply": lambda asked: asked.verb is Verb.APPLY,
    "otherwise": lambda _asked: True,
}


def test_the_rule_read_from_the_document_decides_as_the_code_does() -> None:
    rows = [
        (int(number), [CONDITIONS[name] for name in words(where)], result, words(reasons))
        for number, where, result, reasons in table("The rule")[1:]
    ]
    given: dict[int, set[str]] = {}
    for asked in everything():
        ruling = rule(asked.to, asked.verb, asked.known)
        number, _, result, reasons = next(
            row for row in rows if all(holds(asked) for holds in row[1])
        )
        assert (number, result) == (ruling.row, WORDS[ruling.verdict]), asked
        assert (ruling.reason in reasons) if ruling.reason else not reasons, asked
        given.setdefault(number, set()).update(filter(None, [ruling.reason]))
    listed: dict[int, set[str]] = {}
    for number, _, _, reasons in rows:
        listed.setdefault(number, set()).update(reasons)
    assert given == listed


def words(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_condition_that_the_document_may_use_is_used() -> None:
    used = {name for row in table("The rule") for name in words(row[1])}
    assert used == set(CONDITIONS)


# Reasons, and what flags make of it


def test_the_reasons_are_all_there_with_where_and_what_they_may_do() -> None:
    found: dict[Reason, tuple[set[str], set[str]]] = {each: (set(), set()) for each in Reason}
    found[Reason.REMOVED] = ({"S3"}, {"delete"})  # the only one that is not the table's
    del found[Reason.RESTORED]  # the table knows nothing of it
    decided = Choices(delete=True, overwrite=True)
    for asked in everything():
        taken = Choices(take={"a.png": asked.to.other})
        rulings = [rule(asked.to, asked.verb, asked.known)]
        rulings += [decide(asked.to, asked.verb, asked.known, it) for it in (decided, taken)]
        for ruling in rulings:
            if ruling.reason is not None:
                where, may = found[ruling.reason]
                where.add("S3" if asked.to is Side.S3 else "folder")
                may.add(said(ruling, asked.known))
    shown = {
        Reason(words(reason)[0]): (set(where.split(", ")), set(may.split(", ")))
        for reason, where, may, _ in table("Reasons")
    }
    assert shown == found


def kind(asked: Asked) -> str | None:
    """The line of the table of choices that a question belongs to."""
    ruling = rule(asked.to, asked.verb, asked.known)
    match ruling.verdict:
        case Verdict.NOTHING:
            return None
        case Verdict.CONFLICT:
            absence = asked.known.desired is None
            return f"conflict, {'absence' if absence else 'something'} is wanted"
        case Verdict.CHANGE:
            return "delete" if asked.known.desired is None else "create, update"
        case _:
            return WORDS[ruling.verdict]


def test_the_flags_do_what_the_document_says() -> None:
    flags = [Choices(), Choices(delete=True), Choices(overwrite=True), Choices(True, True)]
    effects = {Verdict.CHANGE: "done", Verdict.WITHHELD: "withheld"}
    shown = {first: rest for first, *rest in table("Your choices")}
    asked_about = set()
    for asked in everything():
        if (line := kind(asked)) is not None:
            asked_about.add(line)
            verdicts = [decide(asked.to, asked.verb, asked.known, it).verdict for it in flags]
            assert [effects.get(each, "left alone") for each in verdicts] == shown[line], asked
    assert asked_about == set(shown)


# What is wanted


@pytest.mark.parametrize("row", table("What is wanted"), ids="".join)
def test_what_a_command_wants(row: list[str]) -> None:
    command, changes, wants = row
    verb = Verb.APPLY if "apply" in command else Verb(command)
    to = {"S3": Side.S3, "the folder": Side.LOCAL}[changes]
    assert verb is not Verb.APPLY or words(command) == [f"--to {to}"]
    holds = {"what the folder holds": 1, "what S3 holds": 2, "what the manifest says": 3}[wants]
    [case] = facts(survey("a.png=1", "a.png=2", "a.png=3"), verb, to)
    assert case.desired == content(holds)
    assert case.target == content(2 if to is Side.S3 else 1)


def test_what_was_not_downloaded_is_neither_sent_nor_deleted() -> None:
    [case] = facts(survey("", "a.png=2", "a.png=1"), Verb.PUSH, Side.S3)
    assert rule(Side.S3, Verb.PUSH, case).verdict is Verdict.NOTHING
