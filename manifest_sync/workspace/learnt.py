"""What the answers of a bucket taught on the way, remembered with the workspace."""

import sqlite3
from contextlib import suppress

from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.state.facts import forget, recall, remember
from manifest_sync.stores.s3_connection import S3Connection


def recall_learnt(state: sqlite3.Connection, connection: S3Connection) -> None:
    """Let a connection know what former runs learnt: whether the bucket's ETags are MD5s."""
    known = recall(state, _etags(connection), bool)
    if known is not None:
        connection.hear_of_etags(are_md5=known)


def keep_learnt(state: sqlite3.Connection, connection: S3Connection) -> None:
    """Keep what a connection has learnt, and forget what its answers contradicted.

    What cannot be kept is found out again.
    """
    learnt = connection.etags_are_md5
    with suppress(ManifestSyncError):
        if learnt is not None and recall(state, _etags(connection), bool) is not learnt:
            remember(state, _etags(connection), learnt)
        if connection.contradicted:
            forget(state, abilities_of(connection))


def abilities_of(connection: S3Connection) -> str:
    """The name of the fact what an endpoint enforces in a bucket."""
    return f"abilities of {connection.endpoint}/{connection.bucket}"


def _etags(connection: S3Connection) -> str:
    return f"etags of {connection.endpoint}/{connection.bucket}"
