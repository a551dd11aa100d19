"""Looking at both sides of a style: at the same time, whole or not at all, and only in scope."""

import threading
from collections.abc import Iterable, Mapping

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Denied, StoreError, Transient
from manifest_sync.core.events import Event, Listed
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.memory import Memory
from manifest_sync.core.selection import Selection
from manifest_sync.engine import listings
from manifest_sync.engine.site import Observation, Site, observe
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.formats.manifest_json import render_manifest
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.memory import MemoryStore

Files = Mapping[str, bytes]


class Place:
    """A style's two sides in memory."""

    def __init__(
        self, local: Files, there: Files, lines: Files | None = None, header: Header | None = None
    ) -> None:
        self.tally = Tally()
        self.folder = MemoryStore(Side.LOCAL)
        self.bucket = MemoryStore(Side.S3, on_request=self.tally.request)
        for store, files in ((self.folder, local), (self.bucket, there)):
            for path, data in files.items():
                store.put_out_of_band(path, data)
        self.manifest = Manifest(
            "16",
            "s3://bucket/styles/16/",
            header or Header(),
            {path: content_of(data) for path, data in (lines or {}).items()},
        )
        self.memory: dict[str, Memory] = {}
        self.faulty: dict[Side, FaultyStore] = {
            Side.LOCAL: FaultyStore(self.folder),
            Side.S3: FaultyStore(self.bucket),
        }
        self.events: list[Event] = []

    def fail(self, side: Side, faults: Iterable[Fault]) -> None:
        inner = self.folder if side is Side.LOCAL else self.bucket
        self.faulty[side] = FaultyStore(inner, faults)

    def look(
        self,
        *,
        with_bucket: bool = True,
        recorded: bool = False,
        selection: Selection | None = None,
    ) -> Observation:
        place = Site(
            manifest=self.manifest,
            manifest_md5="0" * 32,
            folder=self.faulty[Side.LOCAL],
            bucket=self.faulty[Side.S3],
            memory=self.memory,
            serial=3,
            digests={},
            object_md5s={},
            now_ns=lambda: 10**15,
        )
        watch = Watch("16", self.tally, self.events.append, jobs=2, hash_threads=1)
        return observe(
            place,
            watch,
            with_bucket=with_bucket,
            recorded=recorded,
            selection=selection or Selection(),
        )


def test_both_sides_are_listed_at_the_same_time() -> None:
    place = Place({"a.png": b"1"}, {"b.png": b"2"})
    both = threading.Barrier(2, timeout=30)  # neither listing ends before the other has begun

    def meet(call: Call, _: str) -> None:
        if call is Call.LIST:
            both.wait()

    for side, inner in ((Side.LOCAL, place.folder), (Side.S3, place.bucket)):
        place.faulty[side] = FaultyStore(inner, before_each=meet)
    survey = place.look().survey
    assert list(survey.folder.entries) == ["a.png"]
    assert list(survey.bucket.entries) == ["b.png"]


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("harm", [Harm.BEFORE, Harm.AFTER])
def test_half_a_listing_is_never_taken_for_a_whole(side: Side, harm: Harm) -> None:
    files = {f"{number}.png": b"x" for number in range(5)}
    place = Place(files, files)
    place.fail(side, [Fault(Call.LIST, harm, error=Transient("the connection broke"), times=99)])
    with pytest.raises(Transient, match="the connection broke"):
        place.look()


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("harm", [Harm.BEFORE, Harm.AFTER])
def test_a_listing_that_breaks_off_is_begun_anew(side: Side, harm: Harm) -> None:
    files = {f"{number}.png": b"x" for number in range(5)}
    place = Place(files, files)
    place.fail(side, [Fault(Call.LIST, harm, times=2)])
    survey = place.look().survey
    assert set(survey.side(side).entries) == files.keys()


def test_of_two_listings_that_fail_one_error_is_raised() -> None:
    place = Place({}, {})
    for side in Side:
        place.fail(side, [Fault(Call.LIST, Harm.BEFORE, error=Denied("no"))])
    with pytest.raises(StoreError, match="no"):
        place.look()


