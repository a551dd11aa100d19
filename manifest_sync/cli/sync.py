"""What push, pull, apply and clone share: plan every style, show, ask once, apply."""

from collections.abc import Callable, Sequence

import msgspec

from manifest_sync.cli.confirm import agree
from manifest_sync.cli.documents import apply_document, failures
from manifest_sync.cli.output import Styled
from manifest_sync.cli.session import Session, statuses_of
from manifest_sync.cli.text_apply import (
    IN_STEP,
    deletion_lines,
    failure_lines,
    statistics_lines,
)
from manifest_sync.cli.text_plan import attention_lines, heading, is_quiet, plan_lines
from manifest_sync.core.amounts import many
from manifest_sync.core.content import Side
from manifest_sync.core.errors import ManifestSyncError, Overtaken
from manifest_sync.core.exits import Exit, worst
from manifest_sync.core.outcome import Status
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import StylePlan
from manifest_sync.core.planning import NOWHERE
from manifest_sync.formats.plan_json import plan_document
from manifest_sync.workspace.runs import Applied, Failed, Planned
from manifest_sync.workspace.styles import Chosen, Style
from manifest_sync.workspace.turns import apply_in_turn


class Consent(msgspec.Struct, frozen=True):
    """Whether a run may go ahead."""

    yes: bool = False
    """Without asking."""
    dry_run: bool = False
    """No further than the plan."""


class Sync(msgspec.Struct, frozen=True):
    """One run over several styles: which command, to which side, and how each is planned."""

    command: str
    to: Side
    plan: Callable[[Style], Planned]


def run_sync(session: Session, chosen: Chosen, sync: Sync, consent: Consent) -> Exit:
    """Plan every style, and apply the plans if that is agreed to.

    Errors that end it before anything was done are raised: Refused, Declined, or the one error
    that every style had.
    """
    planned, failed = session.each(chosen, sync.plan, lists_s3=True)
    return carry_out(session, planned, failed, sync, consent)


def carry_out(
    session: Session,
    planned: Sequence[Planned],
    failed: Sequence[Failed],
    sync: Sync,
    consent: Consent,
) -> Exit:
    """Show plans, ask, and apply them; with a dry run show them only."""
    plans = [each.plan for each in planned]
    if consent.dry_run:
        show_plans(session, plans)
        session.screen.document(plan_document(plans, failures(failed)))
        return worst(statuses_of(failed))
    ask_first(session, plans, sync.to, yes=consent.yes)
    return apply_all(session, planned, failed, sync, yes=consent.yes)


def ask_first(session: Session, plans: Sequence[StylePlan], to: Side, *, yes: bool) -> None:
    """Show plans and get them agreed to. Raises Refused or Declined.

    What is refused anyway is shown, but not asked about: `--yes` would not allow it either.
    """
    allowed = [plan for plan in plans if not plan.refusals]
    changes = sum(len(plan.changes) for plan in allowed)
    asks = changes > 0 and not yes
    if asks or not (session.screen.as_json or session.screen.quiet):
        show_plans(session, plans, briefly=True)
    if changes:
        agree(session.screen, _question(allowed, changes, to), yes=yes)


def show_plans(session: Session, plans: Sequence[StylePlan], *, briefly: bool = False) -> None:
    """The plans as text; `briefly` leaves out the styles where there is nothing to say."""
    screen = session.screen
    if screen.as_json and not briefly:
        return
    for plan in plans:
        if not (briefly and is_quiet(plan)):
            screen.show(*plan_lines(plan, screen.limit))
    if not briefly and all(is_quiet(plan) for plan in plans) and plans:
        screen.show(IN_STEP[plans[0].to])


def _question(plans: Sequence[StylePlan], changes: int, to: Side) -> str:
    deletes = sum(len(plan.deletes) for plan in plans)
    where = "on S3" if to is Side.S3 else "in the folder"
    what = f"Make {'this' if changes == 1 else 'these'} {many(changes, 'change')} {where}"
    return f"{what}, {many(deletes, 'deletion')} among them?" if deletes else f"{what}?"


def apply_all(
    session: Session,
    planned: Sequence[Planned],
    failed: Sequence[Failed],
    sync: Sync,
    *,
    yes: bool,
) -> Exit:
    """Apply one plan after the other, tell what became of each, and say how it ended."""
    applied: list[Applied] = []
    broken: list[Failed] = []
    left = list(planned)
    with session.interrupt.heeded(), session.progress.shown():
        while left and not session.interrupt.pressed:
            each = left.pop(0)
            try:
                applied.append(_apply_in_turn(session, each, sync.command, yes=yes))
            except ManifestSyncError as error:
                broken.append(Failed(each.style.id, error, each.plan))
    session.tell_failed(broken)
    unfinished = left or any(_was_cut_off(each) for each in applied)
    interrupted = session.interrupt.pressed and bool(unfinished)
    _report(session, applied, sync.to)
    session.screen.document(apply_document(applied, [*failed, *broken], left, sync.to))
    if interrupted:
        made = sum(outcome.status.holds for each in applied for outcome in each.outcomes)
        of = sum(len(each.plan.changes) for each in planned)
        session.screen.say(
            f"Interrupted: {made:,} of {many(of, 'change')} "
            f"{'was' if made == 1 else 'were'} made; run the same command again to finish."
        )
        return Exit.INTERRUPTED
    statuses = [status for each in applied for status in _statuses(each)]
    return worst([*statuses, *statuses_of(failed), *statuses_of(broken)])


def _apply_in_turn(session: Session, planned: Planned, command: str, *, yes: bool) -> Applied:
    """Apply a plan, and say so where others were first."""

    def say(error: Overtaken) -> None:
        session.screen.say(f"{shown(planned.plan.style)}: {error} Planning again.")

    return apply_in_turn(session.workspace, planned, command, yes=yes, say=say)


def _report(session: Session, applied: Sequence[Applied], to: Side) -> None:
    screen = session.screen
    for each in applied:
        screen.tell(*deletion_lines(each.outcomes))
        screen.say(*failure_lines(each.style.id, each.outcomes))
        if screen.quiet and not is_quiet(each.plan):
            attention = list(attention_lines(each.plan, screen.limit))
            if each.plan.conflicts or each.plan.problems:
                screen.say(heading(each.plan), *attention)
    outcomes = [outcome for each in applied for outcome in each.outcomes]
    if outcomes and all(outcome.status is Status.ALREADY for outcome in outcomes):
        screen.tell(Styled("All of this plan was done already.", "green"))
    if applied and not outcomes:
        if all(is_quiet(each.plan) for each in applied):
            screen.tell(Styled(IN_STEP[to], "green"))
        else:
            screen.tell("No file was changed.")
    if applied:
        screen.tell(*statistics_lines(applied))
    for each in applied:
        if count := len(each.plan.conflicts):
            screen.tell(
                f"{shown(each.style.id)}: {many(count, 'conflict')} left as "
                f"{'it is' if count == 1 else 'they are'}; see above how to choose."
            )


def _was_cut_off(applied: Applied) -> bool:
    return not all(outcome.status.holds for outcome in applied.outcomes)


def _statuses(applied: Applied) -> list[Exit]:
    """What one style's run contributes to the exit status."""
    statuses = [Exit.CONFLICTS] if applied.plan.conflicts else []
    # Who goes on with what apply has brought must not take it for the whole of it.
    is_nowhere = any(problem.code == NOWHERE for problem in applied.plan.problems)
    if is_nowhere or not all(outcome.status.holds for outcome in applied.outcomes):
        statuses.append(Exit.INCOMPLETE)
    return statuses
