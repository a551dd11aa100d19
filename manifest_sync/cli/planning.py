"""From the options of a command to the plan of each style."""

from collections.abc import Callable, Sequence

from manifest_sync.cli.options import Choices, Locking
from manifest_sync.cli.permits import read_permits
from manifest_sync.cli.session import Session
from manifest_sync.cli.sync import Consent, Sync, run_sync
from manifest_sync.cli.take import check_known, resolve_takes
from manifest_sync.core.content import Side
from manifest_sync.core.exits import Exit
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style


def run_directed(
    session: Session,
    names: Sequence[str] | None,
    verb: Verb,
    to: Side,
    *,
    choices: Choices,
    consent: Consent,
    locking: Locking,
) -> Exit:
    """Run a command that plans styles in one direction and applies the plans, under the lock."""
    # The manifests are read under the lock: nobody rewrites them meanwhile.
    with session.workspace.holding(verb.value, locking.lock_timeout):
        chosen = session.styles(names)
        plan = planner(session, chosen.styles, verb, to, choices)
        return run_sync(session, chosen, Sync(verb.value, to, plan), consent)


def planner(
    session: Session,
    styles: Sequence[Style],
    verb: Verb,
    to: Side,
    choices: Choices,
    *,
    refresh: bool = True,
) -> Callable[[Style], Planned]:
    """A function that plans a style. Raises UsageProblem for options that mean nothing here."""
    takes = resolve_takes(choices.take, styles, session.here)
    permits = read_permits(choices, styles, session.here)
    only = choices.only.role if choices.only is not None else None

    def plan(style: Style) -> Planned:
        options = Options(
            delete=choices.delete,
            overwrite=choices.overwrite,
            only=only,
            take=dict(takes.get(style.id, {})),
            refresh=refresh,
        )
        planned = session.workspace.plan(style, verb, to, permits.granted(options, style))
        check_known(planned)
        return planned

    return plan
