"""Earlier states of objects that a bucket still has: its versions, and copies in our trash."""

from collections.abc import Collection, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from manifest_sync.core.abilities import Versioning
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores.base import Earlier, Request
from manifest_sync.stores.s3_address import S3Place
from manifest_sync.stores.s3_headers import bare
from manifest_sync.stores.s3_objects import NO_VERSION, S3Objects

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef

_ONE_BY_ONE = 16
"""So many keys are asked about one by one; for more, all that they begin with alike is listed."""


class EarlierObjects(msgspec.Struct, frozen=True):
    """What was once at keys of one bucket."""

    objects: S3Objects
    prefix: str

    def of(self, paths: Collection[str]) -> Iterator[Earlier]:
        """The more likely place first; the other is asked only by who reads on."""
        versions, copies = self._versions(paths), self._copies(paths)
        match self.objects.connection.versioning:
            case Versioning.ENABLED:
                return chain(versions, copies)
            case Versioning.NONE:
                return copies
            case _:
                return chain(copies, versions)

    def _versions(self, paths: Collection[str]) -> Iterator[Earlier]:
        if len(paths) <= _ONE_BY_ONE:
            for path in paths:
                yield from self._listed(self.prefix + path, {path}, stop=True)
        else:
            yield from self._listed(self.prefix + _alike(paths), frozenset(paths), stop=False)

    def _listed(self, begin: str, paths: Collection[str], *, stop: bool) -> Iterator[Earlier]:
        """The versions at some of the keys that begin so; `stop` after the first key."""
        connection = self.objects.connection
        with connection.doing(f"list the versions of s3://{connection.bucket}/{begin}"):
            pages = connection.client.get_paginator("list_object_versions").paginate(
                Bucket=connection.bucket, Prefix=begin
            )
            for page in pages:
                self.objects.on_request(Request.LIST, 1)
                yield from self._states(page, paths)
                if stop and _goes_beyond(page, begin):
                    return

    def _states(
        self, page: "ListObjectVersionsOutputTypeDef", paths: Collection[str]
    ) -> Iterator[Earlier]:
        for version in page.get("Versions", ()):
            key, version_id = version["Key"], version["VersionId"]
            path = key.removeprefix(self.prefix)
            if path not in paths or (version["IsLatest"] and version_id == NO_VERSION):
                continue
            stamp = ObjectStamp(version["Size"], bare(version["ETag"]), version_id)
            yield Earlier(
                path, str(S3Place(self.objects.connection.bucket, key, version_id)), stamp
            )

    def _copies(self, paths: Collection[str]) -> Iterator[Earlier]:
        """Below the trash prefix each key stands behind the name of a run, anybody's."""
        connection = self.objects.connection
        trash, wanted = connection.settings.trash_prefix, frozenset(paths)
        with connection.doing(f"list s3://{connection.bucket}/{trash}"):
            pages = connection.client.get_paginator("list_objects_v2").paginate(
                Bucket=connection.bucket, Prefix=trash
            )
            for page in pages:
                self.objects.on_request(Request.LIST, 1)
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(trash).partition("/")[2]
                    path = key.removeprefix(self.prefix)
                    if key.startswith(self.prefix) and path in wanted:
                        place = S3Place(connection.bucket, entry["Key"])
                        yield Earlier(
                            path, str(place), ObjectStamp(entry["Size"], bare(entry["ETag"]))
                        )


def _alike(paths: Collection[str]) -> str:
    """What all the paths begin with."""
    first, last = min(paths), max(paths)
    pairs = enumerate(zip(first, last, strict=False))
    return first[: next((at for at, (one, other) in pairs if one != other), len(first))]


def _goes_beyond(page: "ListObjectVersionsOutputTypeDef", key: str) -> bool:
    """Whether other keys have begun: a key comes before all that begin with it."""
    rows = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    return any(row["Key"] != key for row in rows)
