"""Small images for the page: made by few processes, kept on disk by the content they show."""

import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, ProcessPoolExecutor
from contextlib import suppress
from enum import IntEnum
from multiprocessing import get_context
from pathlib import Path
from secrets import token_hex

from manifest_sync.web.shrinking import begin, shrink_in_time

_PROCESSES = 2
_TURNS = 200
"""Images that a process makes before a new one takes its place: decoders leak."""


class Edge(IntEnum):
    """How large an image is shown, in pixels of its longer side."""

    CARD = 384
    WHOLE = 2048


class Thumbnails:
    """The small images of one workspace. Safe to ask from several threads."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when needed, and may be deleted at any time."""
        self._folder = folder
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._is_closed = False

    def of(self, md5: str, edge: Edge, read: Callable[[], bytes]) -> bytes | None:
        """The small image of that content, which `read` reads; None where it is no image.

        Raises CancelledError where this was closed meanwhile: then nothing is known of it.
        """
        kept = self._place(md5, edge)
        with suppress(OSError):
            return kept.read_bytes() or None
        made = self._make(read(), edge)
        with suppress(OSError):
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_name(f".{token_hex(8)}.part")
            # What is no image is remembered as an empty file.
            part.write_bytes(made or b"")
            part.replace(kept)
        return made

    def kept(self, md5: str, edge: Edge) -> bytes | None:
        """The small image of content that is not at hand any more, where one was made before."""
        with suppress(OSError):
            return self._place(md5, edge).read_bytes() or None
        return None

    def _place(self, md5: str, edge: Edge) -> Path:
        return self._folder / md5[:2] / f"{md5}-{edge}.webp"

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._is_closed = True
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _make(self, data: bytes, edge: Edge) -> bytes | None:
        """One image. A process that dies of it takes others' work along, which is tried again."""
        for _ in range(2):
            pool = self._processes()
            try:
                return pool.submit(shrink_in_time, data, edge).result()
            except BrokenExecutor:
                with self._lock:
                    if self._pool is pool:
                        self._pool = None
            except RuntimeError as error:  # it was shut down before it had the work
                raise CancelledError from error
        return None

    def _processes(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._is_closed:
                raise CancelledError
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    _PROCESSES,
                    mp_context=get_context("spawn"),
                    initializer=begin,
                    max_tasks_per_child=_TURNS,
                )
            return self._pool
