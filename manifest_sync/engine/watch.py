"""What every step of a run is given besides its work: whom to tell, what to count, how hard."""

from collections.abc import Callable

import msgspec

from manifest_sync.core.events import OnEvent, ignore_events
from manifest_sync.engine.pace import Pace
from manifest_sync.engine.tally import Tally


class Watch(msgspec.Struct, frozen=True):
    """One style's run, as seen from outside."""

    style: str
    tally: Tally
    tell: OnEvent = ignore_events
    stopped: Callable[[], bool] = lambda: False
    """Whether Ctrl-C was pressed: nothing new is begun, what is in flight is finished."""
    jobs: int = 32
    """Transfers at a time."""
    hash_threads: int = 4
    """Files read at a time; MD5 releases the GIL only for buffers above 2 KB."""
    pace: Pace = msgspec.field(default_factory=Pace)
    """Which of the transfers may go on."""
