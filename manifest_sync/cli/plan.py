"""`manifest-sync plan`."""

from pathlib import Path
from typing import Annotated

import typer

from manifest_sync.cli.command import command
from manifest_sync.cli.documents import failures
from manifest_sync.cli.options import All, Choices, Common, Connection, StyleNames
from manifest_sync.cli.planning import planner
from manifest_sync.cli.session import session, statuses_of
from manifest_sync.cli.sync import show_plans
from manifest_sync.core.content import Side
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.core.exits import Exit, worst
from manifest_sync.core.paths import shown
from manifest_sync.core.reconcile import Verb
from manifest_sync.formats.plan_json import plan_document, render_plan
from manifest_sync.workspace.manifest_file import replace_file


@command
def plan(
    styles: StyleNames = None,
    *,
    to: Annotated[
        Side, typer.Option("--to", help="The side that is to become what the manifest says.")
    ],
    choices: Choices,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Save the plan, for “apply FILE”."),
    ] = None,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit 2 where there is something to do.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option(
            " /--no-refresh",
            help="Ask nothing of S3: go by what it held after the last push or pull from here.",
        ),
    ] = True,
    everything: All = False,
    common: Common,
    connection: Connection,
) -> Exit:
    """Show what apply would do to make one side equal the manifest. Changes nothing.

    What counts is the manifest, also where the folder differs from it; the plan says where
    “record” would bring it up to date. Exit 6 where conflicts need a choice. With --no-refresh
    a small change to a huge style is planned without listing S3; what has moved there meanwhile is
    found out when the plan is applied, reported, and not touched.

        manifest-sync plan 16 --to s3                what would be done on S3
        manifest-sync plan --to s3 --out today.plan  save it ...
        manifest-sync apply today.plan               ... and carry it out later
    """
    with session(common, connection, everything=everything) as opened:
        chosen = opened.styles(styles)
        work = planner(opened, chosen.styles, Verb.APPLY, to, choices, refresh=refresh)
        planned, failed = opened.each(chosen, work, lists_s3=refresh)
        plans = [each.plan for each in planned]
        show_plans(opened, plans)
        opened.screen.document(plan_document(plans, failures(failed)))
        if out is not None:
            if failed:
                raise ManifestSyncError(f"{shown(str(out))} was not written: a style has no plan.")
            replace_file(out, render_plan(plans))
            opened.screen.tell(f"Saved to {shown(str(out))}; “manifest-sync apply” carries it out.")
    statuses = statuses_of(failed)
    if any(each.conflicts for each in plans):
        statuses.append(Exit.CONFLICTS)
    if detailed_exitcode and any(each.changes for each in plans):
        statuses.append(Exit.CHANGES)
    return worst(statuses)
