"""Recognising a multipart ETag by the local file."""

import hashlib

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.stamps import FileStamp
from manifest_sync.engine.multipart_etag import gives_etag, possible_part_sizes
from manifest_sync.engine.tally import Tally
from manifest_sync.stores.memory import MemoryStore

MIB = 1 << 20


def etag_of(data: bytes, part_size: int) -> str:
    """As S3 makes it: the MD5 of the parts' MD5s, and their number."""
    parts = [data[at : at + part_size] for at in range(0, len(data), part_size)] or [b""]
    digests = b"".join(hashlib.md5(part).digest() for part in parts)  # noqa: S324 - S3's own
    return f"{hashlib.md5(digests).hexdigest()}-{len(parts)}"  # noqa: S324 - S3's own


def put(data: bytes) -> tuple[MemoryStore, FileStamp]:
    store = MemoryStore(Side.LOCAL)
    stamp = store.put_out_of_band("a.png", data)
    assert isinstance(stamp, FileStamp)
    return store, stamp


@pytest.mark.parametrize("part_size", [5 * MIB, 5_000_000, 16 * MIB])
@pytest.mark.parametrize("size", [5 * MIB, 5 * MIB + 1, 10 * MIB])
def test_a_file_gives_its_etag_in_any_usual_part_size(part_size: int, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    data = data[:size]
    store, stamp = put(data)
    etag = etag_of(data, part_size)
    assert gives_etag(store, "a.png", stamp, etag, Tally())
    tally = Tally()
    assert not gives_etag(store, "a.png", stamp, "0" * 32 + etag[32:], tally)
    assert tally.cost().hashed == len(possible_part_sizes(etag, size))


def test_another_file_of_the_same_size_does_not() -> None:
    data = bytes(6 * MIB)
    store, stamp = put(data[:-1] + b"x")
    assert not gives_etag(store, "a.png", stamp, etag_of(data, 5 * MIB), Tally())


@pytest.mark.parametrize("data", [b"", b"x", b"small" * 100])
def test_one_part_of_any_size(data: bytes) -> None:
    store, stamp = put(data)
    assert gives_etag(store, "a.png", stamp, etag_of(data, max(1, len(data))), Tally())


@pytest.mark.parametrize(
    ("etag", "size", "expected"),
    [
        ("a-2", 10 * MIB, {5 * MIB, 8 * MIB, 8_000_000, 10_000_000}),
        ("a-3", 10 * MIB, {5_000_000}),
        ("a-1", 12, {12}),
        ("a-1", 0, {1}),
        ("a-2", 0, set()),
        ("a-0", 10, set()),
        ("a-", 10, set()),
        ("a-x", 10, set()),
        ("a-2.0", 10 * MIB, set()),
        ("d41d8cd98f00b204e9800998ecf8427e", 10, set()),
        ("", 10, set()),
        ("a-10000", 10, set()),
    ],
)
def test_part_sizes_fit_the_number_of_parts(etag: str, size: int, expected: set[int]) -> None:
    assert set(possible_part_sizes(etag, size)) == expected
