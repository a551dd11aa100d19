"""Observing a real folder: what is read, what is not, and what becomes of files that misbehave."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from manifest_sync.core.errors import Transient
from manifest_sync.core.events import Event, Hashed
from manifest_sync.core.listing import Problem
from manifest_sync.core.manifest import Header
from manifest_sync.core.rows import divide
from manifest_sync.core.scope import Scope
from manifest_sync.core.stamps import Present
from manifest_sync.engine.folder import FolderFacts, observe_folder
from manifest_sync.engine.tally import Tally
from manifest_sync.engine.watch import Watch
from manifest_sync.state.cache import Digest
from manifest_sync.stores.base import CHUNK, Reading, Store
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import NOBODY, printed

MINUTE = 60_000_000_000


class Folder:
    """A folder on disk, observed again and again with what was remembered of it."""

    def __init__(self, place: Path) -> None:
        self.root = place / "style"
        self.root.mkdir(exist_ok=True)
        self.store = LocalStore(self.root, place / "ms" / "trash")
        (place / "ms").mkdir(exist_ok=True)
        self.known: Mapping[str, Digest] = {}
        self.reads: list[str] = []
        self.hashed = 0
        self.events: list[Event] = []

    def put(self, path: str, data: bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def look(
        self,
        store: Store | None = None,
        *,
        later: int = MINUTE,
        before_reading: Callable[[str], object] = lambda _: None,
    ) -> FolderFacts:
        """Observe as if `later` nanoseconds had passed since the last file was written."""
        self.reads.clear()

        def notice(call: Call, path: str) -> None:
            if call is Call.READ:
                self.reads.append(path)
                before_reading(path)

        watch = Watch("16", Tally(), self.events.append, hash_threads=1)
        scope = Scope(Header())
        watched = FaultyStore(store or self.store, before_each=notice)
        rows = divide(watched.list(), scope, lambda _: True)
        now_ns = self.store.now_ns() + later
        facts = observe_folder(watched, rows, scope, self.known, now_ns=now_ns, watch=watch)
        self.known, self.hashed = facts.digests, watch.tally.cost().hashed
        return facts


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_the_cache_knows_is_not_read(folder: Folder) -> None:
    folder.put("a.png", b"image")
    folder.put("sub/a.txt", b"caption")
    facts = folder.look()
    assert {path: facts.listing.content(path) for path in facts.listing.entries} == {
        "a.png": content_of(b"image"),
        "sub/a.txt": content_of(b"caption"),
    }
    assert (sorted(folder.reads), folder.hashed) == (["a.png", "sub/a.txt"], 2)
    again = folder.look()
    assert again.listing == facts.listing
    assert (folder.reads, folder.hashed, again.fresh) == ([], 0, ())


def test_a_listing_is_sorted_whatever_is_hashed_anew(folder: Folder) -> None:
    for name in ("b.png", "d.png"):
        folder.put(name, b"x")
    folder.look()
    for name in ("c.png", "a.png"):
        folder.put(name, b"y")
    assert list(folder.look().listing.entries) == ["a.png", "b.png", "c.png", "d.png"]
    assert sorted(folder.reads) == ["a.png", "c.png"]


def test_a_file_just_written_is_read_again_until_it_is_old_enough(folder: Folder) -> None:
    folder.put("a.png", b"image")
    folder.look(later=0)
    assert (folder.reads, folder.hashed) == (["a.png"], 1)
    for later in (0, MINUTE):  # the second time its stamp has proved itself
        assert folder.look(later=later).fresh == ("a.png",)
        assert (folder.reads, folder.hashed) == (["a.png"], 0)
    folder.look()
    assert folder.reads == []


@pytest.mark.parametrize("size", [5, CHUNK + 1])
def test_a_touched_file_is_read_and_not_hashed(folder: Folder, size: int) -> None:
    file = folder.put("a.png", b"x" * size)
    before = folder.look().listing.content("a.png")
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert folder.look().listing.content("a.png") == before
    assert (folder.reads, folder.hashed) == (["a.png"], 0)
    folder.look()
    assert folder.reads == []


def test_an_edit_of_the_same_size_with_its_mtime_restored_is_found(folder: Folder) -> None:
    file = folder.put("a.txt", b"one cat")
    folder.look()
    times = file.stat()
    file.write_bytes(b"two cat")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    assert folder.look().listing.content("a.txt") == content_of(b"two cat")


def test_two_files_that_change_places_are_found(folder: Folder) -> None:
    one, two = folder.put("a.png", b"cat"), folder.put("b.png", b"dog")
    for file in (one, two):
        os.utime(file, (1_000_000_000, 1_000_000_000))
    folder.look()
    one.rename(folder.root / "x")
    two.rename(one)
    (folder.root / "x").rename(two)
    facts = folder.look()
    assert facts.listing.content("a.png") == content_of(b"dog")
    assert facts.listing.content("b.png") == content_of(b"cat")


def test_a_file_that_is_gone_is_forgotten(folder: Folder) -> None:
    folder.put("a.png", b"x")
    file = folder.put("b.png", b"x")
    folder.look()
    file.unlink()
    facts = folder.look()
    assert list(facts.digests) == list(facts.listing.entries) == ["a.png"]


def test_captions_troubles_are_remembered_with_the_digest(folder: Folder) -> None:
    for name, text in {"a.txt": b"", "b.txt": b" \n", "c.txt": b"\xff", "d.txt": b"a dog"}.items():
        folder.put(name, text)
    for reads in (4, 0):
        troubles = {path: found.trouble for path, found in folder.look().digests.items()}
        assert troubles == {
            "a.txt": "empty",
            "b.txt": "blank",
            "c.txt": "not_utf8",
            "d.txt": None,
        }
        assert len(folder.reads) == reads


# Files that misbehave


class Disturbed(LocalStore):
    """A folder where something happens in the middle of a reading."""

    def __init__(self, folder: Folder, disturb: Callable[[], object]) -> None:
        super().__init__(folder.root, folder.root.parent / "ms" / "trash")
        self._disturb = disturb

    @contextmanager
    def read(self, path: str, stamp: Present) -> Iterator[Reading]:
        with super().read(path, stamp) as reading:
            reading.chunks = self._disturbed(reading.chunks)
            yield reading

    def _disturbed(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield next(chunks)
        self._disturb()
        yield from chunks


@pytest.mark.parametrize("size", [100, 3 * CHUNK])
def test_a_file_that_is_written_to_all_the_time_is_busy(folder: Folder, size: int) -> None:
    file = folder.put("a.png", b"x" * size)
    folder.put("b.png", b"calm")

    def grow() -> None:
        with file.open("ab") as growing:
            growing.write(b"y")

    facts = folder.look(Disturbed(folder, grow))
    # b.png is read while a.png grows too, and is none the worse for it.
    assert facts.listing.content("b.png") == content_of(b"calm")
    assert list(facts.listing.entries) == ["b.png"]
    assert facts.listing.problems == (
        Problem(
            "a.png",
            facts.listing.side,
            "busy",
            "is being written to; run the command again when it is done",
        ),
    )
    # Three times by itself; a small file was read with the others before.
    assert folder.reads.count("a.png") == (4 if size < CHUNK else 3)
    assert "a.png" not in facts.digests


def test_a_file_that_was_written_to_once_is_read_as_it_is_now(folder: Folder) -> None:
    file = folder.put("a.png", b"first")
    texts = [b"second"]

    def rewrite() -> None:
        if texts:
            file.write_bytes(texts.pop())

    facts = folder.look(Disturbed(folder, rewrite))
    assert facts.listing.content("a.png") == content_of(b"second")
    assert facts.listing.problems == ()
    assert facts.digests["a.png"].stamp == folder.store.stat("a.png")


def test_a_file_replaced_while_it_is_read_is_read_as_it_is_now(folder: Folder) -> None:
    folder.put("a.png", b"first")
    other = folder.put("b.part", b"other")

    def replace() -> None:
        if other.exists():
            other.rename(folder.root / "a.png")

    facts = folder.look(Disturbed(folder, replace))
    assert facts.listing.content("a.png") == content_of(b"other")


@pytest.mark.parametrize("vanishing", ["sub/a.png", "sub"])
def test_what_vanishes_before_it_is_read_is_not_there_and_no_problem(
    folder: Folder, vanishing: str
) -> None:
    folder.put("sub/a.png", b"x")
    folder.put("b.png", b"x")

    def vanish(path: str) -> None:
        place = folder.root / vanishing
        if path == "sub/a.png":
            shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)

    facts = folder.look(before_reading=vanish)
    assert (list(facts.listing.entries), facts.listing.problems) == (["b.png"], ())


def swap_for_link(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.with_name("b.png"))


def swap_for_fifo(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize("swap", [swap_for_link, swap_for_fifo])
def test_a_file_whose_place_a_link_or_a_pipe_takes_is_left_alone(
    folder: Folder, swap: Callable[[Path], None]
) -> None:
    file = folder.put("a.png", b"x")
    folder.put("b.png", b"x")

    def take_its_place(path: str) -> None:
        if path == "a.png" and file.is_file() and not file.is_symlink():
            swap(file)

    facts = folder.look(before_reading=take_its_place)
    assert list(facts.listing.entries) == ["b.png"]
    assert [(found.path, found.code) for found in facts.listing.problems] == [("a.png", "busy")]


def test_a_file_whose_place_a_folder_takes_is_no_file_any_more(folder: Folder) -> None:
    file = folder.put("a.png", b"x")

    def take_its_place(_: str) -> None:
        file.unlink()
        file.mkdir()

    facts = folder.look(before_reading=take_its_place)
    assert (dict(facts.listing.entries), facts.listing.problems) == ({}, ())


@pytest.mark.parametrize("call", [Call.READ, Call.STAT])
def test_what_the_system_refuses_is_a_problem_of_that_file(folder: Folder, call: Call) -> None:
    file = folder.put("a.png", b"x")
    folder.put("b.png", b"x")
    sick = FaultyStore(
        folder.store,
        [Fault(call, Harm.BEFORE, "a.png", Transient("“a.png” cannot be read: too busy"), times=9)],
    )

    def change(path: str) -> None:
        if path == "a.png":
            file.write_bytes(b"changed")

    facts = folder.look(sick, before_reading=change)
    assert list(facts.listing.entries) == ["b.png"]
    (problem,) = facts.listing.problems
    assert (problem.path, problem.code, problem.message) == (
        "a.png",
        "unreadable",
        "“a.png” cannot be read: too busy",
    )
    assert problem.hides_content


def test_a_file_without_permission_is_a_problem_that_hides_content(folder: Folder) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to become somebody else")
    folder.put("a.png", b"x").chmod(0o000)
    folder.put("b.png", b"x")
    script = f"""
import os
from pathlib import Path
from tests.engine.test_folder import Folder
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
for problem in Folder(Path()).look().listing.problems:
    print(problem.path, problem.code, problem.hides_content, problem.message)
"""
    place = folder.root.parent
    os.chown(place / "ms", NOBODY, NOBODY)
    place.chmod(0o755)
    assert printed(script, place).splitlines() == [
        "a.png unreadable True “a.png” cannot be read: permission denied"
    ]


# What is told


def test_progress_counts_what_has_to_be_read(folder: Folder) -> None:
    folder.put("a.png", b"12345")
    folder.look()
    folder.put("b.png", b"123")
    folder.put("c.png", b"1")
    folder.put("large.png", bytes(CHUNK + 1))
    folder.events.clear()
    folder.look()
    small, size = 4, CHUNK + 5
    # Small files are told of together.
    assert folder.events in (
        [Hashed("16", 2, 3, small, size), Hashed("16", 3, 3, size, size)],
        [Hashed("16", 1, 3, CHUNK + 1, size), Hashed("16", 3, 3, size, size)],
    )
