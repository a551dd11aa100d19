"""A listing that is shared out: ranges are the whole key space, and servers that mind none."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.familiar import Stranger
from manifest_sync.stores import s3_ahead, s3_listing, s3_ranges
from manifest_sync.stores.s3_ranges import ranges
from tests.rewriting_s3 import Rewriter, rewriting
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket

keys = st.text(st.sampled_from("ab/.é\uff5e\U0001f600"), min_size=1, max_size=4)


@given(known=st.lists(keys, unique=True), there=st.sets(keys), behind=keys)
def test_every_key_is_in_one_range_whatever_was_known(
    known: list[str], there: set[str], behind: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_ranges, "PAGE", 2)
        spans = ranges(sorted(known), behind)
    assert len(spans) <= s3_ranges.RANGES
    found = [
        key
        for span in spans
        for key in sorted(there)
        if (span.behind or "") < key and (span.upto is None or key <= span.upto)
    ]
    assert found == sorted(key for key in there if key > behind)


@given(known=st.lists(keys, unique=True), behind=keys)
def test_bounds_are_the_same_in_the_order_of_utf_8_and_of_utf_16(
    known: list[str], behind: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(s3_ranges, "PAGE", 1)
        spans = ranges(sorted(known), behind)
    for end in (span.upto for span in spans if span.upto is not None):
        for key in known:
            assert (key < end) == (key.encode("utf-16-be") < end.encode("utf-16-be"))


def test_known_keys_are_shared_out_in_whole_pages() -> None:
    known = [f"{number:06}" for number in range(100_000)]
    spans = ranges(known, known[999])
    assert len(spans) == 15
    assert spans[0].upto == known[7999]
    assert spans[-1].upto is None


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (s3_ahead, s3_listing, s3_ranges):
        monkeypatch.setattr(module, "PAGE", 10)
    monkeypatch.setattr(s3_ahead, "_SLOW_SECONDS", -1.0)


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("count", [9, 10, 11, 20, 21, 41])
def test_every_key_is_listed_once_however_many_pages_there_are(moto: S3Server, count: int) -> None:
    bucket = Bucket(moto, "auto").with_prefix("style/")
    paths = [f"{number:03}.png" for number in range(count)]
    for path in paths:
        bucket.put(path, b"x")
    assert [row.path for row in bucket.store.list(Stranger(paths))] == paths


@pytest.mark.parametrize(("slow_seconds", "is_shared_out"), [(0.5, False), (-1.0, True)])
def test_a_first_page_that_waited_for_a_connection_is_no_sign_of_distance(
    moto: S3Server, monkeypatch: pytest.MonkeyPatch, slow_seconds: float, is_shared_out: bool
) -> None:
    for module in (s3_ahead, s3_listing, s3_ranges):
        monkeypatch.setattr(module, "PAGE", 10)
    monkeypatch.setattr(s3_ahead, "_SLOW_SECONDS", slow_seconds)
    targets: list[str] = []

    def connecting(target: str) -> str:
        if not targets and slow_seconds > 0:
            time.sleep(slow_seconds + 0.1)
        targets.append(target)
        return target

    with rewriting(moto.endpoint) as rewriter:
        bucket = Bucket(S3Server(rewriter.endpoint), "auto").with_prefix("style/")
        paths = [f"{number:03}.png" for number in range(41)]
        for path in paths:
            bucket.put(path, b"x")
        rewriter.targets = connecting
        assert [row.path for row in bucket.store.list(Stranger(paths))] == paths
    assert any("start-after" in target for target in targets) == is_shared_out


def not_from_there(rewriter: Rewriter) -> None:
    """Lists from the beginning, wherever it is told to begin."""
    rewriter.targets = lambda target: re.sub(r"&?start-after=[^&]*", "", target)


def backwards(rewriter: Rewriter) -> None:
    """Lists a page in another order than that of keys, as a directory bucket does."""

    def answers(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
        listed = re.findall(rb"<Contents>.*?</Contents>", body, re.DOTALL)
        turned = iter(listed[::-1])
        return headers, re.sub(
            rb"<Contents>.*?</Contents>", lambda _: next(turned), body, flags=re.DOTALL
        )

    rewriter.answers = answers


@pytest.mark.usefixtures("far_away")
@pytest.mark.parametrize("server", [not_from_there, backwards])
def test_a_server_that_minds_no_range_is_listed_from_beginning_to_end(
    moto: S3Server, server: object
) -> None:
    with rewriting(moto.endpoint) as rewriter:
        bucket = Bucket(S3Server(rewriter.endpoint), "auto").with_prefix("style/")
        paths = [f"{number:03}.png" for number in range(95)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda path: bucket.put(path, b"x"), paths))
        assert callable(server)
        server(rewriter)
        assert [row.path for row in bucket.store.list(Stranger(paths))] == paths
