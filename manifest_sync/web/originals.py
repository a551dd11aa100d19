"""The bytes of an image, to make a small one of: from the folder, or else from S3."""

import hashlib
import threading

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.stamps import Present
from manifest_sync.web.opening import Opener
from manifest_sync.web.shrinking import MAX_BYTES
from manifest_sync.workspace.overview import Overview, Shown

MAX_BYTES_THERE = 16 << 20
"""Of an object that is fetched to be looked at; a larger one is shown as a placeholder."""
_AT_A_TIME = 2
"""Objects that are fetched at the same time: looking must not be in the way of syncing."""


class Originals:
    """Safe to ask from several threads."""

    def __init__(self, opener: Opener) -> None:
        """Nothing is opened before something is read."""
        self._opener = opener
        self._turn = threading.BoundedSemaphore(_AT_A_TIME)

    def read(self, overview: Overview, image: Shown, md5: str) -> bytes:
        """What has that content of an image's two sides.

        Raises StoreError where that is another by now, or too large to be shown.
        """
        if image.here is not None and image.here.md5 == md5 and image.stamp is not None:
            return self._all(overview, Side.LOCAL, image.path, image.stamp, MAX_BYTES)
        if image.there is None or image.there.md5 != md5 or image.stamp_there is None:
            raise Moved("That content is on neither side.")
        with self._turn:
            data = self._all(overview, Side.S3, image.path, image.stamp_there, MAX_BYTES_THERE)
        # Small images are kept by content: what an object says of itself is looked into first.
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
            raise Moved("The object is not what its MD5 says.")
        return data

    def _all(self, overview: Overview, side: Side, path: str, stamp: Present, most: int) -> bytes:
        if stamp.size > most:
            raise StoreError("The image is too large to be shown.")
        with self._opener.opened() as workspace:
            return b"".join(workspace.pieces(overview.style, side, path, stamp))
