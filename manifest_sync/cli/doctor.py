"""`manifest-sync doctor`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.completion import complete_styles
from manifest_sync.cli.options import Common, Connection
from manifest_sync.cli.screen import Screen
from manifest_sync.cli.session import flags_of, session
from manifest_sync.cli.text_doctor import doctor_lines, finding_lines
from manifest_sync.core.diagnosis import Diagnosis, Finding, findings, is_usable, workspace_findings
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.exits import Exit
from manifest_sync.core.policy import smallest_policy
from manifest_sync.formats.document_doctor import BucketExamined, DoctorDocument
from manifest_sync.workspace.examining import examine_remotes
from manifest_sync.workspace.initialising import read_remote


@command
def doctor(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="STYLE|s3://…",
            help="Styles by id or by folder, or places on S3; all styles of the workspace where "
            "none is named.",
            autocompletion=complete_styles,
            show_default=False,
        ),
    ] = None,
    *,
    common: Common,
    connection: Connection,
) -> Exit:
    """Examine what the endpoint, the buckets and the credentials can do.

    Tells who asks whom, what is permitted, what the endpoint enforces, and what that means for
    pushes and for undoing them. Everything is tried out anew, below the trash prefix; nothing
    stays there. No secret is shown. Exit status: 0 where all can be used, 1 where not.

        manifest-sync doctor              the buckets of every style
        manifest-sync doctor 16           the bucket of one style
        manifest-sync doctor s3://b/16/   a place on S3, before there is a style or a workspace
    """
    named = places or []
    remotes = [read_remote(name) for name in named if name.startswith("s3://")]
    if remotes and len(remotes) < len(named):
        raise UsageProblem("Name either styles or places on S3.")
    if remotes:
        start = common.workspace or Path.cwd()
        flags = flags_of(connection)
        found = examine_remotes(start, remotes, environ=os.environ, flags=flags)
        return _tell(Screen(as_json=common.as_json, quiet=common.quiet), found)
    with session(common, connection) as opened:
        chosen = opened.styles(named).sound()
        with opened.progress.shown():
            found = opened.workspace.examine(chosen)
        about = workspace_findings(opened.workspace.network_file_system)
        return _tell(opened.screen, found, about)


def _tell(screen: Screen, found: list[Diagnosis], workspace: tuple[Finding, ...] = ()) -> Exit:
    examined = tuple(_examined(each) for each in found)
    usable = all(each.usable for each in examined)
    if not screen.as_json:
        screen.show(*finding_lines(workspace))
        for each in examined:
            screen.show(*doctor_lines(each))
    screen.document(DoctorDocument("manifest-sync/doctor", 1, usable, examined, workspace))
    return Exit.DONE if usable else Exit.ERROR


def _examined(diagnosis: Diagnosis) -> BucketExamined:
    found, abilities = findings(diagnosis), diagnosis.abilities
    prefixes = [place.prefix for place in diagnosis.places]
    return BucketExamined(
        bucket=diagnosis.bucket,
        usable=is_usable(found),
        identity=diagnosis.identity,
        places=diagnosis.places,
        abilities=abilities,
        unguarded=abilities.unguarded if abilities is not None else None,
        findings=found,
        policy=smallest_policy(diagnosis.bucket, prefixes, diagnosis.trash_prefix)
        if diagnosis.lacks_permissions
        else None,
    )
