"""Hashing: a file is read when and only when its stamp proves nothing; never is an edit missed."""

import hashlib
from collections.abc import Mapping

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Moved
from manifest_sync.core.listing import Found
from manifest_sync.core.manifest import Header
from manifest_sync.core.rows import divide
from manifest_sync.core.scope import Scope
from manifest_sync.core.stamps import FileStamp, Present
from manifest_sync.engine.digest import digest
from manifest_sync.engine.folder import FolderFacts, observe_folder
from manifest_sync.engine.hashes import Unhashed
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import CHUNK
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, FaultyStore
from manifest_sync.stores.memory import MemoryStore
from tests.searching import examples

SECOND = 1_000_000_000


class CoarseFolder(MemoryStore):
    """A folder on a file system that stamps in steps, and reuses inodes: as bad as FAT."""

    def __init__(self, step: int = 2 * SECOND) -> None:
        super().__init__(Side.LOCAL)
        self.now = 1_000 * SECOND
        self._step = step

    def edit(self, path: str, data: bytes) -> None:
        """Write in place; the mtime is what the clock says, in steps."""
        self.put_out_of_band(path, data, self._coarse)

    @property
    def _coarse(self) -> int:
        return self.now - self.now % self._step

    def _new_stamp(self, content: Content, modified_ns: int) -> Present:
        return FileStamp(content.size, modified_ns, self._coarse, inode=7)


class Observer:
    """Looks at a folder again and again with what it remembers."""

    def __init__(self, folder: MemoryStore, clock: CoarseFolder | None = None) -> None:
        self._clock = clock
        self.reads: list[str] = []
        self._store = FaultyStore(folder, before_each=self._count)
        self.known: Mapping[str, Digest] = {}
        self.hashed = 0

    def _count(self, call: Call, path: str) -> None:
        if call is Call.READ:
            self.reads.append(path)

    def look(self, now_ns: int) -> FolderFacts:
        self.reads.clear()
        watch = Watch("16", Tally(), hash_threads=1)
        scope = Scope(Header())
        rows = divide(self._store.list(), scope, lambda _: True)
        facts = observe_folder(self._store, rows, scope, self.known, now_ns=now_ns, watch=watch)
        self.known = facts.digests
        self.hashed = watch.tally.cost().hashed
        return facts


def test_a_file_that_is_old_enough_is_read_once() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"one")
    seen = Observer(folder)
    assert seen.look(folder.now + 10 * SECOND).listing.content("a.png") == content_of(b"one")
    assert (seen.reads, seen.hashed) == (["a.png"], 1)
    assert seen.look(folder.now + 20 * SECOND).fresh == ()
    assert (seen.reads, seen.hashed) == ([], 0)


def test_a_young_file_is_read_again_but_its_md5_is_not_computed_again() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"one")
    seen = Observer(folder)
    seen.look(folder.now + SECOND)
    assert not seen.known["a.png"].trusted
    seen.look(folder.now + 9 * SECOND)
    assert (seen.reads, seen.hashed) == (["a.png"], 0)
    seen.look(folder.now + 9 * SECOND)
    assert seen.reads == []


def test_a_same_size_edit_in_the_same_tick_with_the_same_stamp_is_found() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"one")
    seen = Observer(folder)
    seen.look(folder.now)
    before = folder.stat("a.png")
    folder.now += SECOND // 2
    folder.edit("a.png", b"two")
    assert folder.stat("a.png") == before  # nothing tells them apart
    assert seen.look(folder.now).listing.content("a.png") == content_of(b"two")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.sampled_from([b"one", b"two", b"six"])),
        st.tuples(
            st.just("wait"), st.sampled_from([1, SECOND // 3, SECOND, 2 * SECOND, 5 * SECOND])
        ),
        st.tuples(st.just("look"), st.none()),
    ),
    max_size=12,
)


