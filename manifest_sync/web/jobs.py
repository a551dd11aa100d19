"""Long work: one job at a time, on a thread of its own, whoever waits for it or goes away."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from manifest_sync.core.errors import Interrupted, Locked
from manifest_sync.core.events import Event
from manifest_sync.web.failures import told
from manifest_sync.web.progress import Gauge

_Result = TypeVar("_Result")
_REMEMBERED = 50
"""Jobs that can still be asked about after they have ended."""


class Job(Generic[_Result]):
    """A run that was begun. Safe to ask from any thread."""

    def __init__(
        self,
        command: str,
        style: str,
        work: "Callable[[Job[_Result]], _Result]",
        say: Callable[[_Result], str],
    ) -> None:
        """`work` is given the job: its `tell` and `stopped` are a workspace's.

        `say` puts what came of it into a sentence.
        """
        self.id = secrets.token_hex(8)
        self.command = command
        self.style = style
        self.gauge = Gauge(time.monotonic)
        self._work = work
        self._say = say
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._result: _Result | None = None
        self._error: Exception | None = None

    def run(self) -> None:
        """Do the work, and keep what came of it."""
        try:
            self._result = self._work(self)
        except Exception as error:  # noqa: BLE001 - raised again for each who waits
            self._error = error
        finally:
            self._ended.set()

    def tell(self, event: Event) -> None:
        """Take note of what the run says of itself."""
        self.gauge.tell(event)

    def stop(self) -> None:
        """End it in good order: what is in flight is finished, nothing new is begun."""
        self._stop.set()

    def stopped(self) -> bool:
        """Whether it is to end."""
        return self._stop.is_set()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is done."""
        return self._ended.is_set()

    def wait(self) -> _Result:
        """What came of it, when it has ended; its error is raised."""
        self._ended.wait()
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise Interrupted("The run was ended before it came to anything.")
        return self._result

    def ending(self) -> tuple[bool, str] | None:
        """Whether it went well, and a sentence about it; None while it has not ended."""
        if not self.has_ended:
            return None
        try:
            return True, self._say(self.wait())
        except Exception as error:  # noqa: BLE001 - told, as it is told to who waits
            return False, str(told(error).body["message"])


class Jobs:
    """The jobs of one server."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job[object]] = OrderedDict()
        self._closed = False

    def begin(
        self,
        command: str,
        style: str,
        work: Callable[[Job[_Result]], _Result],
        say: Callable[[_Result], str] = lambda _: "Done.",
    ) -> Job[_Result]:
        """Begin a job. Raises Locked while another one runs, or the server is ending."""
        job = Job(command, style, work, say)
        with self._lock:
            running = self._running()
            if self._closed:
                raise Locked("The server is ending; nothing new is begun.")
            if running is not None:
                raise Locked(
                    f"“{running.command}” of style “{running.style}” is running; wait for it."
                )
            self._jobs[job.id] = job  # type: ignore[assignment]  # nobody puts results into it
            while len(self._jobs) > _REMEMBERED:
                self._jobs.popitem(last=False)
            # Not a daemon: a run ends in good order before the process does.
            threading.Thread(target=job.run, name=f"{command} {style}").start()
        return job

    def close(self) -> None:
        """Begin no more, and end the one that runs in good order."""
        with self._lock:
            self._closed = True
            running = self._running()
        if running is not None:
            running.stop()

    @property
    def is_closed(self) -> bool:
        """Whether the server is ending."""
        return self._closed

    def last(self) -> Job[object] | None:
        """The job that was begun last."""
        with self._lock:
            return next(reversed(self._jobs.values()), None)

    def stop(self, job_id: str) -> None:
        """End a job in good order, if it still runs."""
        with self._lock:
            job = self._jobs.get(job_id)
        if job is not None:
            job.stop()

    def _running(self) -> Job[object] | None:
        return next((job for job in self._jobs.values() if not job.has_ended), None)
