"""Applying a plan although others push at the same time: who is overtaken plans again."""

from collections.abc import Callable

from manifest_sync.core.errors import Overtaken
from manifest_sync.core.plan import StylePlan
from manifest_sync.workspace.runs import Applied, Planned
from manifest_sync.workspace.workspace import Workspace

_TURNS = 10
"""How often others may be first before a run gives up."""


def apply_in_turn(
    workspace: Workspace,
    planned: Planned,
    command: str,
    *,
    yes: bool,
    say: Callable[[Overtaken], None] = lambda _: None,
) -> Applied:
    """Apply a plan; where others have published first, `say` so, look, plan and try again.

    What a person agreed to is never exceeded: where the new plan would do more, Overtaken is
    raised, with nothing done, unless `yes` agrees to anything.
    """
    agreed = planned.plan
    for _ in range(_TURNS):
        try:
            return workspace.apply(planned, command)
        except Overtaken as error:
            say(error)
        planned = workspace.plan_again(planned)
        if not (yes or is_within(planned.plan, agreed)):
            raise Overtaken(
                "Somebody else published meanwhile, and what there is to do now is more than you "
                "agreed to. Nothing was done; run the command again."
            )
    raise Overtaken("Others published first, again and again. Nothing was done; run it again.")


def is_within(plan: StylePlan, agreed: StylePlan) -> bool:
    """Whether a plan does nothing that another one does not."""
    changes = {(change.path, change.before, change.after) for change in agreed.changes}
    return all((change.path, change.before, change.after) in changes for change in plan.changes)
