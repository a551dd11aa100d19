"""What to run next, given how a style stands."""

import shlex

from manifest_sync.core.status import Standing


def advice(standing: Standing) -> tuple[str, ...]:
    """Commands worth running, in this order; none where everything is in step."""
    style = shlex.quote(standing.style)
    commands = []
    if standing.conflicts:
        # push and pull leave conflicts alone and do the rest; the plan shows both sides of each.
        commands.append(f"manifest-sync push {style} --dry-run")
    if standing.unrecorded:
        commands.append(f"manifest-sync record {style}")
    if standing.different:
        commands.append(f"manifest-sync compare {style}")
    if standing.behind:
        commands.append(_sync("pull", style, standing.behind == standing.deleted_there))
    if standing.ahead:
        commands.append(_sync("push", style, standing.ahead == standing.deleted_here))
    return tuple(commands)


def _sync(verb: str, style: str, only_deletes: bool) -> str:
    """Without --delete such a command would do nothing where only deletions are left."""
    return f"manifest-sync {verb} {style}" + " --delete" * only_deletes
