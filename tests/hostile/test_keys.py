"""Keys that somebody put into the bucket: each is a problem, and the rest of the style syncs."""

import os
import unicodedata
from typing import Any

from tests.hostile.target import BOTH_SERVERS, GOOD, PREFIX, UNSAFE, Target

pytestmark = BOTH_SERVERS


KEYS = [path for path in UNSAFE if "\n" not in path]
"""Without the one that moto's server does not accept."""


def _problems(style: dict[str, Any]) -> dict[str, str]:
    return {each["path"]: each["message"] for each in style["problems"]}


def test_unsafe_keys_are_problems_and_nothing_is_written_or_deleted_for_them(
    target: Target,
) -> None:
    for path in KEYS:
        target.bucket.put(PREFIX + path, b"hostile")
    target.bucket.put(PREFIX + "new.png", b"new")
    objects, before = target.objects(), target.tree()
    assert len(objects) == len(GOOD) + len(KEYS) + 1
    [style] = target.run("pull", "--yes", "--delete", "--json").document()["styles"]
    assert _problems(style) == {
        path: f"the key {UNSAFE[path]}, so it is left alone"
        if "control" not in UNSAFE[path]
        else "the key holds a control character or bytes that are not UTF-8, so it is left alone"
        for path in sorted(KEYS)
    }
    assert (style["created"], style["deleted"], style["failed"]) == (1, 0, 0)
    changed = {path for path in target.tree() if target.tree()[path] != before.get(path)}
    assert changed == {"ws/styles/16/new.png", "ws/styles/16/manifest.json"}
    (target.style / "good.txt").unlink()
    target.write({"mine.png": b"mine"})
    [style] = target.run("push", "--yes", "--delete", "--json").document()["styles"]
    assert (style["created"], style["deleted"]) == (1, 1)
    del objects[PREFIX + "good.txt"]
    assert target.objects() == objects | {PREFIX + "mine.png": b"mine"}
    for command in ("status", "compare", "push", "verify"):
        text = target.run(command)
        assert "so it is left alone" in text.out
        assert "tab\\there.png" in text.out


def test_a_file_and_a_file_below_it_cannot_both_be_fetched(target: Target) -> None:
    target.bucket.put(PREFIX + "both.png", b"a file")
    target.bucket.put(PREFIX + "both.png/child.png", b"below it")
    target.bucket.put(PREFIX + "good.png/child.png", b"below a file of ours")
    target.bucket.put(PREFIX + "new.png", b"new")
    objects = target.objects()
    [style] = target.run("pull", "--yes", "--delete", "--json").document()["styles"]
    assert set(_problems(style)) == {"both.png", "both.png/child.png", "good.png/child.png"}
    assert target.files() == GOOD | {"new.png": b"new"}
    target.run("push", "--yes")
    assert target.objects() == objects


def test_folder_markers_are_neither_files_nor_deleted(target: Target) -> None:
    markers = ("", "sub/", "empty/", "empty/deeper/", "images.d/", "like.png/")
    for marker in markers:
        target.bucket.put(PREFIX + marker, b"")
    objects = target.objects()
    [style] = target.run("pull", "--yes", "--delete", "--json").document()["styles"]
    assert (style["created"], style["problems"]) == (0, [])
    assert target.files() == GOOD
    target.run("push", "--yes", "--delete")
    assert target.objects() == objects


def test_twins_in_case_or_unicode_are_two_files_and_are_warned_of(target: Target) -> None:
    composed = "caf\N{LATIN SMALL LETTER E WITH ACUTE}.png"
    twins = {
        composed: b"composed",
        unicodedata.normalize("NFD", composed): b"decomposed",
        "GOOD.png": b"upper",
    }
    for path, data in twins.items():
        target.bucket.put(PREFIX + path, data)
    target.run("pull", "--yes")
    assert target.files() == GOOD | twins
    assert target.run("status").out.count("differ only in case or Unicode form") == 2
    target.run("push", "--yes", "--delete")
    assert target.sent() == GOOD | twins


def test_a_link_in_the_way_is_not_written_through(target: Target) -> None:
    (target.style / "linked").symlink_to(target.outside)
    (target.style / "link.png").symlink_to(target.outside / "secret.png")
    for path in ("linked/planted.png", "linked/secret.png", "link.png", "new.png"):
        target.bucket.put(PREFIX + path, b"hostile")
    objects = target.objects()
    [style] = target.run("pull", "--yes", "--delete", "--json").document()["styles"]
    assert set(_problems(style)) == {"linked", "link.png"}
    assert [each["path"] for each in style["outcomes"]] == ["new.png"]
    assert os.listdir(target.outside) == ["secret.png"]  # noqa: PTH208 - names are enough
    assert (target.outside / "secret.png").read_bytes() == b"secret"
    assert (target.style / "new.png").read_bytes() == b"hostile"
    target.run("push", "--yes", "--delete")
    assert target.objects() == objects
