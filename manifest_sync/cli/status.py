"""`manifest-sync status`."""

from manifest_sync.cli.command import command
from manifest_sync.cli.documents import status_document
from manifest_sync.cli.options import All, Common, Connection, StyleNames
from manifest_sync.cli.session import session, statuses_of
from manifest_sync.cli.text_status import status_lines
from manifest_sync.core.exits import Exit, worst


@command
def status(
    styles: StyleNames = None,
    *,
    everything: All = False,
    common: Common,
    connection: Connection,
) -> Exit:
    """Show how folder, manifest and S3 stand, and what to run next.

    Also shows images without a caption, captions without an image, and captions that a trainer
    would stumble over. Changes nothing.

        manifest-sync status     every style of the workspace
        manifest-sync status 16  one style
    """
    with session(common, connection, everything=everything) as opened:
        chosen = opened.styles(styles)
        stands, failed = opened.each(chosen, opened.workspace.status, lists_s3=True)
        screen = opened.screen
        if not screen.as_json:
            for each in stands:
                screen.show(*status_lines(each, screen.limit))
        screen.document(status_document(stands, failed))
    return worst(statuses_of(failed))
