"""The command table, and running one command line.

A command's module is imported, by its name, when it runs, so that `--help` and `--version` need
nothing of what a command is made of.
"""

import inspect
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from manifest_sync.cli.plain_values import taking_plain_values
from manifest_sync.cli.typer_command import Command, with_examples
from manifest_sync.cli.version import PROGRAM, VERSION_LINE
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.core.exits import Exit

_HELP = """\
Keep folders of captioned training images and S3 in step.

Every sync is a plan that is shown before it is carried out. Nothing is deleted unless --delete
is given, and what is replaced or deleted is kept.

  manifest-sync init styles/16 --remote s3://BUCKET/styles/16/
  manifest-sync push            folder -> S3
  manifest-sync pull            S3 -> folder
  manifest-sync status          how things stand, and what to run next

“manifest-sync COMMAND --help” says more; “manifest-sync sandbox” needs no account.
"""


class Row(NamedTuple):
    """A command: its module, which holds a function of that name, and what it does in one line."""

    module: str
    says: str
    extra: str | None = None
    """The optional extra that has to be installed for it."""


COMMANDS = {
    "init": Row("init", "Make a folder a style: say where on S3 it belongs."),
    "clone": Row("clone", "Fetch a style that is on S3 into a folder."),
    "status": Row("status", "Show how folder, manifest and S3 stand, and what to run next."),
    "push": Row("push", "Sync to S3: send what the folder has that S3 has not."),
    "pull": Row("pull", "Sync from S3: fetch what S3 has that the folder has not."),
    "remove": Row("remove", "Remove from S3: delete objects, and keep the files here."),
    "record": Row("record", "Write the folder's state into the manifest, for git."),
    "plan": Row("plan", "Show what would make one side equal the manifest."),
    "apply": Row("apply", "Make one side equal the manifest, or carry out a saved plan."),
    "compare": Row("compare", "Compare one folder with S3, file by file."),
    "history": Row("history", "Show what was done, and what was deleted."),
    "restore": Row("restore", "Bring back what was deleted or replaced."),
    "trash": Row("trash", "List what is kept for restoring, or remove what is old."),
    "verify": Row("verify", "Read the bytes again, and compare them with what is known."),
    "explain": Row("explain", "Show all that is known of one file, and what decides."),
    "doctor": Row("doctor", "Examine what endpoint, buckets and credentials can do."),
    "diff": Row("diff", "Say what changed between two states of a manifest."),
    "merge-driver": Row("merge_driver", "Merge manifests for git, path by path."),
    "schema": Row("schema", "Print the JSON schema of the manifest or of a document."),
    "serve": Row("serve", "Open the page in a browser; front ends use its API.", "web"),
    "sandbox": Row("sandbox", "Try everything on an S3 server of your own.", "sandbox"),
}


class _Commands(TyperGroup):
    """The commands by name; what stands for them until one runs is only their one line."""

    def __init__(self, **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]  # typer's own, passed through
        for name, row in COMMANDS.items():
            self.add_command(TyperCommand(name, short_help=row.says))

    def get_params(self, ctx: typer.Context) -> list[Any]:  # type: ignore[override]  # as below
        """The options of the program itself."""
        return taking_plain_values(super().get_params(ctx))

    def resolve_command(  # type: ignore[override]  # typer's own context type is private
        self, ctx: typer.Context, args: list[str]
    ) -> tuple[str | None, TyperCommand | None, list[str]]:
        """Find a command by name, and import it now."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, None if name is None or stub is None else load_command(name), rest


def load_command(name: str) -> TyperCommand:
    """Import a command. Raises ManifestSyncError where it needs an extra that is missing."""
    row = COMMANDS[name]
    try:
        module = import_module(f"manifest_sync.cli.{row.module}")
    except ModuleNotFoundError as error:
        if row.extra is None or (error.name or "").startswith("manifest_sync"):
            raise
        raise ManifestSyncError(
            f"“{name}” needs the package {error.name}, which is not installed; install it with: "
            f"pip install 'manifest-sync[{row.extra}]'"
        ) from error
    function = getattr(module, row.module)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    says = with_examples(inspect.getdoc(function) or "")
    alone.command(name, cls=Command, help=says, short_help=row.says)(function)
    command = typer.main.get_command(alone)
    assert isinstance(command, TyperCommand)  # noqa: S101 - typer makes one of a single function
    return command


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(VERSION_LINE)
        raise typer.Exit


_app = typer.Typer(
    cls=_Commands,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@_app.callback(invoke_without_command=True, help=with_examples(_HELP))
def _root(
    ctx: typer.Context,
    version: Annotated[  # noqa: ARG001 - its callback does the work
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_print_version, help="Print the version."
        ),
    ] = False,
) -> Exit:
    if ctx.invoked_subcommand is None:
        sys.stderr.write(ctx.get_help() + "\n")
        return Exit.USAGE
    return Exit.DONE


group = typer.main.get_command(_app)
"""The whole command line, as the documentation's generator reads it."""


def run(arguments: Sequence[str]) -> Exit:
    """Run a command line and return its exit status. Errors are told here, never raised."""
    try:
        status = group.main(list(arguments), PROGRAM, standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the one place where every error ends
        status = import_module("manifest_sync.cli.failures").tell(error, arguments)
    return Exit(status or Exit.DONE)
