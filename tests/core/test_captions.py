"""Captions and their images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.caption_text import text_trouble
from manifest_sync.core.captions import pair, stem
from manifest_sync.core.manifest import Header
from manifest_sync.core.scope import Role, Scope
from tests.strategies import hard_paths, safe_paths

SCOPE = Scope(Header())


def paired(text: str) -> dict[str, str]:
    return {
        image: " ".join(captions)
        for image, captions in pair(SCOPE, text.split()).captions_of.items()
    }


@pytest.mark.parametrize(("path", "expected"), [
    ("a.png", "a"),
    ("a.b.png", "a.b"),
    ("10_x/a.png", "10_x/a"),
    ("v1.0/a", "v1.0/a"),
    ("v1.0/a.png", "v1.0/a"),
    ("a", "a"),
    ("a.", "a"),
    ("a..png", "a."),
])  # fmt: skip
def test_only_the_last_suffix_of_the_name_goes(path: str, expected: str) -> None:
    assert stem(path) == expected


@pytest.mark.parametrize(("files", "expected"), [
    ("a.png a.txt", {"a.png": "a.txt"}),
    ("a.b.png a.b.txt a.txt", {"a.b.png": "a.b.txt"}),
    ("a.png a.png.txt", {"a.png": ""}),
    ("a.jpg a.png a.txt", {"a.jpg": "a.txt", "a.png": "a.txt"}),
    ("a.png a.txt a.caption", {"a.png": "a.caption a.txt"}),
    ("x/a.png a.txt", {"x/a.png": ""}),
    ("v1.png v1.0/a.txt", {"v1.png": ""}),
    ("A.png a.txt", {"A.png": ""}),
    ("a.PNG a.TXT", {"a.PNG": "a.TXT"}),
    ("a.txt", {}),
    ("", {}),
])  # fmt: skip
def test_a_caption_belongs_to_the_images_of_its_folder_and_stem(
    files: str, expected: dict[str, str]
) -> None:
    assert paired(files) == expected


def test_orphans_and_images_without_a_caption() -> None:
    pairing = pair(SCOPE, ["b.txt", "a.png", "c.png", "c.txt", "x/a.txt", "notes.md"])
    assert pairing.orphans == ("b.txt", "x/a.txt")
    assert pairing.uncaptioned == ("a.png",)


@given(st.frozensets(hard_paths | safe_paths.map(lambda path: path + ".png")))
def test_every_image_is_there_and_every_caption_is_somebody_s_or_an_orphan(
    files: frozenset[str],
) -> None:
    pairing = pair(SCOPE, files)
    owned = {caption for captions in pairing.captions_of.values() for caption in captions}
    assert list(pairing.captions_of) == sorted(f for f in files if SCOPE.role(f) is Role.IMAGE)
    assert owned.isdisjoint(pairing.orphans)
    assert owned | set(pairing.orphans) == {f for f in files if SCOPE.role(f) is Role.CAPTION}
    assert list(pairing.orphans) == sorted(pairing.orphans)
    for image, captions in pairing.captions_of.items():
        assert list(captions) == sorted(captions)
        assert all(stem(caption) == stem(image) for caption in captions)
    assert set(pairing.uncaptioned) == {i for i, found in pairing.captions_of.items() if not found}


@pytest.mark.parametrize(("text", "trouble"), [
    (b"a cat", None),
    (b"a cat\n", None),
    ("\u00e9".encode(), None),
    (b"", "empty"),
    (b"\n", "blank"),
    (b" \r\n\t", "blank"),
    ("\u3000".encode(), "blank"),
    ("\u00e9".encode("latin-1"), "not_utf8"),
    (b"\xff\xfea\x00", "not_utf8"),
])  # fmt: skip
def test_what_a_trainer_would_stumble_over(text: bytes, trouble: str | None) -> None:
    assert text_trouble(text) == trouble
