"""What S3 stores have to do besides the contract, on whichever server."""

import copy
import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Literal

import pytest

from manifest_sync.core.errors import Moved, StoreError
from manifest_sync.core.familiar import Stranger
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.stamps import ABSENT, ObjectStamp
from manifest_sync.stores import s3_ahead, s3_listing, s3_ranges
from manifest_sync.stores.base import CHUNK, Request
from manifest_sync.stores.bodies import BytesBody, bytes_body, content_of
from manifest_sync.stores.s3 import S3Store
from manifest_sync.stores.s3_address import parse_place
from manifest_sync.stores.s3_connection import connect
from manifest_sync.stores.s3_settings import TRASH_PREFIX, S3Settings
from tests.servers import S3Server
from tests.stores.acquainted import Acquainted
from tests.stores.contract import StoreContract
from tests.stores.under_test import MTIME_NS, Cut, StoreUnderTest

Transport = Literal["auto", "boto3"]
_numbers = itertools.count(16)


class Bucket:
    """A style in a bucket on a server, which may share the bucket with other styles."""

    def __init__(
        self,
        server: S3Server,
        transport: Transport,
        *,
        versioned: bool = False,
        prefix: str = "styles/16/",
    ) -> None:
        self.name = server.new_bucket(versioned=versioned)
        self._client = server.client()
        self._connect(server, transport)
        self._open(prefix)

    def _connect(self, server: S3Server, transport: Transport) -> None:
        settings = S3Settings(endpoint_url=server.endpoint, transport=transport)
        self.connection = connect(settings, self.name)

    def _open(self, prefix: str) -> None:
        self.prefix = prefix
        self.requests: Counter[Request] = Counter()
        self.store = S3Store(self.connection, prefix, self._count)

    def reopened(self, server: S3Server) -> "Bucket":
        """The same style over a new connection, which knows nothing of the bucket yet."""
        other = copy.copy(self)
        other._connect(server, "auto")
        other._open(self.prefix)
        return other

    def with_prefix(self, prefix: str) -> "Bucket":
        """Another style in the same bucket, through the same connection."""
        other = copy.copy(self)
        other._open(prefix)
        return other

    def _count(self, kind: Request, count: int) -> None:
        self.requests[kind] += count

    def put_key(self, key: str, data: bytes = b"x", metadata: dict[str, str] | None = None) -> None:
        self._client.put_object(Bucket=self.name, Key=key, Body=data, Metadata=metadata or {})

    def put(self, path: str, data: bytes) -> None:
        self.put_key(self.prefix + path, data)

    def drop(self, path: str) -> None:
        self._client.delete_object(Bucket=self.name, Key=self.prefix + path)

    def keys(self) -> list[str]:
        """Every key below the prefix."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=self.prefix
        )
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def unfinished_uploads(self) -> list[str]:
        uploads = self._client.list_multipart_uploads(Bucket=self.name).get("Uploads", ())
        return [upload["Key"] for upload in uploads if upload["Key"].startswith(self.prefix)]

    def head(self, path: str) -> dict[str, object]:
        return {**self._client.head_object(Bucket=self.name, Key=self.prefix + path)}

    def kept(self, kept_at: str) -> bytes:
        place = parse_place(kept_at)
        if place.version_id is None:
            return self._client.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
        return self._client.get_object(
            Bucket=place.bucket, Key=place.key, VersionId=place.version_id
        )["Body"].read()

    def under_test(self) -> StoreUnderTest:
        return StoreUnderTest(self.store, self.put, self.drop, self.kept)

    def found(self, path: str) -> ObjectStamp:
        [row] = [row for row in self.store.list() if row.path == path]
        assert isinstance(row, Found)
        assert isinstance(row.stamp, ObjectStamp)
        return row.stamp

    def create(self, path: str, data: bytes) -> ObjectStamp:
        body = bytes_body(data, MTIME_NS)
        stamp = self.store.write(path, body, expect=ABSENT, keep_under="k").stamp
        assert isinstance(stamp, ObjectStamp)
        return stamp


class S3Cases(StoreContract):
    """The contract, and more. Subclasses name the server by its fixture, and the transport."""

    checks_creates: ClassVar[bool] = False
    server: ClassVar[str]
    transport: ClassVar[Transport]

    @pytest.fixture(scope="class")
    @classmethod
    def on(cls, request: pytest.FixtureRequest) -> S3Server:
        server = request.getfixturevalue(cls.server)
        assert isinstance(server, S3Server)
        return server

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, on: S3Server) -> Bucket:
        """One bucket for all tests that do not change it as a whole: to connect takes 0.2 s."""
        return Bucket(on, cls.transport)

    @pytest.fixture
    def bucket(self, shared: Bucket) -> Bucket:
        """A style of the test's own."""
        return shared.with_prefix(f"styles/{next(_numbers)}/")

    @pytest.fixture
    def under_test(self, bucket: Bucket) -> StoreUnderTest:
        return bucket.under_test()

    def test_the_transport_is_the_one_that_is_tested(self, bucket: Bucket) -> None:
        assert (bucket.connection.bulk is None) == (self.transport == "boto3")

    # Listing

    @pytest.mark.parametrize("odd", ["a//b.png", "../up.png", "new\tline.png", "/lead.png"])
    def test_an_unsafe_key_is_a_problem_and_the_rest_goes_on(
        self, bucket: Bucket, odd: str
    ) -> None:
        bucket.put("fine.png", b"x")
        bucket.put(odd, b"x")
        rows = list(bucket.store.list())
        assert [row.path for row in rows] == sorted(["fine.png", odd])
        [problem] = [row for row in rows if isinstance(row, Problem)]
        assert (problem.path, problem.code, problem.hides_content) == (odd, "unsafe_key", False)

    @pytest.mark.parametrize("odd", ["back\\slash.png", "c:drive.png", "n" * 256])
    def test_a_key_that_no_folder_holds_is_a_problem_too(self, bucket: Bucket, odd: str) -> None:
        bucket.put("fine.png", b"x")
        bucket.put(odd, b"x")
        rows = {row.path: type(row) for row in bucket.store.list()}
        assert rows == {"fine.png": Found, odd: Problem}

    def test_at_the_root_a_key_with_a_slash_in_front_is_not_mistaken(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport, prefix="")
        bucket.put_key("a.png")
        bucket.put_key("/b.png")
        assert {row.path: type(row) for row in bucket.store.list()} == {
            "/b.png": Problem,
            "a.png": Found,
        }

    def test_folder_markers_are_no_files(self, bucket: Bucket) -> None:
        for key in ("", "folder/", "empty/", "v1.2/", "like.png/"):
            bucket.put(key, b"")
        files = ["folder/a.png", "noext", "noext.d/c.png", "v1.2/b.png", "zero.png", "zero.txt"]
        for path in files:
            bucket.put(path, b"x" if "/" in path else b"")
        assert [row.path for row in bucket.store.list()] == files

    def test_a_file_and_a_folder_of_one_name_are_both_seen(self, bucket: Bucket) -> None:
        for path in ("both", "both/", "both/a.png", "both-and"):
            bucket.put(path, b"x" if path != "both/" else b"")
        assert [row.path for row in bucket.store.list()] == ["both", "both-and", "both/a.png"]

    def test_many_folder_markers_are_no_files(self, bucket: Bucket) -> None:
        for i in range(12):
            bucket.put(f"{i:02}/", b"")
            bucket.put(f"{i:02}/a.png", b"x")
        assert [row.path for row in bucket.store.list()] == [f"{i:02}/a.png" for i in range(12)]

    @pytest.mark.parametrize("known", [[], ["a-0"], ["k010.png", "k011.png", "q/50.txt"]])
    def test_a_listing_in_ranges_is_the_same_listing(
        self, bucket: Bucket, known: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        paths = [
            *(f"k{number:03}.png" for number in range(60)),
            *(f"q/{number}.txt" for number in range(60)),
            "ä.png",
            "\U0001f600.png",
            "\uff5e.png",
        ]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda path: bucket.put(path, b"x"), paths))
        rows = list(bucket.store.list())
        for module in (s3_ahead, s3_listing, s3_ranges):
            monkeypatch.setattr(module, "PAGE", 10)
        monkeypatch.setattr(s3_ahead, "_SLOW_SECONDS", -1.0)
        guess = sorted([*known, *paths[::2], "p.png", "zz.png"])
        assert list(bucket.store.list(Stranger(guess))) == rows
        familiar = Acquainted({row.path: row.stamp for row in rows[::3] if isinstance(row, Found)})
        assert list(bucket.store.list(familiar)) == [row for row in rows if row not in rows[::3]]
        assert familiar.met == {row.path for row in rows[::3]}

    def test_a_prefix_that_only_begins_the_same_is_another(self, bucket: Bucket) -> None:
        bucket.put("a.png", b"x")
        for neighbour in ("-b/a.png", "", "0/a.png"):
            bucket.put_key(bucket.prefix.removesuffix("/") + neighbour)
        assert [row.path for row in bucket.store.list()] == ["a.png"]

    @pytest.mark.parametrize("prefix", ["st yle+s/%41/日本/", "a//b/", "../c/", "/d/"])
    def test_odd_prefixes_work(self, shared: Bucket, prefix: str) -> None:
        bucket = shared.with_prefix(prefix)
        bucket.create("a/b.png", b"bytes")
        assert bucket.keys() == [prefix + "a/b.png"]
        under_test = bucket.under_test()
        assert under_test.paths() == ["a/b.png"]
        assert under_test.bytes_at("a/b.png") == b"bytes"

    def test_the_trash_is_not_in_a_style_at_the_root(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport, prefix="")
        stamp = bucket.create("a.png", b"x")
        bucket.store.delete("a.png", expect=stamp, keep_under="k")
        assert bucket.keys() == [f"{TRASH_PREFIX}k/a.png"]
        assert list(bucket.store.list()) == []

    # What is said beside the bytes

    def test_says_type_md5_and_mtime_as_rclone_does(self, bucket: Bucket) -> None:
        types = {
            "a.png": "image/png",
            "a.JPG": "image/jpeg",
            "a.webp": "image/webp",
            "a.avif": "image/avif",
            "a.jxl": "image/jxl",
            "a.txt": "text/plain; charset=utf-8",
            "a.caption": "text/plain; charset=utf-8",
            "no suffix": "application/octet-stream",
        }
        for path, expected in types.items():
            bucket.create(path, b"bytes")
            head = bucket.head(path)
            assert head["ContentType"] == expected
            assert head["Metadata"] == {
                "md5chksum": "SzpiGLs+OnMD6KFxpg/Pkg==",
                "mtime": "1700000000.123456000",
            }

    def test_reads_the_mtime_of_others(self, bucket: Bucket) -> None:
        cases = {"1500000000.5": 1_500_000_000_500_000_000, "12": 12_000_000_000}
        for text, expected in cases.items():
            bucket.put_key(bucket.prefix + "a.png", metadata={"mtime": text})
            with bucket.store.read("a.png", bucket.found("a.png")) as reading:
                assert reading.modified_ns == expected
        for nonsense in ("yesterday", "nan", "inf"):
            bucket.put_key(bucket.prefix + "a.png", metadata={"mtime": nonsense})
            with bucket.store.read("a.png", bucket.found("a.png")) as reading:
                assert reading.modified_ns > 1_700_000_000_000_000_000

    # MD5

    def test_an_etag_tells_the_md5(self, bucket: Bucket) -> None:
        bucket.put("a.png", b"theirs")
        assert bucket.store.told_md5(bucket.found("a.png")) == content_of(b"theirs").md5

    def test_what_is_remembered_is_told_when_asked(self, bucket: Bucket) -> None:
        stamp = bucket.create("ours.png", b"ours")
        bucket.put("theirs.png", b"theirs")
        assert bucket.store.ask_md5("ours.png", stamp) == content_of(b"ours").md5
        assert bucket.store.ask_md5("theirs.png", bucket.found("theirs.png")) is None
        bucket.put_key(bucket.prefix + "odd.png", metadata={"md5chksum": "no md5"})
        assert bucket.store.ask_md5("odd.png", bucket.found("odd.png")) is None

    def test_is_not_asked_about_another_state(self, bucket: Bucket) -> None:
        stamp = bucket.create("a.png", b"one")
        bucket.put("a.png", b"two")
        with pytest.raises(Moved):
            bucket.store.ask_md5("a.png", stamp)

    # Keeping

    def test_without_versions_bytes_are_kept_in_the_trash(self, bucket: Bucket) -> None:
        bucket.put("a?b%c#.png", b"old")
        stamp = bucket.found("a?b%c#.png")
        body = bytes_body(b"new", MTIME_NS)
        written = bucket.store.write("a?b%c#.png", body, expect=stamp, keep_under="apply 1")
        kept = f"s3://{bucket.name}/{TRASH_PREFIX}apply 1/{bucket.prefix}a%3Fb%25c%23.png"
        assert written.kept_at == kept
        assert bucket.kept(kept) == b"old"

    def test_with_versions_nothing_is_copied(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport, versioned=True)
        stamp = bucket.create("a.png", b"old")
        assert stamp.version_id is not None
        gone = bucket.store.delete("a.png", expect=stamp, keep_under="k")
        assert (
            gone.kept_at == f"s3://{bucket.name}/{bucket.prefix}a.png?versionId={stamp.version_id}"
        )
        assert bucket.kept(gone.kept_at) == b"old"
        assert bucket.requests[Request.COPY] == 0

    def test_what_was_there_before_versioning_began_is_kept_too(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport)
        stamp = bucket.create("a.png", b"old")
        on.client().put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
        gone = bucket.store.delete("a.png", expect=stamp, keep_under="k")
        assert gone.kept_at is not None
        assert bucket.kept(gone.kept_at) == b"old"

    def test_suspended_versions_are_not_relied_upon(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport, versioned=True)
        on.client().put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"}
        )
        stamp = bucket.create("a.png", b"old")
        gone = bucket.store.delete("a.png", expect=stamp, keep_under="k")
        assert gone.kept_at == f"s3://{bucket.name}/{TRASH_PREFIX}k/{bucket.prefix}a.png"
        assert bucket.kept(gone.kept_at) == b"old"

    def test_another_version_of_the_same_bytes_is_another_state(self, on: S3Server) -> None:
        bucket = Bucket(on, self.transport, versioned=True)
        stamp = bucket.create("a.png", b"same")
        bucket.put("a.png", b"same")
        with pytest.raises(Moved):
            bucket.store.delete("a.png", expect=stamp, keep_under="k")

    # Parts

    @pytest.mark.slow
    def test_parts_leave_nothing_behind(self, bucket: Bucket) -> None:
        data = bytes(70 * CHUNK)
        for error in (Moved("it moved"), KeyboardInterrupt()):
            with pytest.raises(type(error)):
                bucket.store.write("a.tif", Cut(data, error), expect=ABSENT, keep_under="k")
            assert bucket.unfinished_uploads() == []
        stamp = bucket.create("a.tif", data)
        assert stamp.etag.endswith("-5")
        assert bucket.store.told_md5(stamp) is None
        assert bucket.store.ask_md5("a.tif", stamp) == content_of(data).md5
        copied = bucket.store.copy("a.tif", stamp, "b.tif", expect=ABSENT, keep_under="k")
        assert copied.stamp == bucket.store.stat("b.tif")
        stale = ObjectStamp(1, stamp.etag)
        with pytest.raises(Moved):
            bucket.store.write("a.tif", bytes_body(data, 1), expect=stale, keep_under="k")
        assert bucket.unfinished_uploads() == []

    # Limits and counts

    def test_more_than_5_gib_is_not_copied(self, bucket: Bucket) -> None:
        bucket.put("a.bin", b"x")
        huge = ObjectStamp(6 * 1024**3, bucket.found("a.bin").etag)
        with pytest.raises(StoreError):
            bucket.store._objects.copy(bucket.prefix + "a.bin", huge, bucket.prefix + "b.bin")

    def test_a_body_that_lies_is_found_out(self, bucket: Bucket) -> None:
        lie = BytesBody(b"these bytes", content_of(b"other bytes"), MTIME_NS)
        with pytest.raises(StoreError):
            bucket.store.write("a.png", lie, expect=ABSENT, keep_under="k")

    def test_counts_its_requests(self, bucket: Bucket) -> None:
        stamp = bucket.create("a.png", b"one")
        assert bucket.requests == {Request.PUT: 1}
        bucket.requests.clear()
        list(bucket.store.list())
        assert bucket.requests == {Request.LIST: 1}
        bucket.requests.clear()
        written = bucket.store.write(
            "a.png", bytes_body(b"two", MTIME_NS), expect=stamp, keep_under="k"
        )
        assert bucket.requests == {Request.HEAD: 1, Request.COPY: 1, Request.PUT: 1}
        bucket.requests.clear()
        assert isinstance(written.stamp, ObjectStamp)
        bucket.store.delete("a.png", expect=written.stamp, keep_under="l")
        assert bucket.requests == {Request.HEAD: 1, Request.COPY: 1, Request.DELETE: 1}
