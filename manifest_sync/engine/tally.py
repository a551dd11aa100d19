"""Counting what a run costs, from any thread."""

import threading
import time

from manifest_sync.core.statistics import REQUEST_KINDS, Cost
from manifest_sync.stores.base import Request


class Tally:
    """Requests by kind, MD5 computations, repeated tries, and the time since it was made."""

    def __init__(self) -> None:
        """Start the clock."""
        self._lock = threading.Lock()
        self._requests = dict.fromkeys(REQUEST_KINDS, 0)
        self._hashed = 0
        self._retries = 0
        self._began = time.monotonic()

    def request(self, kind: Request, count: int = 1) -> None:
        """Count requests that were just issued."""
        with self._lock:
            self._requests[kind.value] += count

    def hashed(self, count: int = 1) -> None:
        """Count MD5 computations."""
        with self._lock:
            self._hashed += count

    def tried_again(self) -> None:
        """Count one try that failed and is repeated."""
        with self._lock:
            self._retries += 1

    def cost(self) -> Cost:
        """The figures so far."""
        with self._lock:
            seconds = round(time.monotonic() - self._began, 3)
            return Cost(self._hashed, seconds, dict(self._requests), self._retries)
