"""Replacing many small objects, where nothing can be lost by looking at all of them first."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from manifest_sync.core.errors import NotBegun, StoreError
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores.base import Limits, Written
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_address import S3Place
from manifest_sync.stores.s3_connection import S3Connection
from manifest_sync.stores.s3_copying import KeyCopy, S3Copying
from manifest_sync.stores.s3_looking import S3Looking
from manifest_sync.stores.s3_small import KeyWrite, S3Small


def replaces_together(connection: S3Connection) -> bool:
    """Whether many objects may be looked at, and then replaced, without more risk than one by one.

    The time in between grows with their number. So either S3 minds the condition of the write, or
    what somebody wrote meanwhile stays behind as a version.
    """
    return connection.abilities.put.update is not None or connection.is_versioned


class S3Replacing(msgspec.Struct, frozen=True):
    """Replaces objects of one prefix, by key."""

    small: S3Small
    looking: S3Looking
    keep_under: str

    def replace(
        self, files: Sequence[tuple[KeyWrite, ObjectStamp]], limits: Limits
    ) -> Iterator[Written | StoreError]:
        """Replace objects that are in the given states, and whose bytes are kept before."""
        seen = self.looking.at([file.key for file, _ in files], limits)
        looked = each(files, lambda pair: self.looking.require(seen, pair[0].key, pair[1]))
        found = {file.key: now for (file, _), now in zip(files, looked, strict=True)}
        kept = self._keep(
            {key: now for key, now in found.items() if isinstance(now, ObjectStamp)}, limits
        )
        ready = [
            msgspec.structs.replace(file, kept_at=kept_at)
            for file, _ in files
            if not isinstance(kept_at := kept.get(file.key, _NOT_KEPT), StoreError)
        ]
        written = dict(
            zip((file.key for file in ready), self.small.write(ready, limits), strict=True)
        )
        for file, _ in files:
            now = found[file.key]
            yield now if isinstance(now, StoreError) else written.get(file.key, _NOT_KEPT)

    def _keep(
        self, leaving: Mapping[str, ObjectStamp], limits: Limits
    ) -> dict[str, str | StoreError | None]:
        """Where the bytes of each key will be; None where the trash is off."""
        objects = self.looking.objects
        connection = objects.connection
        if connection.is_versioned or not connection.settings.keeps:
            kept = each(leaving.items(), lambda pair: objects.keep(*pair, self.keep_under))
            return dict(zip(leaving, kept, strict=True))
        copies = [
            KeyCopy(key, now, objects.trash_key(key, self.keep_under))
            for key, now in leaving.items()
        ]
        made = S3Copying(self.looking).copy(copies, limits, {**leaving})
        return {
            copy.source: str(S3Place(connection.bucket, copy.key))
            if isinstance(result, Written)
            else _NOT_KEPT
            for copy, result in zip(copies, made, strict=True)
        }


_NOT_KEPT = NotBegun("not begun, because what is there could not be kept together with others")
"""Tried again by itself, it tells what is the matter."""