def test_without_the_bucket_s3_is_not_asked() -> None:
    place = Place({"a.png": b"1"}, {"b.png": b"2"})
    survey = place.look(with_bucket=False).survey
    assert not any(place.tally.cost().requests.values())
    assert (list(survey.folder.entries), dict(survey.bucket.entries)) == (["a.png"], {})


@pytest.mark.parametrize("side", list(Side))
def test_a_manifest_below_makes_another_style_out_of_scope_on_both_sides(side: Side) -> None:
    files = {"a.png": b"1", "inner/b.png": b"2", "inner/deep/c.png": b"3", "innermost.png": b"4"}
    with_manifest = {**files, "inner/manifest.json": b"{}"}
    sides = {**dict.fromkeys(Side, files), side: with_manifest}
    place = Place(sides[Side.LOCAL], sides[Side.S3])
    survey = place.look().survey
    assert list(survey.folder.entries) == ["a.png", "innermost.png"]
    assert list(survey.bucket.entries) == ["a.png", "innermost.png"]
    assert not survey.scope.holds("inner/b.png")


def test_the_styles_own_manifest_is_no_file_of_it_and_nests_nothing() -> None:
    published = render_manifest(Manifest("16", "s3://bucket/styles/16/"))
    place = Place({"manifest.json": b"{}", "a.png": b"1"}, {"manifest.json": published})
    survey = place.look().survey
    assert (list(survey.folder.entries), dict(survey.bucket.entries)) == (["a.png"], {})


def test_what_is_out_of_scope_is_on_neither_side_and_what_is_ignored_is_told() -> None:
    files = {"a.png": b"1", "skip.png": b"2", "notes.md": b"3", ".hidden.png": b"4"}
    survey = Place(files, files, header=Header(ignore=("skip.*",))).look().survey
    for listing in (survey.folder, survey.bucket):
        assert list(listing.entries) == ["a.png"]
        assert listing.ignored == ("skip.png",)


def test_lines_are_the_manifests_or_what_record_would_make_them() -> None:
    place = Place({"a.png": b"new"}, {}, lines={"a.png": b"old", "b.png": b"2"})
    assert place.look().survey.lines == place.manifest.lines
    lines = place.look(recorded=True).survey.lines
    assert lines == {"a.png": content_of(b"new"), "b.png": content_of(b"2")}


def test_what_is_not_selected_is_not_recorded() -> None:
    place = Place({"a.png": b"new", "a.txt": b"new"}, {}, lines={"a.png": b"old", "a.txt": b"old"})
    selection = Selection(paths=frozenset({"a.txt"}))
    survey = place.look(recorded=True, selection=selection).survey
    assert survey.lines == {"a.png": content_of(b"old"), "a.txt": content_of(b"new")}
    assert survey.selection == selection
    # Facts are facts: both files are in the listing.
    assert list(survey.folder.entries) == ["a.png", "a.txt"]


def test_what_had_to_be_hashed_or_asked_is_handed_on_to_be_remembered() -> None:
    place = Place({"a.png": b"here"}, {})
    opaque = MemoryStore(Side.S3, opaque_etags=True)
    opaque.put_out_of_band("b.png", b"there")
    place.faulty[Side.S3] = FaultyStore(opaque)
    observation = place.look()
    assert observation.folder.fresh == ("a.png",)
    ((path, _, md5),) = observation.bucket.learned
    assert (path, md5) == ("b.png", content_of(b"there").md5)


def test_progress_tells_how_many_rows_each_side_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_EVERY", 10)
    place = Place({f"{n:04}.png": b"x" for n in range(21)}, {"a.png": b"1"})
    place.look()
    told = [event for event in place.events if isinstance(event, Listed)]
    assert [event.files for event in told if event.side is Side.LOCAL] == [10, 20, 21]
    assert [event.files for event in told if event.side is Side.S3] == [1]
