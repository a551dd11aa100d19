"""Listings that are begun before their turn tell what they would have told in their turn."""

import threading
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from manifest_sync.core.errors import StoreError
from manifest_sync.core.listing import Found, Problem
from manifest_sync.stores import s3_ahead, s3_listing, s3_ranges
from manifest_sync.stores.base import Request
from manifest_sync.stores.s3_ahead import AHEAD
from tests.rewriting_s3 import Rewriter, rewriting
from tests.servers import S3Server
from tests.stores.s3_cases import Bucket, Transport

PREFIXES = [f"s{number:02}/" for number in range(30)]


@pytest.fixture
def rewriter(moto: S3Server) -> Iterator[Rewriter]:
    with rewriting(moto.endpoint) as made:
        yield made


@pytest.fixture
def styles(rewriter: Rewriter) -> list[Bucket]:
    """Each with other files: the one with the number 3 has `0.png`, `1.png` and `2.png`."""
    return filled(rewriter, "auto")


def filled(rewriter: Rewriter, transport: Transport) -> list[Bucket]:
    bucket = Bucket(S3Server(rewriter.endpoint), transport)
    styles = [bucket.with_prefix(prefix) for prefix in PREFIXES]
    for number, style in enumerate(styles):
        for name in range(number % 7):
            style.put(f"{name}.png", b"x")
    return styles


def looked_at(styles: list[Bucket]) -> list[list[str]]:
    """The paths of each, listed one after the other with the next ones begun."""
    with styles[0].connection.looking_ahead([style.prefix for style in styles]):
        return [paths(style.store.list()) for style in styles]


def paths(rows: Iterator[Found | Problem]) -> list[str]:
    return [row.path for row in rows]


def expected(styles: list[Bucket]) -> list[list[str]]:
    return [[f"{name}.png" for name in range(number % 7)] for number in range(len(styles))]


@pytest.mark.parametrize("transport", ["auto", "boto3"])
def test_every_style_has_its_own_files_and_its_own_request(
    rewriter: Rewriter, transport: Transport
) -> None:
    styles = filled(rewriter, transport)
    styles[6].store.list()  # what the bucket's ETags are is asked once, of the first that lists
    styles[6].requests.clear()
    assert looked_at(styles) == expected(styles)
    assert [style.requests for style in styles] == [{Request.LIST: 1}] * len(styles)


@pytest.mark.parametrize("files", [9, 10, 11, 35])
@pytest.mark.parametrize("slow_seconds", [60.0, -1.0])
def test_a_listing_of_several_pages_goes_on_from_the_first(
    styles: list[Bucket], monkeypatch: pytest.MonkeyPatch, files: int, slow_seconds: float
) -> None:
    for module in (s3_ahead, s3_listing, s3_ranges):
        monkeypatch.setattr(module, "PAGE", 10)
    monkeypatch.setattr(s3_ahead, "_SLOW_SECONDS", slow_seconds)
    for name in range(files):
        styles[1].put(f"{name:03}.png", b"x")
    found = looked_at(styles[:3])[1]
    assert found == sorted({"0.png", *(f"{name:03}.png" for name in range(files))})


def test_styles_wait_for_s3_together_but_not_all_at_once(
    rewriter: Rewriter, styles: list[Bucket]
) -> None:
    seen: list[int] = []
    counting, all_there = threading.Condition(), threading.Event()
    now = 0

    def waiting(target: str) -> str:
        """Let nobody go before as many are there as may be."""
        nonlocal now
        if "list-type" in target:
            with counting:
                now += 1
                seen.append(now)
            if seen[-1] >= AHEAD:
                all_there.set()
            assert all_there.wait(10)
            with counting:
                now -= 1
        return target

    rewriter.targets = waiting
    assert looked_at(styles) == expected(styles)
    assert max(seen) == AHEAD


def test_what_has_waited_too_long_is_asked_for_again(
    styles: list[Bucket], monkeypatch: pytest.MonkeyPatch
) -> None:
    styles[6].store.list()
    monkeypatch.setattr(s3_ahead, "_FRESH_SECONDS", -1.0)
    with styles[0].connection.looking_ahead(PREFIXES):
        styles[0].store.list()
        styles[1].put("z.png", b"x")
        assert paths(styles[1].store.list()) == ["0.png", "z.png"]
        assert [paths(style.store.list()) for style in styles[2:]] == expected(styles)[2:]
    # As soon as one has waited too long no other is begun.
    asked = [style.requests[Request.LIST] for style in styles]
    assert (asked[1], asked[AHEAD - 1], asked[AHEAD + 1]) == (2, 2, 1)


def test_a_listing_that_fails_fails_in_its_turn_and_is_made_anew(
    rewriter: Rewriter, styles: list[Bucket]
) -> None:
    refused: list[str] = []

    def once(target: str) -> str:
        if "s02" in unquote(target) and not refused:
            refused.append(target)
            return "/no-such-bucket?list-type=2&prefix=s02%2F"
        return target

    rewriter.targets = once
    with styles[0].connection.looking_ahead(PREFIXES[:4]):
        for number in (0, 1):
            assert paths(styles[number].store.list()) == expected(styles)[number]
        with pytest.raises(StoreError, match="there is no bucket"):
            styles[2].store.list()
        assert paths(styles[2].store.list()) == ["0.png", "1.png"]
        assert paths(styles[3].store.list()) == ["0.png", "1.png", "2.png"]


def test_no_more_is_begun_for_styles_that_nobody_gets_to(
    rewriter: Rewriter, styles: list[Bucket]
) -> None:
    asked: list[str] = []

    def noting(target: str) -> str:
        asked.append(target)
        return target

    rewriter.targets = noting
    with styles[0].connection.looking_ahead(PREFIXES):
        styles[0].store.list()
    assert len(asked) <= AHEAD + 2
    assert not [thread for thread in threading.enumerate() if "list" in thread.name]
    assert paths(styles[5].store.list()) == expected(styles)[5]
