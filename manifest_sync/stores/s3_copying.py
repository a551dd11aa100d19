"""Copying many objects within a bucket to where nothing is, by obstore."""

from collections.abc import Iterator, Sequence

import msgspec
import obstore

from manifest_sync.core.errors import StoreError, Transient
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp
from manifest_sync.stores.base import Request, Written
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_conditions import condition
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_looking import S3Looking, Seen
from manifest_sync.stores.s3_objects import check_size
from manifest_sync.stores.s3_together import ask_together


class KeyCopy(msgspec.Struct, frozen=True):
    """A copy that is to be made, by keys."""

    source: str
    stamp: ObjectStamp
    key: str


class S3Copying(msgspec.Struct, frozen=True):
    """Copies objects of one prefix, metadata and all.

    obstore neither names the state in which a source is to be read nor tells what was written. So
    the sources are looked at before, and what is at the keys afterwards is compared with them.
    """

    looking: S3Looking

    def copy(self, copies: Sequence[KeyCopy], at_a_time: int) -> Iterator[Written | StoreError]:
        """Copy objects to keys where nothing is."""
        objects = self.looking.objects
        sources = self.looking.at([copy.source for copy in copies], at_a_time)

        def look(copy: KeyCopy) -> ObjectStamp:
            now = self.looking.require(sources, copy.source, copy.stamp)
            check_size(copy.source, now)
            return now

        looked = [*each(copies, look)]
        ready = [copy for copy, now in zip(copies, looked, strict=True) if _is_there(now)]
        answers = self._ask(ready, at_a_time)
        made = [copy.key for copy in ready if answers[copy.key] is None]
        targets = self.looking.at(made, at_a_time)

        def heard(pair: tuple[KeyCopy, ObjectStamp | StoreError]) -> Written:
            copy, now = pair
            if isinstance(now, StoreError):
                raise now
            if (error := answers[copy.key]) is not None:
                what = f"copy {copy.source} to {copy.key}"
                conditions: dict[str, Stamp] = {copy.source: now, copy.key: ABSENT}
                with doubting(objects, conditions), objects.connection.doing(what):
                    raise error
            return Written(self._confirmed(copy, now, targets))

        return each(zip(copies, looked, strict=True), heard)

    def _ask(self, copies: Sequence[KeyCopy], at_a_time: int) -> dict[str, Exception | None]:
        """What went wrong with each key, or None."""
        if not copies:
            return {}
        connection = self.looking.objects.connection
        overwrite = not condition(connection.abilities.copy, ABSENT)

        def ask(copy: KeyCopy) -> None:
            obstore.copy(self.looking.bulk, copy.source, copy.key, overwrite=overwrite)

        self.looking.objects.on_request(Request.COPY, len(copies))
        answers = ask_together(copies, ask, at_a_time)
        return dict(zip((copy.key for copy in copies), answers, strict=True))

    def _confirmed(self, copy: KeyCopy, source: ObjectStamp, targets: Seen) -> ObjectStamp:
        """The state of a copy; Corrupted where it is not what was to be copied."""
        seen = targets[copy.key]
        if not isinstance(seen, ObjectStamp):
            raise Transient(f"{copy.key} could not be looked at when it was copied")
        if (seen.size, seen.etag) == (source.size, source.etag):
            return seen
        etag = self.looking.objects.confirmed(copy.key, "", source.etag, source.size)
        return ObjectStamp(source.size, etag, seen.version_id if seen.etag == etag else None)


def _is_there(now: ObjectStamp | StoreError) -> bool:
    return isinstance(now, ObjectStamp)
