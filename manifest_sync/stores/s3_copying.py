"""Copying many objects within a bucket to where nothing is, by obstore."""

from collections.abc import Iterator, Sequence

import msgspec
import obstore

from manifest_sync.core.errors import StoreError, Transient
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp
from manifest_sync.stores.base import Limits, Request, Written
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_conditions import condition
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_looking import S3Looking, Seen
from manifest_sync.stores.s3_objects import check_size
from manifest_sync.stores.s3_together import ask_together, begun


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

    def copy(
        self, copies: Sequence[KeyCopy], limits: Limits, seen: Seen | None = None
    ) -> Iterator[Written | StoreError]:
        """Copy objects to keys where nothing is; `seen` is what is at the sources, where known."""
        objects = self.looking.objects
        sources = seen or self.looking.at([copy.source for copy in copies], limits)

        def look(copy: KeyCopy) -> ObjectStamp:
            now = self.looking.require(sources, copy.source, copy.stamp)
            check_size(copy.source, now)
            return now

        looked = [*each(copies, look)]
        ready = [
            (copy, now)
            for copy, now in zip(copies, looked, strict=True)
            if isinstance(now, ObjectStamp)
        ]
        answers = self._ask([copy for copy, _ in ready], limits)
        # What was copied is looked at even if it is to stop: it is not to pass for not begun.
        to_the_end = Limits(limits.at_a_time)
        made = self._confirmed([each for each in ready if answers[each[0].key] is None], to_the_end)

        def heard(pair: tuple[KeyCopy, ObjectStamp | StoreError]) -> Written:
            copy, now = pair
            if isinstance(now, StoreError):
                raise now
            if (error := answers[copy.key]) is not None:
                what = f"copy {copy.source} to {copy.key}"
                conditions: dict[str, Stamp] = {copy.source: now, copy.key: ABSENT}
                with doubting(objects, conditions), objects.connection.doing(what):
                    raise error
            stamp = made[copy.key]
            if isinstance(stamp, Exception):
                raise stamp
            return Written(stamp)

        return each(zip(copies, looked, strict=True), heard)

    def _ask(self, copies: Sequence[KeyCopy], limits: Limits) -> dict[str, Exception | None]:
        """What went wrong with each key, or None."""
        connection = self.looking.objects.connection
        overwrite = not condition(connection.abilities.copy, ABSENT)

        def ask(copy: KeyCopy) -> None:
            obstore.copy(self.looking.bulk, copy.source, copy.key, overwrite=overwrite)

        answers = ask_together(copies, ask, limits)
        self.looking.objects.on_request(Request.COPY, begun(answers))
        return dict(zip((copy.key for copy in copies), answers, strict=True))

    def _confirmed(
        self, made: Sequence[tuple[KeyCopy, ObjectStamp]], limits: Limits
    ) -> dict[str, ObjectStamp | Exception]:
        """The state of each copy; Corrupted where it is not what was to be copied."""
        seen = self.looking.at([copy.key for copy, _ in made], limits)

        def confirm(pair: tuple[KeyCopy, ObjectStamp]) -> ObjectStamp:
            copy, source = pair
            now = seen[copy.key]
            if not isinstance(now, ObjectStamp):
                raise Transient(f"{copy.key} could not be looked at when it was copied")
            etag = self.looking.objects.confirmed(copy.key, "", source.etag, source.size)
            return ObjectStamp(source.size, etag, now.version_id if now.etag == etag else None)

        others = [pair for pair in made if not _agree(pair[1], seen[pair[0].key])]
        found = ask_together(others, confirm, limits)
        return {**seen, **dict(zip((copy.key for copy, _ in others), found, strict=True))}


def _agree(source: ObjectStamp, copy: ObjectStamp | Exception) -> bool:
    """Whether a copy shows at once that it is one; the versions are never the same."""
    return isinstance(copy, ObjectStamp) and (copy.size, copy.etag) == (source.size, source.etag)
