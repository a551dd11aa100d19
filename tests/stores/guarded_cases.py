"""What S3 itself sees to where it minds conditions, on whichever server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from manifest_sync.core.abilities import Abilities, Guard, Spelling, Versioning
from manifest_sync.core.content import Side
from manifest_sync.core.errors import Moved
from manifest_sync.core.outcome import Outcome, Status
from manifest_sync.core.plan import Change, Source
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Stamp
from manifest_sync.engine.transfer import Sides, transfer
from manifest_sync.stores import s3_writing
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.memory import MemoryStore
from manifest_sync.stores.s3_probe import probe
from tests.e2e.meddler import Meddler, meddling
from tests.servers import S3Server
from tests.stores.contract import StoreContract
from tests.stores.s3_cases import Bucket, Transport
from tests.stores.under_test import MTIME_NS, StoreUnderTest, present

OLD, OURS, THEIRS = b"old", b"ours", b"theirs"
PATH = "a.txt"


def probed(server: S3Server, transport: Transport, *, versioned: bool = False) -> Bucket:
    """A bucket of which it is known what is enforced."""
    bucket = Bucket(server, transport, versioned=versioned)
    bucket.connection.abilities = probe(bucket.connection, lambda _kind, _count: None)
    return bucket


class GuardedContract(StoreContract):
    """The contract, with what conditions add to it. Subclasses name the server's fixture."""

    server: ClassVar[str]

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, request: pytest.FixtureRequest) -> Bucket:
        server = request.getfixturevalue(cls.server)
        assert isinstance(server, S3Server)
        return probed(server, "auto")

    @pytest.fixture
    def under_test(self, shared: Bucket, request: pytest.FixtureRequest) -> StoreUnderTest:
        return shared.with_prefix(f"{request.node.name}/").under_test()


class MeddledBucket(Bucket):
    """A bucket behind a proxy, so that somebody may come between our look and our act."""

    def __init__(self, server: S3Server, transport: Transport, meddler: Meddler) -> None:
        super().__init__(S3Server(meddler.endpoint), transport)
        self.meddler = meddler
        self._client = server.client()

    def just_before(self, method: str, path: str, act: Callable[[], None]) -> None:
        """Let something happen right before the first such request is passed on."""
        awaited = (method, f"/{self.name}/{self.prefix}{path}")

        def before(*request: str) -> None:
            nonlocal awaited
            if request == awaited:
                awaited = ("", "")
                act()

        self.meddler.before = before


