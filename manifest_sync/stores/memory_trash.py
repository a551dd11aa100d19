"""The trash of a store in memory, looked into."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import msgspec

from manifest_sync.core.errors import Moved
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Present, Stamp, agree
from manifest_sync.stores.base import Earlier, KeptFile, Reading
from manifest_sync.stores.bodies import content_of


class KeptState(msgspec.Struct, frozen=True):
    """What is known of kept bytes."""

    stamp: Present
    """Of the file when it was kept."""
    modified_ns: int
    notes: Mapping[str, str]


class MemoryTrash(msgspec.Struct, frozen=True):
    """Kept bytes and their states, by `kept_at`."""

    kept: dict[str, bytes]
    states: dict[str, KeptState]

    def stat(self, kept_at: str) -> Stamp:
        """The state in which they were kept."""
        return self.states[kept_at].stamp if kept_at in self.kept else ABSENT

    @contextmanager
    def read(self, kept_at: str, stamp: Present) -> Iterator[Reading]:
        """The bytes at once."""
        if not agree(stamp, self.stat(kept_at)):
            raise Moved(f"{kept_at} is gone, or has changed")
        state = self.states[kept_at]
        yield Reading(stamp, iter((self.kept[kept_at],)), state.modified_ns, state.notes)

    def ask_md5(self, kept_at: str, stamp: Present) -> str | None:
        """As of the bytes: whatever came through a store has its MD5 beside it on S3."""
        if not isinstance(stamp, ObjectStamp) or not agree(stamp, self.stat(kept_at)):
            return None
        return content_of(self.kept[kept_at]).md5

    def earlier(self, paths: Collection[str]) -> Iterator[Earlier]:
        """Every state that was kept of an object."""
        for kept_at, state in list(self.states.items()):
            path = kept_at.partition("/")[2].rpartition("#")[0]
            if path in paths and kept_at in self.kept and isinstance(state.stamp, ObjectStamp):
                yield Earlier(path, kept_at, state.stamp)

    def list(self, lineage: str) -> Iterator[KeptFile]:
        """Everything under the lineage's names."""
        for kept_at, data in list(self.kept.items()):
            if kept_at.startswith(f"memory:{lineage}-"):
                yield KeptFile(kept_at, len(data))

    def drop(self, kept_at: str) -> None:
        """Forget them."""
        self.kept.pop(kept_at, None)
