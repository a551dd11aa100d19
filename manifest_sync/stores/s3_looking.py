"""What is at many keys now: told by listings where they lie close together, else by HEADs.

Only the listing of versions
names the version that is current, so only buckets that have versions are listed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec
import obstore

from manifest_sync.core.errors import Moved, NotBegun, NotFound, NotSignedIn, StoreError, Transient
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.stores.base import Limits, Request
from manifest_sync.stores.s3_headers import bare
from manifest_sync.stores.s3_objects import NO_VERSION, PAGE, S3Objects
from manifest_sync.stores.s3_reading import require
from manifest_sync.stores.s3_together import ask_together, begun

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ListObjectVersionsOutputTypeDef
    from obstore.store import S3Store as BulkStore

_FEW = 32
"""Fewer keys than that are not worth a page."""
_ENTRIES = 10
"""Of a listing, that take as much processor time as a HEAD."""

Seen = dict[str, ObjectStamp | Exception]
"""By key, its state, or what was raised instead, which may be obstore's."""


class S3Looking(msgspec.Struct, frozen=True):
    """Looks at objects below one prefix."""

    objects: S3Objects
    bulk: "BulkStore"
    prefix: str

    def at(self, keys: Iterable[str], limits: Limits) -> Seen:
        """The state of each key. What no listing tells is asked of the object itself."""
        wanted = sorted(set(keys))
        try:
            seen: Seen = {**self._listed(wanted)}
        except StoreError as error:
            not_begun = NotBegun("not begun after something else failed")
            return {**dict.fromkeys(wanted, not_begun), wanted[0]: error}
        rest = [key for key in wanted if key not in seen]

        def head(key: str) -> ObjectStamp:
            meta = obstore.head(self.bulk, key)
            return ObjectStamp(meta["size"], bare(meta["e_tag"]), meta["version"])

        heads = ask_together(rest, head, limits)
        self.objects.on_request(Request.HEAD, begun(heads))
        return {**seen, **dict(zip(rest, heads, strict=True))}

    def require(self, seen: Seen, key: str, expected: ObjectStamp) -> ObjectStamp:
        """The state that was seen; raises Moved where it is not as expected."""
        now = seen[key]
        if isinstance(now, ObjectStamp):
            require(key, expected, now)
            return now
        try:
            with self.objects.connection.doing(f"look at {key}"):
                raise now
        except NotFound as error:
            raise Moved(f"{key} is no longer on S3") from error
        except StoreError as error:
            if isinstance(now, StoreError):
                raise
            # The refusal of a HEAD tells no reason; who asks about one object alone finds it out.
            raise NotBegun(f"not begun, since {key} could not be looked at") from error

    def _listed(self, keys: Sequence[str]) -> dict[str, ObjectStamp]:
        """What listings of versions tell of sorted keys, for as long as they tell of many."""
        told: dict[str, ObjectStamp] = {}
        begin = 0
        while len(keys) - begin >= _FEW and self.objects.connection.is_versioned:
            # As many again may lie between them, or be earlier versions; none is to be left over.
            entries = min(2 * (len(keys) - begin) + _FEW, PAGE)
            page = self._page(keys[begin], entries)
            if page is None:
                break
            told.update(_current(page))
            passed = bisect_right(keys, _last(page)) - begin
            if passed * _ENTRIES < entries:
                break
            begin += passed
        return {key: told[key] for key in keys if key in told}

    def _page(self, first: str, entries: int) -> "ListObjectVersionsOutputTypeDef | None":
        """So many versions from a key on; None where a server, or a policy, lists none."""
        connection = self.objects.connection
        self.objects.on_request(Request.LIST, 1)
        try:
            with connection.doing(f"list the versions of {first} and what follows"):
                # Where it is to begin behind: the key itself is to be told, too.
                behind = first[:-1]
                return connection.plain.versions(
                    self.prefix, behind, entries
                ) or connection.client.list_object_versions(
                    Bucket=connection.bucket,
                    Prefix=self.prefix,
                    KeyMarker=behind,
                    MaxKeys=entries,
                )
        except (NotSignedIn, Transient):
            raise
        except StoreError:
            return None


def _current(page: "ListObjectVersionsOutputTypeDef") -> dict[str, ObjectStamp]:
    """The states of objects that are there now, and were written with a version."""
    return {
        version["Key"]: ObjectStamp(version["Size"], bare(version["ETag"]), version["VersionId"])
        for version in page.get("Versions", ())
        if version["IsLatest"] and version["VersionId"] != NO_VERSION
    }


def _last(page: "ListObjectVersionsOutputTypeDef") -> str:
    """The last key that a page tells of; "" where it tells of none."""
    rows = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    return max((row["Key"] for row in rows), default="")