@settings(max_examples=examples(20))
@given(steps=steps, step=st.sampled_from([1, SECOND // 100, SECOND, 2 * SECOND]))
def test_whatever_the_timing_no_edit_is_missed(steps: list[tuple[str, object]], step: int) -> None:
    folder = CoarseFolder(step)
    seen = Observer(folder)
    folder.edit("a.png", b"one")
    for kind, value in [*steps, ("look", None)]:
        if kind == "edit":
            assert isinstance(value, bytes)
            folder.edit("a.png", value)
        elif kind == "wait":
            assert isinstance(value, int)
            folder.now += value
        else:
            data = folder.bytes_at("a.png")
            assert data is not None
            assert seen.look(folder.now).listing.content("a.png") == content_of(data)


def test_a_restored_mtime_hides_nothing() -> None:
    folder = CoarseFolder()
    folder.put_out_of_band("a.png", b"one", 42)
    seen = Observer(folder)
    seen.look(folder.now + 60 * SECOND)
    folder.now += 60 * SECOND
    folder.put_out_of_band("a.png", b"two", 42)  # as `cp -p` and `tar` do
    assert seen.look(folder.now + 60 * SECOND).listing.content("a.png") == content_of(b"two")


@pytest.mark.parametrize("size", [3, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_touching_a_file_costs_a_reading_but_no_md5(size: int) -> None:
    folder = CoarseFolder()
    data = b"x" * size
    folder.edit("a.png", data)
    seen = Observer(folder)
    seen.look(folder.now + 60 * SECOND)
    assert seen.hashed == 1
    folder.now += 60 * SECOND
    folder.edit("a.png", data)
    facts = seen.look(folder.now + 60 * SECOND)
    assert (seen.hashed, facts.fresh) == (0, ("a.png",))
    assert facts.listing.content("a.png") == content_of(data)
    seen.look(folder.now + 60 * SECOND)
    assert seen.reads == []


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 7])
def test_both_digests_are_right_for_any_size(size: int) -> None:
    folder = CoarseFolder()
    data = bytes(range(256)) * (size // 256 + 1)
    data = data[:size]
    folder.edit("a.png", data)
    stamp = folder.stat("a.png")
    assert isinstance(stamp, FileStamp)
    stale = Digest(stamp, "0" * 32, "0" * 32, trusted=True)
    for known in (None, stale):
        tally = Tally()
        job = Unhashed("a.png", stamp, known, is_caption=False)
        found = digest(folder, job, folder.now + 60 * SECOND, tally)
        assert found.md5 == hashlib.md5(data).hexdigest()  # noqa: S324 - not for security
        assert found.xxh3 == xxhash.xxh3_128_hexdigest(data)
        assert (found.stamp, found.trusted) == (stamp, True)
        assert tally.cost().hashed == 1


def test_a_digest_of_another_size_is_not_even_compared() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"longer")
    stamp = folder.stat("a.png")
    assert isinstance(stamp, FileStamp)
    wrong = Digest(
        FileStamp(3, 1, 1, 7), "0" * 32, xxhash.xxh3_128_hexdigest(b"longer"), trusted=True
    )
    found = digest(folder, Unhashed("a.png", stamp, wrong, is_caption=False), folder.now, Tally())
    assert found.md5 == content_of(b"longer").md5


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"", "empty"),
        (b" \n\t", "blank"),
        ("\u00a0\u2003".encode(), "blank"),
        (b"\xff\xfea\x00", "not_utf8"),
        ("ein süßer Hund".encode("latin-1"), "not_utf8"),
        (b"a dog", None),
        ("ein süßer Hund 🐕".encode(), None),
    ],
)
def test_captions_are_looked_into_and_images_are_not(data: bytes, trouble: str | None) -> None:
    folder = CoarseFolder()
    folder.edit("a.txt", data)
    folder.edit("b.CAPTION", data)
    folder.edit("c.png", data)
    seen = Observer(folder)
    for _ in range(2):  # hashed, then from memory
        facts = seen.look(folder.now + 60 * SECOND)
        assert facts.digests["a.txt"].trouble == trouble
        assert facts.digests["b.CAPTION"].trouble == trouble
        assert facts.digests["c.png"].trouble is None


def test_a_file_that_changes_while_it_is_read_is_no_digest() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"one")
    stamp = folder.stat("a.png")
    assert isinstance(stamp, FileStamp)
    folder.now += 9 * SECOND
    folder.edit("a.png", b"two")
    with pytest.raises(Moved):
        digest(folder, Unhashed("a.png", stamp, None, is_caption=False), folder.now, Tally())


def test_rows_of_a_coarse_folder_are_files() -> None:
    folder = CoarseFolder()
    folder.edit("a.png", b"")
    (row,) = folder.list()
    assert isinstance(row, Found)
