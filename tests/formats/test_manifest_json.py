"""The manifest's text: canonical both ways, and every way to break it has its sentence."""

import difflib
import json
import random
import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.content import Content
from manifest_sync.core.manifest import Header, Manifest
from manifest_sync.formats.manifest_json import (
    parse_known_manifest,
    parse_manifest,
    render_manifest,
)
from tests import strategies as given_st
from tests.builders import content
from tests.formats.manifests import LINE, MD5, OTHER, manifests, quick, refusal, text

# Canonical


@quick
@given(manifests())
def test_what_is_rendered_is_parsed_back(manifest: Manifest) -> None:
    rendered = render_manifest(manifest)
    parsed = parse_manifest(rendered, "m.json")
    assert parsed == manifest
    assert render_manifest(parsed) == rendered
    known = parse_known_manifest(rendered)
    assert known == manifest
    assert list(known.lines) == list(parsed.lines)


@quick
@given(manifests(), st.randoms(use_true_random=False))
def test_the_same_state_gives_the_same_bytes_in_any_order(
    manifest: Manifest, rng: random.Random
) -> None:
    def shuffled(mapping: Mapping[str, Any]) -> dict[str, Any]:
        items = list(mapping.items())
        rng.shuffle(items)
        return dict(items)

    other = Manifest(
        manifest.style,
        manifest.remote,
        manifest.header,
        shuffled(manifest.lines),
        shuffled(manifest.etags),
        manifest.schema_uri,
    )
    assert render_manifest(other) == render_manifest(manifest)


def test_the_form_is_the_documented_one() -> None:
    manifest = Manifest(
        style="16",
        remote="s3://training-data/styles/16/",
        header=Header(ignore=("*.npz",)),
        lines={
            "a.txt": Content(57, "44ab1f0d6a5b9a5f6a0a3f3d2b1c0e9f"),
            "10_subject/b.png": Content(204811, "9e107d9d372bb6826bd81d3542a419d6"),
            "a.jpg": Content(57312, "e4d909c290d0fb1ca068ffaddf22cbd0"),
        },
    )
    assert render_manifest(manifest).decode() == (
        "{\n"
        '  "version": 1,\n'
        '  "style": "16",\n'
        '  "remote": "s3://training-data/styles/16/",\n'
        '  "ignore": ["*.npz"],\n'
        '  "files": {\n'
        '    "10_subject/b.png": {"size": 204811, "md5": "9e107d9d372bb6826bd81d3542a419d6"},\n'
        '    "a.jpg": {"size": 57312, "md5": "e4d909c290d0fb1ca068ffaddf22cbd0"},\n'
        '    "a.txt": {"size": 57, "md5": "44ab1f0d6a5b9a5f6a0a3f3d2b1c0e9f"}\n'
        "  }\n"
        "}\n"
    )


def test_paths_are_sorted_by_their_utf8_bytes() -> None:
    paths = [
        "\U0001f600.png",
        "\uffe5.png",
        "é.png",
        "z.png",
        "Z.png",
        "a b.png",
        "a/b.png",
        "a.png",
    ]
    manifest = Manifest("16", "s3://b/p/", lines=dict.fromkeys(paths, content(1)))
    listed = list(json.loads(render_manifest(manifest))["files"])
    assert listed == sorted(paths, key=str.encode)


@quick
@given(manifests(), given_st.safe_paths, st.integers(0, 9))
def test_changing_one_file_changes_one_line(manifest: Manifest, path: str, size: int) -> None:
    before = Manifest("16", "s3://b/p/", lines={**manifest.lines, path: Content(size, MD5)})
    after = Manifest("16", "s3://b/p/", lines={**manifest.lines, path: Content(size, OTHER)})
    assert _diff(before, after) == (1, 1)


@quick
@given(manifests(), given_st.safe_paths)
def test_adding_a_file_adds_a_line_and_at_most_moves_one_comma(
    manifest: Manifest, path: str
) -> None:
    others = {other: line for other, line in manifest.lines.items() if other != path}
    before = Manifest("16", "s3://b/p/", lines=others)
    after = Manifest("16", "s3://b/p/", lines={**others, path: content(1)})
    removed, added = _diff(before, after)
    if not others:
        assert (removed, added) == (1, 3)  # `"files": {}` is opened
    elif max(others) < path:
        assert (removed, added) == (1, 2)  # the former last line gets its comma
    else:
        assert (removed, added) == (0, 1)


