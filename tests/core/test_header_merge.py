"""Two headers that grew apart become one, and stay one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.header_merge import merge_headers
from manifest_sync.core.manifest import DEFAULT_IMAGES, Header

A, B, C = "*.npz", "drafts/", "*.bak"


def ignoring(*patterns: str) -> Header:
    return Header(ignore=patterns)


@pytest.mark.parametrize(("agreed", "own", "published", "merged"), [
    ((), (A,), (), (A,)),
    ((), (), (A,), (A,)),
    ((), (A,), (B,), (B, A)),
    ((A,), (A,), (), ()),
    ((A,), (), (A,), ()),
    ((A,), (A, B), (A, C), (A, C, B)),
    ((A, B), (A, C), (B,), (C,)),
    ((A,), (), (), ()),
    (None, (A,), (B,), (B, A)),
    (None, (A, B), (B, A), (B, A)),
])  # fmt: skip
def test_lists_are_merged_entry_by_entry(
    agreed: tuple[str, ...] | None,
    own: tuple[str, ...],
    published: tuple[str, ...],
    merged: tuple[str, ...],
) -> None:
    ancestor = None if agreed is None else ignoring(*agreed)
    assert merge_headers(ancestor, ignoring(*own), ignoring(*published)).ignore == merged


def test_where_nothing_is_published_the_own_header_stands() -> None:
    assert merge_headers(ignoring(B), ignoring(A), None) == ignoring(A)


def test_a_suffix_that_one_side_added_joins_the_default_of_the_other() -> None:
    own = Header(images=(*DEFAULT_IMAGES, ".heic"))
    assert merge_headers(Header(), own, Header(ignore=(A,))) == Header(
        ignore=(A,), images=(*DEFAULT_IMAGES, ".heic")
    )


def test_a_default_that_was_restored_is_the_default_again() -> None:
    before = Header(images=(*DEFAULT_IMAGES, ".heic"))
    assert merge_headers(before, before, Header()) == Header()


entries = st.lists(st.sampled_from([A, B, C, "x/*", "!y"]), unique=True, max_size=4).map(tuple)
headers = st.builds(
    Header,
    include=entries,
    ignore=entries,
    captions=st.none() | st.sampled_from([(".txt",), (".txt", ".caption"), (".tags", ".txt")]),
)


@given(st.none() | headers, headers, headers)
def test_merging_again_changes_nothing(
    agreed: Header | None, own: Header, published: Header
) -> None:
    merged = merge_headers(agreed, own, published)
    assert merge_headers(agreed, merged, published) == merged
    assert merge_headers(published, merged, published) == merged
    assert merge_headers(published, published, merged) == merged


@given(headers, headers)
def test_who_changed_nothing_follows(agreed: Header, published: Header) -> None:
    merged = merge_headers(agreed, agreed, published)
    assert merged.ignore == published.ignore
    assert merged.include == published.include
    assert merged.caption_suffixes == published.caption_suffixes
