"""`manifest-sync pull`."""

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
def pull(
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
    """Sync from S3: make the folder hold what S3 holds, and bring the manifest up to date.

    The plan is shown first, and nothing is done before you agree. Without --delete no file is
    deleted. Files that are replaced or deleted are kept in .manifest-sync/trash. A file that
    changed both here and on S3 is a conflict and is left alone (exit 6).

        manifest-sync pull               every style of the workspace
        manifest-sync pull 16 --dry-run  show what would be done, and stop
        manifest-sync pull 16 --delete   also delete here what S3 no longer has
    """
    with session(common, connection, everything=everything) as opened:
        consent = Consent(yes=yes, dry_run=dry_run)
        return run_directed(
            opened, styles, Verb.PULL, Side.LOCAL, choices=choices, consent=consent, locking=locking
        )
