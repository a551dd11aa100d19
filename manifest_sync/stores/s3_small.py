"""Small objects, many at a time."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import msgspec
import obstore

from manifest_sync.core.errors import Corrupted, Moved, NotFound, StoreError
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp
from manifest_sync.stores.base import Body, Limits, Request, Whole, Written
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


class KeyWrite(msgspec.Struct, frozen=True):
    """Bytes that are to be written, by key."""

    key: str
    body: Body
    expect: Stamp = ABSENT
    kept_at: str | None = None
    """Where the bytes are that give way."""


class S3Small(msgspec.Struct, frozen=True):
    """A bucket's small objects, by key."""

    objects: S3Objects
    bulk: "BulkStore"

    def read(
        self, files: Sequence[tuple[str, ObjectStamp]], limits: Limits
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

        answers = ask_together(files, read, limits)
        self.objects.on_request(Request.GET, begun(answers))
        keys = [key for key, _ in files]
        return each(zip(keys, answers, strict=True), lambda pair: heard(*pair))

    def write(self, files: Sequence[KeyWrite], limits: Limits) -> Iterator[Written | StoreError]:
        """Write objects; what S3 holds then is compared with what was sent."""
        guard = self.objects.connection.abilities.put

        def put(file: KeyWrite) -> Written:
            key, body = file.key, file.body
            done = obstore.put(
                self.bulk,
                key,
                gathered(body),
                attributes=attributes_of(key, body),
                mode=mode(condition(guard, file.expect)),
                use_multipart=False,
            )
            # Where S3 encrypts, ETags tell nothing and each object is looked at: that, too, is to
            # be done for many at a time.
            etag = self._confirmed(file, bare(done["e_tag"]))
            return Written(
                ObjectStamp(body.content.size, etag, done["version"]), kept_at=file.kept_at
            )

        def heard(file: KeyWrite, answer: Written | Exception) -> Written:
            if isinstance(answer, Written):
                return answer
            with doubting(self.objects, {file.key: file.expect}), self._doing(f"write {file.key}"):
                raise answer

        answers = ask_together(files, put, limits)
        self.objects.on_request(Request.PUT, begun(answers))
        return each(zip(files, answers, strict=True), lambda pair: heard(*pair))

    def _confirmed(self, file: KeyWrite, etag: str) -> str:
        content = file.body.content
        try:
            return self.objects.confirmed(file.key, etag, content.md5, content.size)
        except Corrupted as error:
            before = f"; what was there is at {file.kept_at}" if file.kept_at is not None else ""
            raise Corrupted(f"{error}{before}") from error

    def _doing(self, what: str) -> AbstractContextManager[None]:
        return self.objects.connection.doing(what)