class GuardedCases:
    """Between the look and the act. Subclasses name the server's fixture, and what it enforces."""

    server: ClassVar[str]
    enforces: ClassVar[Abilities]

    @pytest.fixture(params=["auto", pytest.param("boto3", marks=pytest.mark.slow)])
    def bucket(self, request: pytest.FixtureRequest) -> Iterator[MeddledBucket]:
        server = request.getfixturevalue(self.server)
        assert isinstance(server, S3Server)
        with meddling(server.endpoint) as meddler:
            bucket = MeddledBucket(server, request.param, meddler)
            bucket.connection.abilities = self.enforces
            yield bucket

    def test_what_is_enforced_is_found_out(self, bucket: MeddledBucket) -> None:
        found = probe(bucket.connection, lambda _kind, _count: None)
        assert found == self.enforces

    def test_nothing_is_left_of_the_probe(self, request: pytest.FixtureRequest) -> None:
        server = request.getfixturevalue(self.server)
        for versioned in (False, True):
            bucket = probed(server, "auto", versioned=versioned)
            client = server.client()
            left = client.list_object_versions(Bucket=bucket.name)
            assert not {"Versions", "DeleteMarkers"} & left.keys()
            assert "Uploads" not in client.list_multipart_uploads(Bucket=bucket.name)

    def test_who_creates_first_wins(self, bucket: MeddledBucket) -> None:
        bucket.just_before("PUT", PATH, lambda: bucket.put(PATH, THEIRS))
        with pytest.raises(Moved):
            bucket.create(PATH, OURS)
        assert bucket.under_test().bytes_at(PATH) == THEIRS

    @pytest.mark.parametrize("gone", [False, True])
    def test_who_replaces_first_wins(self, bucket: MeddledBucket, gone: bool) -> None:
        bucket.put(PATH, OLD)
        stamp = bucket.found(PATH)
        bucket.just_before("PUT", PATH, self._by_others(bucket, gone=gone))
        with pytest.raises(Moved):
            bucket.store.write(PATH, bytes_body(OURS, 1), expect=stamp, keep_under="k")
        self._is_theirs(bucket, gone=gone)

    @pytest.mark.parametrize("gone", [False, True])
    def test_who_changes_first_keeps_it_from_being_deleted(
        self, bucket: MeddledBucket, gone: bool
    ) -> None:
        if self.enforces.delete is None:
            pytest.skip("needs a conditional DELETE")
        bucket.put(PATH, OLD)
        stamp = bucket.found(PATH)
        bucket.just_before("DELETE", PATH, self._by_others(bucket, gone=gone))
        with pytest.raises(Moved):
            bucket.store.delete(PATH, expect=stamp, keep_under="k")
        self._is_theirs(bucket, gone=gone)

    def test_who_creates_first_wins_over_parts(
        self, bucket: MeddledBucket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if not self.enforces.parts.create:
            pytest.skip("needs a conditional completion")
        monkeypatch.setattr(s3_writing, "LARGEST_SINGLE", 1)
        bucket.just_before("POST", PATH, lambda: None)  # the first POST begins the upload
        begun = bucket.meddler.before

        def before(method: str, path: str) -> None:
            begun(method, path)
            if method == "PUT":
                bucket.just_before("POST", PATH, lambda: bucket.put(PATH, THEIRS))

        bucket.meddler.before = before
        with pytest.raises(Moved):
            bucket.create(PATH, OURS)
        assert bucket.under_test().bytes_at(PATH) == THEIRS
        assert bucket.unfinished_uploads() == []

    def test_of_many_at_once_exactly_one_replaces(self, bucket: MeddledBucket) -> None:
        for number in range(4):
            path = f"{number}.txt"
            bucket.put(path, OLD)
            stamp = bucket.found(path)

            def replace(writer: int, path: str = path, stamp: Stamp = stamp) -> bool:
                body = bytes_body(f"{writer}".encode(), MTIME_NS)
                try:
                    bucket.store.write(path, body, expect=stamp, keep_under=f"k{writer}")
                except Moved:
                    return False
                return True

            with ThreadPoolExecutor(6) as pool:
                won = list(pool.map(replace, range(6)))
            assert won.count(True) == 1
            assert bucket.under_test().bytes_at(path) == f"{won.index(True)}".encode()

    @pytest.mark.parametrize("before", [None, OLD])
    def test_a_lost_answer_to_a_write_is_success(
        self, bucket: MeddledBucket, before: bytes | None
    ) -> None:
        if before is not None:
            bucket.put(PATH, before)
        outcome = self._transfer(bucket, OURS, "PUT")
        assert (outcome.status, outcome.error) == (Status.DONE, None)
        assert outcome.stamp == bucket.store.stat(PATH)
        assert bucket.under_test().bytes_at(PATH) == OURS
        if before is not None:
            assert outcome.kept_at is not None
            assert bucket.kept(outcome.kept_at) == before

    def test_a_lost_answer_to_a_delete_is_success(self, bucket: MeddledBucket) -> None:
        bucket.put(PATH, OLD)
        outcome = self._transfer(bucket, None, "DELETE")
        assert (outcome.status, outcome.stamp) == (Status.DONE, ABSENT)
        assert outcome.kept_at is not None
        assert bucket.kept(outcome.kept_at) == OLD

    def _transfer(self, bucket: MeddledBucket, after: bytes | None, lost: str) -> Outcome:
        """Make a change whose first answer gets lost."""
        folder = MemoryStore(Side.LOCAL)
        if after is not None:
            folder.put_out_of_band(PATH, after)
        stamp = bucket.store.stat(PATH)
        old = None if isinstance(stamp, AbsentStamp) else content_of(OLD)
        source = None if after is None else Source(Side.LOCAL, PATH, present(folder.stat(PATH)))
        change = Change(
            side=Side.S3,
            path=PATH,
            before=old,
            after=None if after is None else content_of(after),
            reason=Reason.MODIFIED,
            precondition=stamp,
            source=source,
        )
        request = (lost, f"/{bucket.name}/{bucket.prefix}{PATH}")
        bucket.meddler.unanswered.add(request)
        done = transfer(change, Sides(folder, bucket.store, {}, "an apply"))
        assert not bucket.meddler.unanswered
        return done.outcome

    def _by_others(self, bucket: MeddledBucket, *, gone: bool) -> Callable[[], None]:
        return lambda: bucket.drop(PATH) if gone else bucket.put(PATH, THEIRS)

    def _is_theirs(self, bucket: MeddledBucket, *, gone: bool) -> None:
        if gone:
            assert bucket.store.stat(PATH) == ABSENT
        else:
            assert bucket.under_test().bytes_at(PATH) == THEIRS


MOTO = Abilities(
    put=Guard(create=True, update=Spelling.QUOTED),
    parts=Guard(create=True),
    delete=Spelling.QUOTED,
    etag_is_md5=True,
    checksums=("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"),
    versioning=Versioning.NONE,
)
CEPH = Abilities(
    put=Guard(create=True, update=Spelling.BARE),
    content_md5=True,
    etag_is_md5=True,
    checksums=("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"),
    versioning=Versioning.NONE,
)
