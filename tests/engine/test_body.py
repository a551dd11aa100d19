"""Bytes on their way: no store commits what was not promised."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Corrupted, Moved, StoreError, Transient
from manifest_sync.core.plan import Source
from manifest_sync.core.stamps import ABSENT, AbsentStamp, Present
from manifest_sync.engine.body import CheckedBody, checked
from manifest_sync.stores.base import CHUNK, Reading, Store, Whole
from manifest_sync.stores.bodies import content_of
from manifest_sync.stores.faulty import Call, Fault, FaultyStore, Harm
from manifest_sync.stores.local import LocalStore
from manifest_sync.stores.memory import MemoryStore
from tests.searching import examples

MTIME = 1_600_000_000_123_456_789


class Pieces(MemoryStore):
    """A store that hands out bytes in pieces of its own choosing."""

    pieces: tuple[bytes, ...] = ()

    @contextmanager
    def read(self, path: str, stamp: Present) -> Iterator[Reading]:
        with super().read(path, stamp) as reading:
            reading.chunks = iter(self.pieces or tuple(reading.chunks))
            yield reading


def source_of(store: MemoryStore, data: bytes, path: str = "a.png") -> Source:
    stamp = store.put_out_of_band(path, data, MTIME)
    assert not isinstance(stamp, AbsentStamp)
    return Source(store.side, path, stamp)


@settings(max_examples=examples(25))
@given(pieces=st.lists(st.binary(max_size=9), max_size=8), size=st.none() | st.integers(1, 12))
def test_pieces_have_exactly_the_size_that_was_asked_for(
    pieces: list[bytes], size: int | None
) -> None:
    data = b"".join(pieces)
    store = Pieces(Side.S3)
    source = source_of(store, data)
    store.pieces = tuple(pieces)
    chunks = list(CheckedBody(store, source, content_of(data)).chunks(size))
    assert b"".join(chunks) == data
    assert all(len(chunk) == size for chunk in chunks[:-1] if size)
    assert all(0 < len(chunk) <= (size or len(data)) for chunk in chunks)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("knows", [True, False])
def test_digest_and_mtime_are_known_after_reading(side: Side, knows: bool) -> None:
    store = MemoryStore(side)
    source = source_of(store, b"bytes")
    xxh3 = xxhash.xxh3_128_hexdigest(b"bytes")
    body = CheckedBody(store, source, content_of(b"bytes"), xxh3 if knows else None)
    assert list(body.chunks()) == [b"bytes"]
    assert (body.xxh3, body.modified_ns) == (xxh3, MTIME)
    assert list(body.chunks()) == [b"bytes"]  # as often as a write is tried again


WRONG: dict[str, Callable[[bytes], bytes]] = {
    "another byte at the end": lambda data: data[:-1] + b"?",
    "another byte at the start": lambda data: b"?" + data[1:],
    "truncated": lambda data: data[:-1],
    "empty": lambda _: b"",
    "grown": lambda data: data + b"!",
    "grown by a whole piece": lambda data: data + bytes(CHUNK),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("knows", [True, False])
@pytest.mark.parametrize("size", [1, 5, CHUNK, CHUNK + 1])
def test_other_bytes_end_in_an_error_before_the_last_piece(
    wrong: str, side: Side, knows: bool, size: int
) -> None:
    data = b"x" * size
    promised = content_of(data)
    store = Pieces(side)
    source = source_of(store, data)
    arriving = WRONG[wrong](data)
    store.pieces = tuple(arriving[i : i + CHUNK] for i in range(0, len(arriving), CHUNK)) or (b"",)
    body = CheckedBody(store, source, promised, xxhash.xxh3_128_hexdigest(data) if knows else None)
    arrived: list[bytes] = []
    with pytest.raises(Moved if side is Side.LOCAL else Corrupted, match=r"a\.png"):
        arrived.extend(body.chunks())
    assert b"".join(arrived) != data


def targets(tmp_path: Path) -> dict[str, Store]:
    (tmp_path / "style").mkdir()
    return {
        "memory": MemoryStore(Side.S3),
        "folder in memory": MemoryStore(Side.LOCAL),
        "folder": LocalStore(tmp_path / "style", tmp_path / "trash"),
    }


@pytest.mark.parametrize("target", ["memory", "folder in memory", "folder"])
@pytest.mark.parametrize("harm", [Harm.AFTER, Harm.CORRUPT])
@pytest.mark.parametrize("replacing", [True, False])
def test_no_store_commits_bytes_that_went_wrong(
    tmp_path: Path, target: str, harm: Harm, replacing: bool
) -> None:
    store = targets(tmp_path)[target]
    before = b"what is there"
    expect = ABSENT
    if replacing:
        origin = MemoryStore(Side.S3)
        first = CheckedBody(origin, source_of(origin, before), content_of(before))
        expect = store.write("a.png", first, expect=ABSENT, keep_under="k").stamp  # type: ignore[assignment]
    giver = MemoryStore(Side.S3)
    data = b"new" * 500_000
    source = source_of(giver, data)
    faulty = FaultyStore(giver, [Fault(Call.READ, harm)])
    body = CheckedBody(faulty, source, content_of(data))
    with pytest.raises(Corrupted if harm is Harm.CORRUPT else Transient):
        store.write("a.png", body, expect=expect, keep_under="k")
    assert store.stat("a.png") == expect
    assert [row.path for row in store.list()] == (["a.png"] if replacing else [])
    written = store.write("a.png", body, expect=expect, keep_under="k")
    assert not isinstance(written.stamp, AbsentStamp)
    with store.read("a.png", written.stamp) as reading:
        assert b"".join(reading.chunks) == data


def test_a_wrong_promise_is_noticed_even_where_the_bytes_are_fine() -> None:
    store = MemoryStore(Side.S3)
    source = source_of(store, b"bytes")
    for promise in (Content(5, "0" * 32), Content(4, content_of(b"bytes").md5)):
        with pytest.raises(StoreError):
            list(CheckedBody(store, source, promise).chunks())


def test_a_source_in_another_state_is_not_read_at_all() -> None:
    store = MemoryStore(Side.LOCAL)
    source = source_of(store, b"bytes")
    store.put_out_of_band("a.png", b"other")
    with pytest.raises(Moved):
        list(CheckedBody(store, source, content_of(b"bytes")).chunks())


@pytest.mark.parametrize("told", [None, content_of(b"other").md5])
def test_a_small_source_is_what_its_reader_computed_or_what_is_computed_now(
    told: str | None,
) -> None:
    source = source_of(MemoryStore(Side.S3), b"bytes")
    for data in (b"bytes", b"other"):
        whole = Whole(data, 1, told)
        is_right = (told or content_of(data).md5) == content_of(b"other").md5
        if is_right:
            assert checked(whole, source, content_of(b"other"), None)
        else:
            with pytest.raises(Corrupted):
                checked(whole, source, content_of(b"other"), None)
