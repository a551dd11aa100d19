"""`manifest-sync schema`."""

import sys
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.json_output import print_document
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.paths import shown
from manifest_sync.formats.documents import SchemasDocument
from manifest_sync.formats.schemas import DOCUMENTS, render_schema


def _complete(incomplete: str) -> list[str]:
    return [name for name in DOCUMENTS if name.startswith(incomplete)]


@command
def schema(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="manifest, plan, or the document of a command; without it the names are listed.",
            autocompletion=_complete,
            show_default=False,
        ),
    ] = None,
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="List the names as a JSON document.")
    ] = False,
) -> Exit:
    """Print the JSON schema of the manifest, of a saved plan, or of what --json prints.

    The dialect is JSON Schema 2020-12.

        manifest-sync schema           the names
        manifest-sync schema manifest  for an editor that checks manifest.json
    """
    if name is None:
        if as_json:
            print_document(SchemasDocument("manifest-sync/schemas", 1, tuple(DOCUMENTS)))
        else:
            sys.stdout.write("".join(f"{each}\n" for each in DOCUMENTS))
        return Exit.DONE
    if name not in DOCUMENTS:
        raise UsageProblem(
            f"There is no document “{shown(name)}”; there are: {', '.join(DOCUMENTS)}."
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(render_schema(name).encode())
    return Exit.DONE
