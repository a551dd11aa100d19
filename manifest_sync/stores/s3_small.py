"""Small objects, many at a time."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import msgspec
import obstore

from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores.base import Body, Request, Whole, Written
from manifest_sync.stores.bodies import gathered
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_conditions import condition, mode
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_headers import attributes_of, bare, modified_ns
from manifest_sync.stores.s3_objects import S3Objects
from manifest_sync.stores.s3_reading import require
from manifest_sync.stores.s3_together import ask_together, begun

if TYPE_CHECKING:
    from obstore.store import S3Store as BulkStore


class S3Small(msgspec.Struct, frozen=True):
    """A bucket's small objects, by key."""

    objects: S3Objects
    bulk: "BulkStore"

    def read(
        self, files: Sequence[tuple[str, ObjectStamp]], at_a_time: int
    ) -> Iterator[Whole | StoreError]:
        """Read objects, each with its ETag as the condition."""

        def read(file: tuple[str, ObjectStamp]) -> Whole:
            key, stamp = file
            got = obstore.get(self.bulk, key, options={"if_match": f'"{stamp.etag}"'})
            meta = got.meta
            now = ObjectStamp(meta["size"], bare(meta["e_tag"]), meta["version"])
            require(key, stamp, now)
            data = got.bytes()
            said = {str(name): value for name, value in got.attributes.items()}
            return Whole(data.to_bytes(), modified_ns(said, meta["last_modified"]))

        def heard(key: str, answer: Whole | Exception) -> Whole:
            if isinstance(answer, Whole):
                return answer
            try:
                with self._doing(f"read {key}"):
                    raise answer
            except NotFound as error:
                raise Moved(f"{key} is no longer on S3") from error

        answers = ask_together(files, read, at_a_time)
        self.objects.on_request(Request.GET, begun(answers))
        keys = [key for key, _ in files]
        return each(zip(keys, answers, strict=True), lambda pair: heard(*pair))

    def create(
        self, files: Sequence[tuple[str, Body]], at_a_time: int
    ) -> Iterator[Written | StoreError]:
        """Write objects where nothing is; what S3 holds then is compared with what was sent."""
        asked = mode(condition(self.objects.connection.abilities.put, ABSENT))

        def put(file: tuple[str, Body]) -> Written:
            key, body = file
            done = obstore.put(
                self.bulk,
                key,
                gathered(body),
                attributes=attributes_of(key, body),
                mode=asked,
                use_multipart=False,
            )
            # Where S3 encrypts, ETags tell nothing and each object is looked at: that, too, is to
            # be done for many at a time.
            content, etag = body.content, bare(done["e_tag"])
            etag = self.objects.confirmed(key, etag, content.md5, content.size)
            return Written(ObjectStamp(content.size, etag, done["version"]))

        def heard(file: tuple[str, Body], answer: Written | Exception) -> Written:
            if isinstance(answer, Written):
                return answer
            key = file[0]
            with doubting(self.objects, {key: ABSENT}), self._doing(f"write {key}"):
                raise answer

        answers = ask_together(files, put, at_a_time)
        self.objects.on_request(Request.PUT, begun(answers))
        return each(zip(files, answers, strict=True), lambda pair: heard(*pair))

    def _doing(self, what: str) -> AbstractContextManager[None]:
        return self.objects.connection.doing(what)
