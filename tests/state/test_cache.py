"""cache.db: what it remembers, and that nothing done to it costs more than time."""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifest_sync.core.errors import StateError
from manifest_sync.core.stamps import FileStamp
from manifest_sync.state.cache import Cache, Digest
from tests.searching import examples

MD5, XXH3 = "0123456789abcdef" * 2, "f" * 32
STAMP = FileStamp(size=7, mtime_ns=1_700_000_000_123_456_789, ctime_ns=2**62, inode=2**63 - 1)
DIGEST = Digest(STAMP, MD5, XXH3, trusted=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def cache(path: Path, warnings: list[str]) -> Iterator[Cache]:
    made = Cache(path, warnings.append)
    yield made
    made.close()


stamps = st.builds(
    FileStamp, *[st.integers(0, 2**63 - 1)] * 1, *[st.integers(-(2**62), 2**63 - 1)] * 2,
    st.integers(0, 2**63 - 1),
)  # fmt: skip
digests = st.builds(
    Digest, stamps, st.just(MD5), st.just(XXH3), st.booleans(), st.none() | st.just("blank")
)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@settings(max_examples=examples(8))
@given(st.dictionaries(names, digests, max_size=4))
def test_what_is_remembered_is_known_by_the_next_run(
    tmp_path_factory: pytest.TempPathFactory, found: dict[str, Digest]
) -> None:
    path = tmp_path_factory.mktemp("c") / "cache.db"
    first = Cache(path)
    first.remember("styles/16", found.items())
    first.remember("styles/17", [("a.png", DIGEST)])
    first.close()
    second = Cache(path)
    assert second.digests("styles/16") == found
    assert second.digests("styles/17") == {"a.png": DIGEST}
    assert second.digests("styles") == {}
    second.close()


def test_since_when_a_digest_is_known(cache: Cache) -> None:
    before = int(time.time())
    cache.remember("16", [("a.png", DIGEST)])
    when = cache.since("16", "a.png")
    assert when is not None
    assert before <= when <= time.time()
    assert cache.since("16", "b.png") is None
    assert cache.since("17", "a.png") is None


def test_a_later_digest_replaces_and_a_gone_file_is_forgotten(cache: Cache) -> None:
    cache.remember("s", [("a", DIGEST), ("b", DIGEST), ("c", DIGEST)])
    newer = Digest(STAMP, "f" * 32, XXH3, trusted=False, trouble="empty")
    cache.remember("s", [("a", newer)], gone=["b", "never there"])
    assert cache.digests("s") == {"a": newer, "c": DIGEST}
    cache.remember("other", [("a", DIGEST)], gone=["c"])
    assert set(cache.digests("s")) == {"a", "c"}


def test_one_file_is_known_like_all_of_its_folder(cache: Cache) -> None:
    caption = Digest(STAMP, MD5, XXH3, trusted=False, trouble="not UTF-8")
    cache.remember("16", [("a.png", DIGEST), ("b.txt", caption)])
    cache.remember("17", [("c.png", DIGEST)])
    paths = ("a.png", "b.txt", "c.png")
    assert [cache.digest("16", path) for path in paths] == [DIGEST, caption, None]


def test_a_file_that_is_gone_and_found_at_once_is_known(cache: Cache) -> None:
    cache.remember("s", [("a", DIGEST)], gone=["a"])
    assert cache.digests("s") == {"a": DIGEST}


def test_objects_are_known_by_remote(cache: Cache) -> None:
    cache.remember_objects("s3://b/p/", [("a", "etag-1", MD5), ("b", "etag-2", MD5)])
    cache.remember_objects("s3://b/p/", [("a", "etag-3", MD5)])
    cache.remember_objects("s3://b/", [("p/a", "etag-4", MD5)])
    assert cache.object_md5s("s3://b/p/") == {"a": ("etag-3", MD5), "b": ("etag-2", MD5)}
    assert cache.object_md5s("s3://b/") == {"p/a": ("etag-4", MD5)}
    assert cache.object_md5s("s3://other/") == {}


def test_only_its_owner_reads_it(cache: Cache, path: Path) -> None:
    cache.remember("s", [("a", DIGEST)])
    for file in path.parent.glob("cache.db*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


@pytest.mark.parametrize(
    "damage",
    [
        b"not a database at all",
        b"SQLite format 3\x00" + b"\xff" * 4096,
        b"\x00" * 8192,
    ],
)
def test_a_file_that_is_no_database_is_made_anew_with_a_reason(
    path: Path, warnings: list[str], damage: bytes
) -> None:
    path.write_bytes(damage)
    cache = Cache(path, warnings.append)
    cache.remember("s", [("a", DIGEST)])
    assert cache.digests("s") == {"a": DIGEST}
    cache.close()
    (warning,) = warnings
    assert str(path) in warning
    assert "made anew" in warning


def filled(path: Path, count: int = 2000) -> None:
    cache = Cache(path)
    cache.remember("s", [(f"{number:05d}.png", DIGEST) for number in range(count)])
    cache.remember_objects("r", [(f"{number:05d}.png", "e-2", MD5) for number in range(count)])
    cache.close()


@pytest.mark.parametrize("ask", ["digests", "object_md5s", "remember", "remember_objects"])
def test_damage_that_shows_only_in_use_is_mended_too(
    path: Path, warnings: list[str], ask: str
) -> None:
    filled(path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(2, size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    cache = Cache(path, warnings.append)
    if ask == "digests":
        assert cache.digests("s") == {}
    elif ask == "object_md5s":
        assert cache.object_md5s("r") == {}
    elif ask == "remember":
        cache.remember("s", [("00001.png", DIGEST)])
    else:
        cache.remember_objects("r", [("00001.png", "e", MD5)])
    assert len(warnings) == 1
    assert "made anew" in warnings[0]
    cache.remember("s", [("a", DIGEST)])
    assert cache.digests("s")["a"] == DIGEST
    cache.close()


def test_a_truncated_file_is_made_anew(path: Path, warnings: list[str]) -> None:
    filled(path)
    os.truncate(path, path.stat().st_size // 2)
    cache = Cache(path, warnings.append)
    assert cache.digests("s") == {}
    assert len(warnings) == 1
    cache.close()


def test_a_cache_of_a_newer_version_is_made_anew(path: Path, warnings: list[str]) -> None:
    filled(path, 1)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    cache = Cache(path, warnings.append)
    assert cache.digests("s") == {}
    assert "newer version" in warnings[0]
    cache.close()
    again = Cache(path, warnings.append)
    assert len(warnings) == 1
    again.close()


def test_a_file_that_is_deleted_under_a_run_fails_nothing(
    cache: Cache, path: Path, warnings: list[str]
) -> None:
    cache.remember("s", [("a", DIGEST)])
    for file in path.parent.glob("cache.db*"):
        file.unlink()
    cache.remember("s", [("b", DIGEST)])
    cache.digests("s")
    again = Cache(path, warnings.append)
    assert again.digests("s") == {}
    again.remember("s", [("c", DIGEST)])
    assert again.digests("s") == {"c": DIGEST}
    again.close()


def test_a_cache_that_cannot_grow_is_a_warning(path: Path, warnings: list[str]) -> None:
    filled(path, 1)
    cache = Cache(path, warnings.append)
    assert cache._database is not None
    cache._database.execute("PRAGMA max_page_count = 10")
    cache.remember("s", [(f"{number:05d}.png", DIGEST) for number in range(2000)])
    assert "full" in warnings[0]
    assert set(cache.digests("s")) == {"00000.png"}
    cache.close()


def test_a_cache_that_cannot_be_there_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "cache.db").mkdir()
    with pytest.raises(StateError, match=r"cache.db cannot be opened: Is a directory\.$"):
        Cache(tmp_path / "cache.db")