def _diff(before: Manifest, after: Manifest) -> tuple[int, int]:
    """Lines that a `git diff` removes and adds."""
    one, other = (render_manifest(each).decode().split("\n") for each in (before, after))
    found = list(difflib.ndiff(one, other))
    return sum(row[0] == "-" for row in found), sum(row[0] == "+" for row in found)


def test_schema_and_header_keys_a_person_added_are_kept() -> None:
    given_text = text(
        **{"$schema": "./manifest.schema.json"},
        include=["*.md"],
        ignore=["*.npz", "/x.png"],
        captions=[".cap"],
        images=[],
    )
    manifest = parse_manifest(given_text, "m.json")
    assert manifest.schema_uri == "./manifest.schema.json"
    assert manifest.header == Header(("*.md",), ("*.npz", "/x.png"), (".cap",), ())
    assert list(json.loads(render_manifest(manifest))) == [
        "$schema", "version", "style", "remote", "include", "ignore", "captions", "images", "files"
    ]  # fmt: skip


def test_a_remote_without_its_slash_gets_it() -> None:
    assert parse_manifest(text(remote="s3://b/p"), "m").remote == "s3://b/p/"


def test_any_json_formatting_is_read() -> None:
    pretty = json.dumps(json.loads(text()), indent=8, ensure_ascii=True, separators=(" ,", " : "))
    assert parse_manifest(pretty.encode(), "m.json") == parse_manifest(text(), "m.json")


def test_a_hundred_thousand_lines_are_no_trouble() -> None:
    lines = {f"{i % 97:02d}_x/image {i:06d}.png": Content(i, f"{i:032x}") for i in range(100_000)}
    manifest = Manifest("16", "s3://b/p/", lines=lines)
    began = time.perf_counter()
    rendered = render_manifest(manifest)
    parsed = parse_manifest(rendered, "m.json")
    assert time.perf_counter() - began < 4  # 0.4 s where nothing else runs
    assert parsed.lines == lines
    assert rendered.count(b"\n") == 100_000 + 7


# Broken text


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (b'{\n  "version": 1,\n  "style" "16"\n}', 3, 11),
        (b'{\n  "version": 1\n', 3, 1),
        (b'{\n "version": 1, "style": "\xc3\xa9", oops', 2, 30),
        (b"", 1, 1),
        (b"nonsense", 1, 5),
        (b"\x00\x00", 1, 1),
    ],
)
def test_broken_json_is_located(data: bytes, line: int, column: int) -> None:
    # Columns count characters, as editors do.
    message = refusal(data)
    assert "is not valid JSON" in message
    assert f"line {line}, column {column}" in message


def test_broken_json_after_a_wrong_field_is_located_too() -> None:
    message = refusal(b'{"version": 1, "files": {"a": {"size": -1}},\n BROKEN')
    assert "line 2, column 2" in message


def test_bytes_that_are_not_utf8_are_located() -> None:
    message = refusal(b'{\n  "style": "\xff"}')
    assert "not UTF-8" in message
    assert "line 2, column 13" in message


