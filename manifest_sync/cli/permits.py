"""`--max-delete` and the `--allow-…` options: what a run may do that is refused otherwise."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from manifest_sync.cli.options import Choices
from manifest_sync.core.delete_limit import parse_limit
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Options
from manifest_sync.workspace.styles import Style


class Permits(msgspec.Struct, frozen=True):
    """What was permitted, and to which styles by their ids."""

    max_delete: str | None
    empty: frozenset[str]
    unrelated: frozenset[str]
    rewrite: frozenset[str]

    def granted(self, options: Options, style: Style) -> Options:
        """The options of one style's plan, with what it is permitted."""
        return msgspec.structs.replace(
            options,
            max_delete=self.max_delete,
            allow_empty=style.id in self.empty,
            allow_unrelated=style.id in self.unrelated,
            allow_rewrite=style.id in self.rewrite,
        )


def read_permits(choices: Choices, styles: Sequence[Style], here: Path) -> Permits:
    """Read the options. Raises UsageProblem for a style that the run is not about."""
    if choices.max_delete is not None:
        try:
            parse_limit(choices.max_delete)
        except ValueError as error:
            raise UsageProblem(
                f"--max-delete is “{shown(choices.max_delete)}”, but {error}."
            ) from error

    def ids(option: str, names: Sequence[str] | None) -> frozenset[str]:
        return frozenset(_meant(option, name, styles, here).id for name in names or ())

    return Permits(
        max_delete=choices.max_delete,
        empty=ids("--allow-empty", choices.allow_empty),
        unrelated=ids("--allow-unrelated", choices.allow_unrelated),
        rewrite=ids("--allow-rewrite", choices.allow_rewrite),
    )


def _meant(option: str, name: str, styles: Sequence[Style], here: Path) -> Style:
    """The style with that id, else the one in that folder."""
    place = (here / name).resolve()
    by_id = (style for style in styles if style.id == name)
    by_folder = (style for style in styles if style.folder.resolve() == place)
    for style in (*by_id, *by_folder):
        return style
    raise UsageProblem(
        f"{option} names “{shown(name)}”, which is none of the styles that this run is about."
    )
