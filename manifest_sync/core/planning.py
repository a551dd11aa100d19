"""From a survey to a plan: rule every path, and find the bytes of every change."""

from collections.abc import Iterable, Mapping

import msgspec

from manifest_sync.core.clashes import file_and_folder, merged_twins
from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Problem
from manifest_sync.core.paths import why_unsafe_key
from manifest_sync.core.plan import Basis, Change, Conflict, StylePlan, summarise
from manifest_sync.core.reconcile import Choices, Facts, Reason, Verb, Verdict, decide
from manifest_sync.core.record import record
from manifest_sync.core.remote import parse_remote
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.safety import refusals
from manifest_sync.core.sources import NONE_KEPT, SourceFinder
from manifest_sync.core.stamps import ABSENT
from manifest_sync.core.survey import Survey, facts

NOWHERE = "bytes_nowhere"
"""The code of a problem: a change was wanted, and no source has its bytes."""


class _Rulings(msgspec.Struct):
    """The table's rulings over one style, gathered by verdict."""

    wanted: list[tuple[Facts, Reason]]
    conflicts: list[Conflict]
    withheld: list[str]
    taken_in: list[str]
    unchanged: int = 0


class Kept(msgspec.Struct, frozen=True):
    """What was found of contents that are needed and that neither side holds any more."""

    sources: Mapping[Content, KeptSource] = NONE_KEPT
    trouble: str | None = None
    """Why not every place could be searched."""


NOT_SEARCHED = Kept()


def make_plan(
    survey: Survey, to: Side, basis: Basis, folder: str, kept: Kept = NOT_SEARCHED
) -> StylePlan:
    """The plan that makes one side what the command desires, as far as the table allows.

    Where it lacks bytes (`lacking`), it can be made again with what was `kept`.
    """
    rulings = _rule_all(survey, to, basis)
    changes, mine = _changes(survey, to, rulings, kept)
    plan = StylePlan(
        style=survey.manifest.style,
        folder=folder,
        to=to,
        basis=basis,
        changes=changes,
        conflicts=tuple(rulings.conflicts),
        problems=tuple(sorted((*survey.problems, *mine))),
        notices=survey.folder.notices + survey.bucket.notices,
        withheld=tuple(rulings.withheld),
        taken_in=tuple(rulings.taken_in),
        publication=survey.publication,
        unrecorded=_unrecorded(survey) if basis.verb is Verb.APPLY else (),
        summary=summarise(changes, rulings.unchanged, len(rulings.withheld), len(rulings.taken_in)),
    )
    return msgspec.structs.replace(plan, refusals=refusals(survey, plan))


def lacking(survey: Survey, plan: StylePlan) -> dict[str, Content]:
    """The contents that a plan by the manifest's lines needs and neither side holds, by path."""
    return {
        problem.path: survey.lines[problem.path]
        for problem in plan.problems
        if problem.code == NOWHERE and problem.path in survey.lines
    }


def _rule_all(survey: Survey, to: Side, basis: Basis) -> _Rulings:
    """Ask the table about every path."""
    options = basis.options
    choices = Choices(options.delete, options.overwrite, options.take)
    held = survey.side(to).entries
    unchanged = survey.count_resting() + sum(path in held for path in survey.paths())
    gathered = _Rulings([], [], [], [], unchanged=unchanged)
    for case in facts(survey, basis.verb, to, only_differing=True):
        gathered.unchanged -= case.target is not None
        ruling = decide(to, basis.verb, case, choices)
        reason = ruling.reason or Reason.MODIFIED
        match ruling.verdict:
            case Verdict.CHANGE:
                gathered.wanted.append((case, reason))
            case Verdict.CONFLICT:
                gathered.conflicts.append(_conflict(case, reason))
            case Verdict.WITHHELD:
                gathered.withheld.append(case.path)
            case Verdict.TAKEN_IN:
                gathered.taken_in.append(case.path)
            case Verdict.NOTHING:
                pass
    return gathered


def _changes(
    survey: Survey, to: Side, rulings: _Rulings, kept: Kept
) -> tuple[tuple[Change, ...], list[Problem]]:
    """The wanted changes with their sources, and a problem for each that cannot be made."""
    target = survey.side(to)
    deleted = [case.path for case, _ in rulings.wanted if case.desired is None]
    written = [case.path for case, _ in rulings.wanted if case.desired is not None]
    finder = SourceFinder(survey, to, written, (*deleted, *rulings.withheld), kept.sources)
    blocked = _clashes(survey, written) if to is Side.LOCAL else _too_long(survey, written)
    changes: list[Change] = []
    problems: list[Problem] = []
    for case, reason in rulings.wanted:
        source = None
        if case.desired is not None:
            if case.path in blocked:
                problems.append(blocked[case.path])
                continue
            source = finder.source(case.path, case.desired, is_new=case.target is None)
            if source is None:
                problems.append(_nowhere(case.path, to, kept.trouble))
                continue
        entry = target.entries.get(case.path)
        changes.append(
            Change(
                side=to,
                path=case.path,
                before=case.target,
                after=case.desired,
                reason=reason,
                precondition=entry.stamp if entry is not None else ABSENT,
                source=source,
                base=case.base,
                published=case.published,
            )
        )
    return tuple(changes), problems


def _clashes(survey: Survey, written: Iterable[str]) -> dict[str, Problem]:
    """Which files the folder could not take in because of another name.

    Deletions come after everything else, so what they will take away is still in the way.
    """
    created = [path for path in written if path not in survey.folder.entries]
    if not created:
        return {}
    held = survey.folder.entries.keys()
    blind = merged_twins(created, held) if survey.names_fold else {}
    return blind | file_and_folder(created, held)


def _too_long(survey: Survey, written: Iterable[str]) -> dict[str, Problem]:
    """Which files S3 could not take in: with the prefix their key is longer than S3's limit."""
    prefix = parse_remote(survey.manifest.remote).prefix
    return {
        path: Problem(
            path,
            Side.S3,
            "unsafe_key",
            f"its name {reason}, so it is not sent",
            hides_content=False,
        )
        for path in written
        if (reason := why_unsafe_key(prefix, path)) is not None
    }


def _conflict(case: Facts, reason: Reason) -> Conflict:
    return Conflict(case.path, reason, case.desired, case.target, case.base, case.published)


def _nowhere(path: str, to: Side, trouble: str | None) -> Problem:
    found = "and was not kept" if trouble is None else f"and could not be searched for: {trouble}"
    return Problem(
        path,
        to,
        NOWHERE,
        f"the manifest's content is neither in the folder nor on S3, {found}; nothing is changed",
        hides_content=False,
    )


def _unrecorded(survey: Survey) -> tuple[str, ...]:
    """Where the folder has something to say that the manifest's lines do not say yet."""
    said = record(survey.scope, survey.folder, survey.lines, survey.memory, survey.selection)
    return tuple(path for path in survey.paths() if said.get(path) != survey.lines.get(path))
