"""Small objects, many at a time."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Self

import msgspec
import obstore

from manifest_sync.core.abilities import Guard
from manifest_sync.core.errors import Corrupted, Moved, NotFound, StoreError
from manifest_sync.core.stamps import ABSENT, ObjectStamp, Stamp
from manifest_sync.stores.base import Body, Limits, Request, Whole, Written
from manifest_sync.stores.bodies import content_of, gathered
from manifest_sync.stores.one_by_one import each
from manifest_sync.stores.s3_conditions import condition, mode
from manifest_sync.stores.s3_doubting import doubting
from manifest_sync.stores.s3_headers import attributes_of, bare, modified_ns
from manifest_sync.stores.s3_objects import S3Objects
from manifest_sync.stores.s3_reading import require
from manifest_sync.stores.s3_together import ask_together, begun

if TYPE_CHECKING:
    from obstore import Attributes, ObjectMeta, PutMode, PutResult
    from obstore.store import S3Store as BulkStore

    _Got = tuple[ObjectMeta, Attributes, bytes, str]


class KeyWrite(msgspec.Struct, frozen=True):
    """Bytes that are to be written, by key."""

    key: str
    body: Body
    expect: Stamp = ABSENT
    kept_at: str | None = None
    """Where the bytes are that give way."""


class _Sent(msgspec.Struct, frozen=True):
    """All that a request needs, so that next to no Python is between the requests."""

    key: str
    data: bytearray
    attributes: dict[str, str]
    mode: "PutMode"

    @classmethod
    def of(cls, file: KeyWrite, guard: Guard) -> Self:
        """Raises what the body raises."""
        data = gathered(file.body)
        asked = mode(condition(guard, file.expect))
        return cls(file.key, data, attributes_of(file.key, file.body), asked)


class S3Small(msgspec.Struct, frozen=True):
    """A bucket's small objects, by key."""

    objects: S3Objects
    bulk: "BulkStore"

    def read(
        self, files: Sequence[tuple[str, ObjectStamp]], limits: Limits
    ) -> Iterator[Whole | StoreError]:
        """Read objects, each with its ETag as the condition."""

        def get(file: tuple[str, ObjectStamp]) -> "_Got":
            key, stamp = file
            got = obstore.get(self.bulk, key, options={"if_match": f'"{stamp.etag}"'})
            data = got.bytes().to_bytes()
            # Here, since MD5 needs no interpreter: the other threads go on meanwhile.
            return got.meta, got.attributes, data, content_of(data).md5

        def heard(file: tuple[str, ObjectStamp], answer: "_Got | Exception") -> Whole:
            key, stamp = file
            if isinstance(answer, Exception):
                try:
                    with self._doing(f"read {key}"):
                        raise answer
                except NotFound as error:
                    raise Moved(f"{key} is no longer on S3") from error
            meta, attributes, data, md5 = answer
            now = ObjectStamp(meta["size"], bare(meta["e_tag"]), meta["version"])
            require(key, stamp, now)
            said = {str(name): value for name, value in attributes.items()}
            return Whole(data, modified_ns(said, meta["last_modified"]), md5)

        answers = ask_together(files, get, limits)
        self.objects.on_request(Request.GET, begun(answers))
        return each(zip(files, answers, strict=True), lambda pair: heard(*pair))

    def write(self, files: Sequence[KeyWrite], limits: Limits) -> Iterator[Written | StoreError]:
        """Write objects; what S3 holds then is compared with what was sent."""
        guard = self.objects.connection.abilities.put
        sent = [*each(files, lambda file: _Sent.of(file, guard))]

        def put(new: "_Sent | StoreError") -> "PutResult":
            if isinstance(new, StoreError):
                raise new
            return obstore.put(
                self.bulk,
                new.key,
                new.data,
                attributes=new.attributes,
                mode=new.mode,
                use_multipart=False,
            )

        answers = ask_together(sent, put, limits)
        wrong = sum(isinstance(new, StoreError) for new in sent)
        self.objects.on_request(Request.PUT, begun(answers) - wrong)
        etags = self._confirmed(files, answers, limits)

        def heard(file: KeyWrite, answer: "PutResult | Exception") -> Written:
            if isinstance(answer, Exception):
                with (
                    doubting(self.objects, {file.key: file.expect}),
                    self._doing(f"write {file.key}"),
                ):
                    raise answer
            etag = etags.get(file.key, file.body.content.md5)
            if isinstance(etag, Exception):
                raise etag
            stamp = ObjectStamp(file.body.content.size, etag, answer["version"])
            return Written(stamp, kept_at=file.kept_at)

        return each(zip(files, answers, strict=True), lambda pair: heard(*pair))

    def _confirmed(
        self,
        files: Sequence[KeyWrite],
        answers: "Sequence[PutResult | Exception]",
        limits: Limits,
    ) -> dict[str, str | Exception]:
        """The ETags that are not the MD5s of what was sent, by key, or what is wrong with one.

        Where S3 encrypts, ETags tell nothing and each object is looked at.
        """
        told = [
            (file, bare(answer["e_tag"]))
            for file, answer in zip(files, answers, strict=True)
            if not isinstance(answer, Exception)
        ]
        others = [(file, etag) for file, etag in told if etag != file.body.content.md5]

        def confirm(pair: tuple[KeyWrite, str]) -> str:
            file, etag = pair
            content = file.body.content
            try:
                return self.objects.confirmed(file.key, etag, content.md5, content.size)
            except Corrupted as error:
                before = f"; what was there is at {file.kept_at}" if file.kept_at else ""
                raise Corrupted(f"{error}{before}") from error

        # These were sent, so they are looked at, whether or not it is to stop.
        found = ask_together(others, confirm, Limits(limits.at_a_time))
        return {file.key: etag for (file, _), etag in zip(others, found, strict=True)}

    def _doing(self, what: str) -> AbstractContextManager[None]:
        return self.objects.connection.doing(what)