def test_a_byte_order_mark_is_named() -> None:
    assert "byte order mark" in refusal(b"\xef\xbb\xbf" + text())


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"version": ', b'{"files": {"a": '])
def test_nesting_without_end_is_refused(opening: bytes) -> None:
    refusal(opening * 100_000)


@pytest.mark.parametrize("before", ["", '{\n  "version": 1,\n'])
def test_conflict_markers_are_recognised(before: str) -> None:
    message = refusal(f'{before}<<<<<<< HEAD\n  "style": "1",\n=======\n>>>>>>> b\n'.encode())
    assert "conflict markers" in message
    assert f"line {before.count(chr(10)) + 1})" in message


def test_a_name_that_looks_like_a_marker_is_none() -> None:
    parse_manifest(text(files={"<<<<<<< HEAD.png": LINE}), "m.json")


# Wrong fields


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"files": {"a.png": LINE, "b c.png": {"size": -1, "md5": MD5}}}, ["“b c.png”", "“size”"]),
        ({"files": {"b.png": {"size": "1", "md5": MD5}}}, ["“b.png”", "`int`", "`str`"]),
        ({"files": {"b.png": {"size": 1.0, "md5": MD5}}}, ["“b.png”", "`float`"]),
        ({"files": {"b.png": {"size": True, "md5": MD5}}}, ["“b.png”", "`bool`"]),
        ({"files": {"b.png": {"md5": MD5}}}, ["“b.png”", "`size`"]),
        ({"files": {"b.png": {"size": 1}}}, ["“b.png”", "`md5`"]),
        ({"files": {"b.png": {**LINE, "sha1": "x"}}}, ["“b.png”", "unknown field `sha1`"]),
        ({"files": {"b.png": {**LINE, "md5": "abc"}}}, ["“b.png”", "md5"]),
        ({"files": {"a.png": LINE, "b.png": {**LINE, "md5": "G" * 32}}}, ["“b.png”", "hexadec"]),
        ({"files": {"b.png": {**LINE, "md5": "A" * 32}}}, ["“b.png”", "hexadec"]),
        ({"files": {"b.png": {**LINE, "md5": "é" * 32}}}, ["“b.png”", "hexadec"]),
        ({"files": {"b.png": None}}, ["“b.png”", "`null`"]),
        ({"files": []}, ["“files”"]),
        ({"fils": {}}, ["unknown field `fils`"]),
        ({"style": 16}, ["“style”"]),
        ({"style": None}, ["`style`"]),
        ({"ignore": "*.npz"}, ["“ignore”"]),
        ({"ignore": ["*.npz", 3]}, ["“ignore[1]”"]),
        ({"$schema": 1}, ["“$schema”"]),
        ({"remote": "http://b/p/"}, ["http://b/p/", "s3://bucket/prefix/"]),
        ({"remote": "s3:///p/"}, ["s3://bucket/prefix/"]),
        ({"remote": "s3://b/../p/"}, ["s3://b/../p/", "'..'"]),
        ({"remote": "s3://b/a//p/"}, ["empty segment"]),
        ({"captions": ["txt"]}, ["“txt”", "captions", ".txt"]),
        ({"images": ["."]}, ["“.”", "images"]),
        ({"images": ["./png"]}, ["“./png”"]),
        ({"captions": [".tar.gz"]}, ["“.tar.gz”"]),  # never the last suffix, so never met
        ({"ignore": ["ok", "!"]}, ["pattern “!”"]),
        ({"ignore": ["x\\"]}, ["pattern “x\\”"]),
        ({"include": ["[z-a]"]}, ["pattern “[z-a]”"]),
        ({"ignore": ["a\nb"]}, ["pattern “a\\nb”", "control character"]),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, object], told: list[str]) -> None:
    message = refusal(text(**changes))
    for piece in told:
        assert piece in message


@pytest.mark.parametrize("style", ["", " ", ".", "..", "a/b", "a\nb", "\x1b[2J", "a\u202eb"])
def test_a_style_id_is_a_plain_name(style: str) -> None:
    assert "style" in refusal(text(style=style))


@pytest.mark.parametrize("version", [0, 2, 99])
def test_an_unknown_version_is_named_before_anything_else(version: int) -> None:
    newer = text(version=version, files=[], added_in_that_version=1)
    assert f"version {version}" in refusal(newer)
    assert "update manifest-sync" in refusal(text(version=version))


def test_what_would_steer_a_terminal_is_escaped() -> None:
    for data in (
        text(**{"\x1b[2J": 1}),
        text(files={"\x1b[2J.png": {"size": -1, "md5": MD5}}),
        text(files={"a.png": {**LINE, "\x1b[2J": 1}}),
        text(remote="s3://b/\x1b[2J/"),
    ):
        assert "\\x1b[2J" in refusal(data)
