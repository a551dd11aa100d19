"""Bytes that are not what they were said to be are found on both sides, and nothing is changed."""

import hashlib
from collections.abc import Collection, Iterable

import msgspec
import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Denied
from manifest_sync.core.events import Event, Hashed
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.stamps import ObjectStamp, Present
from manifest_sync.core.verification import Difference, Witness
from manifest_sync.engine.site import Site
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.verify import SideVerified, verify
from manifest_sync.engine.watch import Watch
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore
from tests.engine.world import Clock, Desk


def everything(_: Side, paths: Iterable[str]) -> Iterable[str]:
    return paths


def verified(site: Site, sides: Collection[Side] = tuple(Side)) -> dict[Side, SideVerified]:
    done = verify(site, Watch("16", Tally(), jobs=2), tuple(sides), everything)
    return {each.side: each for each in done}


def found(side: SideVerified) -> dict[str, Difference]:
    return {finding.path: finding.difference for finding in side.findings}


def rot(store: MemoryStore, path: str, data: bytes) -> None:
    """Other bytes below the same marks: what a disk does that forgets."""
    store._files[path] = msgspec.structs.replace(store._files[path], data=data)


@pytest.fixture(params=[False, True], ids=["md5-etags", "opaque-etags"])
def bucket(request: pytest.FixtureRequest) -> MemoryStore:
    return MemoryStore(Side.S3, opaque_etags=request.param)


@pytest.fixture
def desk(bucket: MemoryStore) -> Desk:
    """A style of three files, all of it pushed."""
    made = Desk(bucket, Clock())
    for path, data in {"a.png": b"image", "a.txt": b"caption", "sub/b.png": b""}.items():
        made.write(path, data)
    made.run(Verb.PUSH, Side.S3, Options())
    made.run(Verb.PUSH, Side.S3, Options())
    return made


def test_where_nothing_is_wrong_nothing_is_found(desk: Desk) -> None:
    for side in verified(desk.site()).values():
        assert (side.files, side.read, side.equal, side.bytes) == (3, 3, 3, 12)
        assert (side.findings, side.unlisted, side.absent, side.problems) == ((), 0, 0, ())


def test_rotten_bytes_of_a_file_are_found_though_its_stamp_is_the_same(desk: Desk) -> None:
    rot(desk.folder, "a.png", b"imagE")
    done = verified(desk.site())
    assert found(done[Side.LOCAL]) == {"a.png": Difference.CORRUPTED}
    [finding] = done[Side.LOCAL].findings
    assert finding.found == content_of(b"imagE")
    assert set(finding.told.values()) == {content_of(b"image")}
    assert set(finding.told) == {Witness.CACHE, Witness.MANIFEST}
    assert not found(done[Side.S3])


@pytest.mark.parametrize("data", [b"imagE", b"imag", b""])
def test_rotten_bytes_of_an_object_are_found_though_its_etag_is_the_same(
    desk: Desk, bucket: MemoryStore, data: bytes
) -> None:
    rot(bucket, "a.png", data)
    done = verified(desk.site())
    assert found(done[Side.S3]) == {"a.png": Difference.CORRUPTED}
    assert not found(done[Side.LOCAL])
    assert done[Side.S3].equal == 2


def test_metadata_is_asked_where_nobody_else_knows(desk: Desk, bucket: MemoryStore) -> None:
    desk.object_md5s.clear()
    desk.manifest = Manifest("16", desk.manifest.remote)
    rot(bucket, "a.png", b"imagE")
    side = verified(desk.site(), [Side.S3])[Side.S3]
    assert found(side) == {"a.png": Difference.CORRUPTED}
    told = set(side.findings[0].told)
    opaque = bucket.told_md5(bucket._files["a.png"].stamp) is None
    assert told == {Witness.METADATA if opaque else Witness.ETAG}


def test_an_edit_differs_and_is_no_corruption(desk: Desk, bucket: MemoryStore) -> None:
    desk.write("a.txt", b"edited!")
    bucket.put_out_of_band("sub/b.png", b"by others")
    done = verified(desk.site())
    assert found(done[Side.LOCAL]) == {"a.txt": Difference.DIFFERS}
    assert found(done[Side.S3]) == {"sub/b.png": Difference.DIFFERS}


def test_what_was_there_is_missing_and_what_nobody_knows_is_counted(desk: Desk) -> None:
    desk.drop("a.txt")
    desk.write("new.png", b"new")
    side = verified(desk.site(), [Side.LOCAL])[Side.LOCAL]
    assert found(side) == {"a.txt": Difference.MISSING}
    assert (side.read, side.equal, side.unlisted, side.absent) == (3, 2, 1, 0)


def test_what_cannot_be_read_is_a_problem_and_the_rest_goes_on(desk: Desk) -> None:
    site = desk.site()
    denied = Fault(Call.READ, Harm.BEFORE, "a.png", Denied("not you"), times=9)
    site = msgspec.structs.replace(
        site,
        folder=FaultyStore(desk.folder, [denied]),
        bucket=FaultyStore(desk.bucket, [denied]),
    )
    for side in verified(site).values():
        assert [(each.path, each.code) for each in side.problems] == [("a.png", "unreadable")]
        assert (side.read, side.equal, side.findings) == (2, 2, ())


def test_only_what_was_chosen_is_read_and_only_asked_sides_are_listed(desk: Desk) -> None:
    desk.bucket = FaultyStore(
        desk.bucket, [Fault(Call.LIST, Harm.BEFORE, "*", Denied("not asked"), times=9)]
    )
    done = verify(desk.site(), Watch("16", Tally()), [Side.LOCAL], lambda _s, _p: ["sub/b.png"])
    [side] = done
    assert (side.files, side.read, side.chosen, side.bytes) == (3, 1, ("sub/b.png",), 0)


def test_nothing_is_remembered_and_progress_is_told(desk: Desk, bucket: MemoryStore) -> None:
    told: list[Event] = []
    rot(desk.folder, "a.png", b"imagE")
    site = desk.site()
    before = (dict(site.digests), dict(site.object_md5s), dict(site.memory))
    watch = Watch("16", Tally(), told.append)
    verify(site, watch, tuple(Side), everything)
    assert (site.digests, site.object_md5s, site.memory) == before
    assert bucket.kept == {}
    last = {event.side: event for event in told if isinstance(event, Hashed)}
    assert [(e.files, e.of, e.bytes, e.of_bytes) for e in last.values()] == [(3, 3, 12, 12)] * 2
    assert watch.tally.cost().hashed == 6


class KmsBucket(MemoryStore):
    """ETags that look like MD5s and are none, as the store learns when it asks."""

    learnt = False

    def told_md5(self, stamp: Present) -> str | None:
        assert isinstance(stamp, ObjectStamp)
        return None if self.learnt else stamp.etag

    def ask_md5(self, path: str, stamp: Present) -> str | None:
        self.learnt = True
        return super().ask_md5(path, stamp)

    def _new_stamp(self, content: Content, modified_ns: int) -> ObjectStamp:  # noqa: ARG002 - as in the base
        return ObjectStamp(content.size, hashlib.md5(b"key" + content.md5.encode()).hexdigest())  # noqa: S324 - S3's own


def test_an_etag_that_only_looks_like_an_md5_is_no_witness() -> None:
    bucket = KmsBucket(Side.S3)
    bucket.put_out_of_band("a.png", b"image")
    desk = Desk(bucket, Clock())
    side = verified(desk.site(), [Side.S3])[Side.S3]
    assert (side.read, side.findings, side.unlisted) == (1, (), 1)
