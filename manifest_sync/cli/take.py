"""`--take`: which style and file a PATH on the command line means."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from manifest_sync.cli.pairs import BETWEEN, OPTION
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
        style, path = _meant(text, styles, here)
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


def _meant(text: str, styles: Sequence[Style], here: Path) -> tuple[Style, str]:
    """A file below the current folder, or a path inside the one style that has it."""
    inside = os.path.normpath(text).replace(os.sep, "/")
    below = _below(here / text, styles)
    named = [(style, inside) for style in styles if _has(style, inside)]
    known = {
        (style.name, path): (style, path) for style, path in (*below, *named) if _has(style, path)
    }
    # What no manifest and no folder has may still be on S3: then only the place can tell.
    candidates = list(known.values()) or below
    if not candidates and len(styles) == 1 and not inside.startswith("../"):
        candidates = [(styles[0], inside)]
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise UsageProblem(
            f"--take names “{shown(text)}”, which no style here has; give its path from the "
            "current folder, or name the style."
        )
    places = ", ".join(f"{shown(style.name)}/{shown(path)}" for style, path in candidates)
    raise UsageProblem(f"--take names “{shown(text)}”, which may mean any of: {places}.")


def _below(file: Path, styles: Sequence[Style]) -> list[tuple[Style, str]]:
    """The style whose folder the file lies in, the innermost where styles are nested."""
    place = os.path.normpath(file)
    holders = [
        (style, os.path.relpath(place, style.folder.absolute()).replace(os.sep, "/"))
        for style in styles
        if Path(place).is_relative_to(os.path.normpath(style.folder.absolute()))
    ]
    holders.sort(key=lambda holder: len(holder[1]))
    return holders[:1] if holders and holders[0][1] != "." else []


def _has(style: Style, path: str) -> bool:
    return path in style.manifest.lines or (style.folder / path).is_file()
