"""Manifests that are refused: repeated keys, unsafe paths, damage."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.errors import InvalidInput
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from tests.formats.manifests import LINE, MD5, manifests, quick, refusal, text

# Repeated keys: JSON parsers keep the last, so half a careless merge would be lost


@pytest.mark.parametrize(
    ("repeated", "key"),
    [
        (b'"files": {"a.png": %s, "b.png": %s, "a.png": %s}', "a.png"),
        (b'"files": {"a.png": %s}, "files": {"b.png": %s, "c.png": %s}', "files"),
        (b'"ignore": ["a"], "files": {"a": %s, "b": %s, "c": %s}, "ignore": ["b"]', "ignore"),
        (b'"style": "17", "files": {"a": %s, "b": %s, "c": %s}', "style"),
        (b'"files": {"a": %s, "b": %s, "c": %s, "d": {"size": 1, "size": 2, "md5": "0"}}', "size"),
    ],
)
def test_a_repeated_key_is_refused(repeated: bytes, key: str) -> None:
    line = json.dumps(LINE).encode()
    tail = (repeated % (line, line, line)).replace(b'"0"', json.dumps(MD5).encode())
    message = refusal(b'{"version": 1, "style": "16", "remote": "s3://b/p/", ' + tail + b"}")
    assert f"“{key}” twice" in message


def test_keys_in_names_and_patterns_are_not_counted_as_keys() -> None:
    odd = {'"md5": .png': LINE, '":":.png': LINE}
    parse_manifest(text(files=odd, ignore=['"size": 3']), "m.json")


# Unsafe paths


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../b", "/etc/passwd", "a\\b", "C:x", "a//b", "./a", "", "a/", "a\nb", "a\x00b",
     "\x7f", "x" * 256, "é" * 128],
)  # fmt: skip
def test_an_unsafe_path_is_refused(path: str) -> None:
    message = refusal(text(files={"fine.png": LINE, path: LINE}))
    assert "remove it" in message


@pytest.mark.parametrize("path", ["\\ud800.png", "a\\udfff"])
def test_half_a_surrogate_is_no_name(path: str) -> None:
    refusal(text(files={"PATH": LINE}).replace(b"PATH", path.encode()))


@quick
@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused_in_a_sentence(data: bytes) -> None:
    refusal(data)


@quick
@given(st.data())
def test_any_damage_is_parsed_or_refused_in_a_sentence(data: st.DataObject) -> None:
    whole = render_manifest(data.draw(manifests()))
    at = data.draw(st.integers(0, len(whole)))
    damaged = (
        whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 9)) :]
    )
    try:
        manifest = parse_manifest(damaged, "m.json")
    except InvalidInput:
        refusal(damaged)
    else:
        assert parse_manifest(render_manifest(manifest), "m.json") == manifest
