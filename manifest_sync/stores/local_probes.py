"""What a file system is like, found out beside the trash: nothing is written into a style."""

import os
import tempfile
import time
import unicodedata
from pathlib import Path

_PROBE = "ms-probe-\u00e9"
"""Lower case and composed: a file system that folds names also finds it otherwise."""


def folds_names(place: Path) -> bool:
    """Whether names that differ in case or Unicode composition are one to the file system.

    False where it cannot be found out. The file that tells stays there, so that runs at the same
    time cannot take it from one another, and a killed one leaves nothing else behind.
    """
    variants = (_PROBE.upper(), unicodedata.normalize("NFD", _PROBE))
    try:
        place.mkdir(parents=True, exist_ok=True)
        (place / _PROBE).touch()
        return any((place / variant).exists() for variant in variants)
    except OSError:
        return False


def now_ns(place: Path) -> int:
    """The clock that file times at this place are taken from, in nanoseconds since 1970.

    It lags this machine's clock by some milliseconds, and on a network file system it is
    another machine's (s3.md §5.2). Where no file can be made it is this machine's.
    """
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"now")
            file.flush()
            return os.fstat(file.fileno()).st_mtime_ns
    except OSError:
        return time.time_ns()
