"""Uploads in parts: written down while they are under way, and given up after a killed run."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from manifest_sync.core.errors import StoreError
from manifest_sync.core.events import OnEvent, Warned
from manifest_sync.core.sentences import sentence
from manifest_sync.state import uploads
from manifest_sync.state.uploads import Upload
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_multipart import give_up


class UploadBook(msgspec.Struct, frozen=True):
    """Where the connection to a bucket notes its uploads, from any thread."""

    connection: S3Connection
    state_path: Path
    when: Callable[[], str]

    def begun(self, key: str, upload: str) -> None:
        """S3 has given an upload its id; no part of it was sent yet."""
        uploads.note(self.state_path, self._of(key, upload), self.when())

    def ended(self, key: str, upload: str) -> None:
        """The object shows, or nothing is left of it."""
        uploads.forget(self.state_path, self._of(key, upload))

    def _of(self, key: str, upload: str) -> Upload:
        return Upload(self.connection.endpoint, self.connection.bucket, key, upload)


def give_up_cut_off(state: sqlite3.Connection, connection: S3Connection, tell: OnEvent) -> None:
    """Abort the uploads to a bucket that killed runs of this workspace had begun, and no others.

    Only for who holds the workspace's lock: those of a run that is at work look the same.
    """
    for upload in uploads.under_way(state, connection.endpoint, connection.bucket):
        try:
            give_up(connection, upload.key, upload.id)
        except StoreError as error:
            tell(Warned(f"An upload that was cut off could not be given up: {sentence(error)}"))
