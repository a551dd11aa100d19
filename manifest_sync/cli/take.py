"""`--take`: which style and file a PATH on the command line means."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from manifest_sync.cli.pairs import BETWEEN, OPTION
from manifest_sync.cli.which_file import meant_file
from manifest_sync.core.content import Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.paths import shown
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.styles import Style

Takes = Mapping[str, Mapping[str, Side]]
"""Style id → path → the side whose content is to win."""


def resolve_takes(pairs: Sequence[str] | None, styles: Sequence[Style], here: Path) -> Takes:
    """Find the file each PATH means. Raises UsageProblem where that is nothing, or not one."""
    takes: dict[str, dict[str, Side]] = {}
    for side, text in map(_taken_apart, pairs or ()):
        style, path = meant_file(text, styles, here, "--take names")
        if takes.setdefault(style.id, {}).setdefault(path, side) is not side:
            raise UsageProblem(f"--take names “{shown(text)}” twice, for both sides.")
    return takes


def check_known(planned: Planned) -> None:
    """Raise UsageProblem where a plan was to take a path that is nowhere: a typing error."""
    survey = planned.observation.survey
    problems = {problem.path for problem in survey.problems}
    known = (survey.folder.entries, survey.bucket.entries, survey.lines, problems)
    for path in planned.plan.basis.options.take:
        if not any(path in places for places in known):
            raise UsageProblem(
                f"--take names “{shown(path)}”, which style {shown(planned.style.id)} has neither "
                "in the folder nor on S3."
            )


def _taken_apart(pair: str) -> tuple[Side, str]:
    side, between, path = pair.partition(BETWEEN)
    if not between or side not in set(Side) or not path:
        raise UsageProblem(
            f"{OPTION} is followed by “local” or “s3” and a PATH, as in “{OPTION} local a.txt”."
        )
    return Side(side), path
