"""Searching for bytes that neither side holds any more."""

import pytest

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Denied
from manifest_sync.core.history import Deletion, Who
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change
from manifest_sync.core.planning import Kept
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import ABSENT, AbsentStamp, ObjectStamp
from manifest_sync.engine.kept_sources import KeptFinder
from manifest_sync.engine.site import Site
from manifest_sync.engine.transfer import Sides, transfer
from manifest_sync.stores.bodies import bytes_body, content_of
from manifest_sync.stores.memory import MemoryStore
from tests.builders import REMOTE

OLD = b"the old bytes"
HERE = "https://here"


class Desk:
    """A folder and a bucket, in which files are deleted."""

    def __init__(self, *, opaque: bool = False, manifest: Manifest | None = None) -> None:
        self.folder = MemoryStore(Side.LOCAL)
        self.bucket = MemoryStore(Side.S3, opaque_etags=opaque)
        self.manifest = manifest or Manifest("16", REMOTE)
        self.rows: list[Deletion] = []

    def delete(self, side: Side, path: str, data: bytes = OLD, *, known: bool = True) -> str:
        """Delete a file, by this workspace (`known`) or by another; returns where it is kept."""
        store = self.folder if side is Side.LOCAL else self.bucket
        stamp = store.write(path, bytes_body(data, 5), expect=ABSENT, keep_under="w").stamp
        assert not isinstance(stamp, AbsentStamp)
        kept_at = store.delete(path, expect=stamp, keep_under=f"w-{len(store.kept)}").kept_at
        assert kept_at is not None
        if known:
            self.rows.append(row(side, path, data, kept_at))
        return kept_at

    def find(self, wanted: dict[str, Content], to: Side = Side.LOCAL) -> Kept:
        site = Site(
            manifest=self.manifest,
            manifest_md5="0" * 32,
            folder=self.folder,
            bucket=self.bucket,
            memory={},
            serial=0,
            digests={},
            object_md5s={},
            now_ns=lambda: 0,
        )
        return KeptFinder(site, self.rows, HERE).find(wanted, to)

    def found(self, path: str = "a.png", to: Side = Side.LOCAL) -> str | None:
        """Where the old bytes are found."""
        source = self.find({path: content_of(OLD)}, to).sources.get(content_of(OLD))
        return source.kept_at if source is not None else None


def row(side: Side, path: str, data: bytes, kept_at: str, endpoint: str = HERE) -> Deletion:
    return Deletion(
        id="@1.1", when="t", who=Who("anna", "ws3"), style="16", side=side, path=path,
        content=content_of(data), after=None, reason="deleted", apply="@1", command="push",
        plan="", remote=REMOTE, endpoint=endpoint, kept_at=kept_at,
    )  # fmt: skip


@pytest.mark.parametrize("to", Side)
def test_the_side_that_changes_comes_first(to: Side) -> None:
    desk = Desk()
    places = {side: desk.delete(side, "a.png") for side in Side}
    assert desk.found(to=to) == places[to]
    assert desk.found("another name.png", to) == places[to]


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("to", Side)
def test_what_one_side_has_kept_serves_both(side: Side, to: Side) -> None:
    desk = Desk()
    place = desk.delete(side, "a.png")
    assert desk.found(to=to) == place


def test_where_the_own_trash_has_it_s3_is_not_asked() -> None:
    desk = Desk()
    place = desk.delete(Side.LOCAL, "a.png")
    of_s3 = type("OfS3", (MemoryStore,), {"trash": property(lambda _: pytest.fail("was asked"))})
    desk.bucket = of_s3(Side.S3)
    assert desk.found() == place


@pytest.mark.parametrize("opaque", [False, True])
def test_what_others_have_replaced_is_found_by_its_path(opaque: bool) -> None:
    desk = Desk(opaque=opaque)
    place = desk.delete(Side.S3, "a.png", known=False)
    desk.delete(Side.S3, "a.png", b"other bytes!!", known=False)
    assert desk.found() == place
    assert desk.found("elsewhere.png") is None


def test_an_etag_of_the_manifest_tells_the_content() -> None:
    desk = Desk(opaque=True)
    place = desk.delete(Side.S3, "a.png", known=False)
    stamp = desk.bucket.trash.stat(place)
    assert isinstance(stamp, ObjectStamp)
    line = {"a.png": content_of(OLD)}
    desk.manifest = Manifest("16", REMOTE, lines=line, etags={"a.png": stamp.etag})
    desk.bucket.kept[place] = b"asking would tell"
    assert desk.found() == place


def test_rows_of_other_places_pruned_rows_and_lost_copies_are_no_sources() -> None:
    desk = Desk()
    place = desk.delete(Side.S3, "x.png", known=False)
    desk.rows = [row(Side.S3, "x.png", OLD, place, "https://elsewhere")]
    assert desk.found() is None
    desk.rows = [row(Side.S3, "x.png", OLD, "memory:gone")]
    assert desk.found() is None
    desk.rows = [row(Side.S3, "x.png", OLD, place)]
    assert desk.found() == place


def test_the_trash_of_the_folder_serves_wherever_the_style_was_then() -> None:
    desk = Desk()
    place = desk.delete(Side.LOCAL, "x.png", known=False)
    desk.rows = [row(Side.LOCAL, "x.png", OLD, place, "https://elsewhere")]
    assert desk.found() == place


def test_more_than_a_few_are_not_looked_up_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    wanted = {f"{number:02}.png": content_of(b"%d" % number) for number in range(17)}
    for number, path in enumerate(wanted):
        desk.delete(Side.S3, path, b"%d" % number)
    trash = type(desk.bucket.trash)
    monkeypatch.setattr(trash, "stat", lambda *_: pytest.fail("looked up one by one"))
    found = desk.find(wanted, Side.S3)
    assert found.sources.keys() == set(wanted.values())


def test_a_side_that_cannot_be_searched_is_told_and_the_other_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(*_: object) -> None:
        raise Denied("the versions cannot be listed")

    desk = Desk()
    monkeypatch.setattr(type(desk.bucket.trash), "earlier", denied)
    place = desk.delete(Side.LOCAL, "a.png")
    other = content_of(b"nowhere")
    found = desk.find({"a.png": content_of(OLD), "b.png": other}, Side.S3)
    assert [source.kept_at for source in found.sources.values()] == [place]
    assert found.trouble == "the versions cannot be listed"


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("spoil", [False, True])
def test_kept_bytes_go_to_the_other_side_only_if_they_are_the_ones(side: Side, spoil: bool) -> None:
    desk = Desk(opaque=True)
    place = desk.delete(side, "a.png")
    source = desk.find({"b.png": content_of(OLD)}).sources[content_of(OLD)]
    assert isinstance(source, KeptSource)
    if spoil:
        desk.bucket.kept[place] = desk.folder.kept[place] = b"other bytes!!"
    change = Change(
        side=side.other, path="b.png", before=None, after=content_of(OLD), reason=Reason.NEW,
        precondition=ABSENT, source=source,
    )  # fmt: skip
    made = transfer(change, Sides(desk.folder, desk.bucket, {}, "w-9"))
    target = desk.folder if side is Side.S3 else desk.bucket
    assert target.bytes_at("b.png") == (None if spoil else OLD)
    assert made.outcome.status is (Status.FAILED if spoil else Status.DONE)
