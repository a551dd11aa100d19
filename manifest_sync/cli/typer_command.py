"""What Typer's command class is lacking for ours."""

from typing import Any

import typer
from typer.core import TyperCommand

from manifest_sync.cli.pairs import joined
from manifest_sync.cli.plain_values import taking_plain_values


def with_examples(text: str) -> str:
    """Let the formatter leave the lines of examples as they are: a paragraph that is indented."""
    return text.replace("\n\n  ", "\n\n\b\n  ")


class Command(TyperCommand):
    """A command with `--take SIDE PATH`, and with help that shows no Python types."""

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # as below
        """The arguments and options."""
        return taking_plain_values(super().get_params(ctx))

    def parse_args(  # type: ignore[override]  # typer's own context type is private
        self, ctx: typer.Context, args: list[str]
    ) -> list[str]:
        """Parse what is given, with the pairs joined."""
        return super().parse_args(ctx, joined(args))

    def format_options(self, ctx, formatter) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        """Arguments by their names, then the options."""
        sections: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                name = record[0]
                if parameter.param_type_name == "argument":
                    name = name.partition(" <")[0]
                sections[parameter.param_type_name].append((name, record[1]))
        for title, rows in sections.items():
            if rows:
                with formatter.section(f"{title.capitalize()}s"):
                    formatter.write_dl(rows)
