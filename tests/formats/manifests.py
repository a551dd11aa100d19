"""Manifests and texts of manifests, for the tests of their format."""

import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from manifest_sync.core.content import Content
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.core.paths import shown
from manifest_sync.formats.manifest_json import parse_manifest
from tests import strategies as given_st
from tests.searching import examples

MD5 = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32
LINE = {"size": 1, "md5": MD5}

quick = settings(max_examples=examples(15))

names = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\ufffe\uffff\u2028\u2029"),
    min_size=1,
    max_size=20,
).filter(lambda name: name.strip(" .") and not any(0x202A <= ord(c) <= 0x2069 for c in name))
suffixes = st.sampled_from([".txt", ".PNG", ".ä", ".caption"])
patterns = st.sampled_from(["*.npz", "/a b.png", "!keep.png", "x/**/y", "[ab]?", "\\#1.png", "é/"])
headers = st.builds(
    Header,
    include=st.lists(patterns, max_size=3).map(tuple),
    ignore=st.lists(patterns, max_size=3).map(tuple),
    captions=st.none() | st.lists(suffixes, max_size=2).map(tuple),
    images=st.none() | st.lists(suffixes, max_size=2).map(tuple),
)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    lines = draw(
        st.dictionaries(
            given_st.safe_paths,
            st.builds(
                Content,
                st.integers(0, 2**53),
                st.text("0123456789abcdef", min_size=32, max_size=32),
            ),
            max_size=8,
        )
    )
    opaque = draw(st.lists(st.sampled_from(sorted(lines)), max_size=3)) if lines else []
    return Manifest(
        style=draw(names),
        remote=draw(st.sampled_from(["s3://bucket/", "s3://b/p/", "s3://b/a b/ü+&%#?'/"])),
        header=draw(headers),
        lines=lines,
        etags={path: f"{MD5}-{number}" for number, path in enumerate(opaque)},
        schema_uri=draw(st.none() | st.just("https://example.org/manifest.schema.json")),
    )


def text(**changes: object) -> bytes:
    """A small valid manifest, changed."""
    document: dict[str, object] = {
        "version": 1,
        "style": "16",
        "remote": "s3://bucket/styles/16/",
        "files": {"a.png": LINE},
    }
    document.update(changes)
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


def refusal(data: bytes) -> str:
    """The one sentence with which a text is refused."""
    with pytest.raises(InvalidInput) as caught:
        parse_manifest(data, "m.json")
    message = str(caught.value)
    assert message.startswith("m.json")
    assert message.endswith(".")
    assert shown(message) == message
    return message
