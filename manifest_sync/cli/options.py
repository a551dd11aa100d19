"""The arguments and options that several commands have, each described once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.pairs import OPTION
from manifest_sync.core.scope import Role


class Only(StrEnum):
    """What `--only` takes."""

    IMAGES = "images"
    CAPTIONS = "captions"

    @property
    def role(self) -> Role:
        """The kind of file it names."""
        return Role.IMAGE if self is Only.IMAGES else Role.CAPTION


StyleNames = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="STYLE",
        help="Styles by id or by folder; all of the workspace where none is named.",
        autocompletion=complete_styles,
        show_default=False,
    ),
]

All = Annotated[
    bool,
    typer.Option("--all", help="List every file; a terminal shows the first 50 of each kind."),
]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Go ahead without asking.")]

DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show the plan, and stop before anything is done.")
]


class Choices(msgspec.Struct, frozen=True):
    """What a plan is allowed to do, and to which files."""

    delete: Annotated[
        bool,
        typer.Option(
            "--delete", help="Sync deletes: also delete what the other side no longer has."
        ),
    ] = False
    overwrite: Annotated[
        bool,
        typer.Option(
            "--overwrite",
            help="Where both sides changed a file, the side that is synced from wins.",
        ),
    ] = False
    take: Annotated[
        list[str] | None,
        typer.Option(
            OPTION,
            metavar="local|s3 PATH",
            help="Decide one file: take it as it is in the folder, or as it is on S3. Repeatable.",
            show_default=False,
        ),
    ] = None
    only: Annotated[
        Only | None,
        typer.Option("--only", help="Sync only these, and leave all other files as they are."),
    ] = None
    max_delete: Annotated[
        str | None,
        typer.Option(
            "--max-delete",
            metavar="N|P%",
            help="Refuse to delete more files of a style than this, in files or in percent.  "
            "[default: more than 10 files and more than 50%]",
            show_default=False,
        ),
    ] = None
    allow_empty: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-empty",
            metavar="STYLE",
            help="Let every file of this style be deleted from a side. Repeatable.",
            show_default=False,
        ),
    ] = None
    allow_unrelated: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-unrelated",
            metavar="STYLE",
            help="Let a first sync delete where folder and S3 have no file in common. Repeatable.",
            show_default=False,
        ),
    ] = None
    allow_rewrite: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-rewrite",
            metavar="STYLE",
            help="Let every file of this style be replaced by one of the same size. Repeatable.",
            show_default=False,
        ),
    ] = None


class Common(msgspec.Struct, frozen=True):
    """What every command that works on a workspace takes."""

    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")
    ] = False
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No progress, and only what needs attention.")
    ] = False
    workspace: Annotated[
        Path | None,
        typer.Option(
            "--workspace",
            metavar="DIR",
            help="The workspace's folder, where it is not the one around the current folder.",
        ),
    ] = None


class Connection(msgspec.Struct, frozen=True):
    """How S3 is reached. What is not given comes from the configuration and the AWS chain."""

    profile: Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="The AWS profile.")
    ] = None
    region: Annotated[
        str | None, typer.Option("--region", metavar="NAME", help="The bucket's region.")
    ] = None
    endpoint_url: Annotated[
        str | None,
        typer.Option("--endpoint-url", metavar="URL", help="An S3 server other than AWS."),
    ] = None
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            metavar="N",
            help="Transfers at a time; by default 32, and up to 256 where S3 is far away.",
        ),
    ] = None


class Locking(msgspec.Struct, frozen=True):
    """How long to wait for another run."""

    lock_timeout: Annotated[
        float,
        typer.Option(
            "--lock-timeout",
            metavar="SECONDS",
            min=0,
            help="Wait so long for another run in this workspace to end.",
            show_default=False,
        ),
    ] = 0.0
