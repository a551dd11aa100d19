"""What a person asks for on the page: planned, agreed to, and then done as it was agreed to."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StalePlan
from manifest_sync.core.plan import Options, StylePlan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.scope import Scope
from manifest_sync.web.offers import Offer
from manifest_sync.web.opening import find_style
from manifest_sync.web.rows import rows_of
from manifest_sync.web.words import ended, going
from manifest_sync.workspace.runs import Applied, Planned
from manifest_sync.workspace.turns import apply_in_turn, is_within
from manifest_sync.workspace.workspace import Workspace

_ANY_NUMBER = "100%"


class Errand(msgspec.Struct, frozen=True):
    """One of the page's buttons, with what was chosen beside it."""

    command: str
    """push, pull or remove."""
    style: str
    deletes: bool = False
    takes: Mapping[str, Side] = {}
    """What was chosen for conflicts."""
    permits: frozenset[str] = frozenset()
    """The codes of refusals that were overridden."""
    names: tuple[str, ...] = ()
    """Of `remove`: the files."""

    @property
    def to(self) -> Side:
        """The side that changes."""
        return Side.LOCAL if self.command == "pull" else Side.S3


def plan_errand(workspace: Workspace, errand: Errand) -> Planned:
    """What the errand would do. Changes nothing."""
    style = find_style(workspace, errand.style)
    if errand.command == "remove":
        return workspace.plan_removal(style, errand.names, captions=True)
    options = Options(
        delete=errand.deletes,
        take=dict(errand.takes),
        max_delete=_ANY_NUMBER if "max_delete" in errand.permits else None,
        allow_empty="side_emptied" in errand.permits,
        allow_unrelated="unrelated_sides" in errand.permits,
        allow_rewrite="all_rewritten" in errand.permits,
    )
    return workspace.plan(style, Verb(errand.command), errand.to, options)


def offer_errand(errand: Errand, planned: Planned) -> Offer:
    """What is agreed to with a plan that is shown."""
    shown = planned.plan

    def work(workspace: Workspace) -> str:
        return ended(errand.command, run_errand(workspace, errand, shown).outcomes)

    said = going(errand.command, len(shown.changes))
    rows = rows_of(shown, Scope(planned.style.manifest.header))
    return Offer(errand.command, errand.style, said, work, rows)


def run_errand(workspace: Workspace, errand: Errand, agreed: StylePlan) -> Applied:
    """Do what was agreed to, and no more. Raises StalePlan where there is more to do by now."""
    with workspace.holding(errand.command):
        planned = plan_errand(workspace, errand)
        if not is_within(planned.plan, agreed):
            raise StalePlan(
                "Something changed since the plan was shown, and there is more to do now than you "
                "agreed to. Nothing was done; compare again."
            )
        return apply_in_turn(workspace, planned, errand.command, yes=False)
