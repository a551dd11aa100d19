"""`manifest-sync push`."""

from manifest_sync.cli.command import command
from manifest_sync.cli.options import (
    All,
    Choices,
    Common,
    Connection,
    DryRun,
    Locking,
    StyleNames,
    Yes,
)
from manifest_sync.cli.planning import run_directed
from manifest_sync.cli.session import session
from manifest_sync.cli.sync import Consent
from manifest_sync.core.content import Side
from manifest_sync.core.exits import Exit
from manifest_sync.core.reconcile import Verb


@command
def push(
    styles: StyleNames = None,
    *,
    choices: Choices,
    dry_run: DryRun = False,
    yes: Yes = False,
    everything: All = False,
    common: Common,
    connection: Connection,
    locking: Locking,
) -> Exit:
    """Sync to S3: make S3 hold what the folder holds, and bring the manifest up to date.

    The plan is shown first, and nothing is done before you agree. Without --delete no object is
    deleted. A file that changed both here and on S3 is a conflict and is left alone (exit 6).

        manifest-sync push               every style of the workspace
        manifest-sync push 16 --dry-run  show what would be done, and stop
        manifest-sync push 16 --delete   also delete from S3 what was deleted here
    """
    with session(common, connection, everything=everything) as opened:
        consent = Consent(yes=yes, dry_run=dry_run)
        return run_directed(
            opened, styles, Verb.PUSH, Side.S3, choices=choices, consent=consent, locking=locking
        )
