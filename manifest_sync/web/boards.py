"""What the page shows of each style: the last look at it, what was chosen of it, its captions."""

import threading
from collections.abc import Iterator
from functools import lru_cache
from secrets import token_hex

from manifest_sync.core.content import Side
from manifest_sync.core.errors import StoreError
from manifest_sync.web.choosing import Choice, choose
from manifest_sync.web.opening import Opener, find_style
from manifest_sync.workspace.overview import Overview, Shown

MAX_CAPTION = 1 << 16
"""Bytes of a caption that are shown, and searched."""
_CHOICES = 4
"""Choices that are remembered: a page of cards is asked for after another of the same choice."""


class Board:
    """One look at one style."""

    def __init__(self, opener: Opener, overview: Overview) -> None:
        """Captions are read when they are first asked for."""
        self.id = token_hex(8)
        """Tells it from looks that saw anything else: pages of cards belong together that have the
        same."""
        self.overview = overview
        self.images = {image.path: image for image in overview.images}
        gone = {image.there.md5: image for image in overview.images if image.there}
        here = {image.here.md5: image for image in overview.images if image.here}
        self._by_md5 = gone | here
        self._opener = opener
        self._texts: dict[str, str] | None = None
        self.chosen = lru_cache(_CHOICES)(self._choose)
        """The images that a choice shows, in its order."""

    def image_of(self, md5: str) -> Shown | None:
        """The image of that content, local if it can be; None where there was none."""
        return self._by_md5.get(md5)

    def captions_of(self, path: str) -> tuple[Shown, ...]:
        """The captions of an image, on either side."""
        return self.overview.captions.get(path, ())

    def text_of(self, caption: Shown, side: Side) -> str | None:
        """A caption's text on one side; None where it has none, or is another now."""
        stamp = caption.stamp if side is Side.LOCAL else caption.stamp_there
        if stamp is None:
            return None
        try:
            with self._opener.opened() as workspace:
                pieces = workspace.pieces(self.overview.style, side, caption.path, stamp)
                return b"".join(pieces)[:MAX_CAPTION].decode(errors="replace")
        except StoreError:
            return None

    def _choose(self, choice: Choice) -> tuple[Shown, ...]:
        return choose(self.overview, choice, self._captions)

    def _captions(self) -> dict[str, str]:
        """The local captions' texts, by image, prepared for a search."""
        if self._texts is None:
            self._texts = dict(self._read())
        return self._texts

    def _read(self) -> Iterator[tuple[str, str]]:
        style = self.overview.style
        with self._opener.opened() as workspace:
            for image, captions in self.overview.captions.items():
                texts = []
                for caption in captions:
                    if caption.stamp is not None:
                        pieces = workspace.pieces(style, Side.LOCAL, caption.path, caption.stamp)
                        try:
                            texts.append(b"".join(pieces)[:MAX_CAPTION].decode(errors="replace"))
                        except StoreError:
                            continue
                yield image, "\n".join(texts).casefold()


class Boards:
    """The last look at each style. Safe to ask from several threads."""

    def __init__(self, opener: Opener) -> None:
        """Nothing was looked at yet."""
        self._opener = opener
        self._boards: dict[str, Board] = {}
        self._lock = threading.Lock()

    def look(self, style_id: str) -> Board:
        """Look now, and keep what was seen.

        Whoever sees what was seen last is given that board: somebody else may be at its pages.
        """
        with self._opener.opened() as workspace:
            overview = workspace.overview(find_style(workspace, style_id))
        with self._lock:
            last = self._boards.get(style_id)
            if last is not None and last.overview == overview:
                return last
            board = self._boards[style_id] = Board(self._opener, overview)
        return board

    def last(self, style_id: str) -> Board:
        """What was seen last; looks where nothing was seen yet."""
        with self._lock:
            board = self._boards.get(style_id)
        return board or self.look(style_id)
