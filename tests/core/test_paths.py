"""Which paths are safe, and how a name is shown."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from manifest_sync.core.paths import first_unsafe, shown, why_unsafe, why_unsafe_key
from tests.strategies import HARD_PATHS, any_text, safe_paths


@pytest.mark.parametrize("path", [
    *HARD_PATHS, "...", "..a", "a..", "a.b..c/.d", "~", "-rf", "ab:c", "1:/x", "x/c:", "CON",
    "a ", " ", "n" * 255, "\u00e9" * 127, "/".join(["n" * 255] * 3),
    "a\u2028b", "a\u202eb", "%2e%2e/a",
])  # fmt: skip
def test_safe(path: str) -> None:
    assert why_unsafe(path) is None
    assert first_unsafe([path]) is None


@pytest.mark.parametrize(("path", "why"), [
    ("", "is empty"),
    ("a\x00b", "control"),
    ("a\nb", "control"),
    ("a\n", "control"),
    ("\na", "control"),
    ("a\x1b[2Jb", "control"),
    ("a\x7f", "control"),
    ("a\x85b", "control"),
    ("a\udcffb", "not UTF-8"),
    ("a\uffff", "control"),
    ("a\\b", "backslash"),
    ("/a", "absolute"),
    ("//a", "absolute"),
    ("/", "absolute"),
    ("C:/a", "drive"),
    ("c:", "drive"),
    ("a//b", "empty segment"),
    ("a/", "empty segment"),
    ("..", "'..'"),
    ("../a", "'..'"),
    ("a/../b", "'..'"),
    ("a/..", "'..'"),
    (".", "'.'"),
    ("./a", "'.'"),
    ("a/./b", "'.'"),
    ("n" * 256, "longer than 255"),
    ("\u00e9" * 128, "longer than 255"),
    ("x/" + "\U0001f600" * 64 + "/y", "longer than 255"),
])  # fmt: skip
def test_unsafe(path: str, why: str) -> None:
    reason = why_unsafe(path)
    assert reason is not None
    assert why in reason
    assert first_unsafe(["a.png", path, "b.png"]) == (path, reason)


@given(st.lists(any_text, max_size=5))
@example(["a", "b\nc"])
@example(["a\n", "b"])
@example(["", ""])
@example([""])
@example([])
def test_many_at_once_are_judged_like_each_alone(paths: list[str]) -> None:
    reasons = ((path, why_unsafe(path)) for path in paths)
    assert first_unsafe(paths) == next(((p, why) for p, why in reasons if why), None)
    assert first_unsafe(iter(paths)) == first_unsafe(paths)


@given(safe_paths)
def test_what_is_built_from_safe_names_is_safe_or_too_long(path: str) -> None:
    long = any(len(name.encode()) > 255 for name in path.split("/"))
    assert (why_unsafe(path) is None) is not long


@given(any_text)
def test_a_safe_path_stays_below_its_folder(path: str) -> None:
    if why_unsafe(path) is None:
        parts = path.split("/")
        assert not {"", ".", ".."} & set(parts)
        path.encode("utf-8")


@pytest.mark.parametrize(("prefix", "path", "fits"), [
    ("", "/".join(["n" * 204] * 5), True),
    ("", "/".join(["n" * 204] * 4 + ["n" * 205]), False),
    ("p" * 1000 + "/", "n" * 23, True),
    ("p" * 1000 + "/", "n" * 24, False),
    ("\u00e9" * 500 + "/", "n" * 24, False),
    ("p/", "a.png", True),
])  # fmt: skip
def test_the_whole_key_fits_s3(prefix: str, path: str, *, fits: bool) -> None:
    expected_bytes = len((prefix + path).encode())
    reason = why_unsafe_key(prefix, path)
    assert (reason is None) is fits is (expected_bytes <= 1024)


def test_an_unsafe_path_makes_an_unsafe_key() -> None:
    assert why_unsafe_key("p/", "../a") == why_unsafe("../a")


@given(any_text | st.text(st.characters(categories=("Cc", "Cf", "Cs", "Zl", "Zp"))))
def test_nothing_shown_steers_a_terminal(text: str) -> None:
    out = shown(text)
    assert not {unicodedata.category(char) for char in out} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(char) for char in out} & {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip
    assert not set(out) & set("\u200e\u200f\u061c")
    out.encode("utf-8")


@given(safe_paths)
def test_ordinary_names_are_shown_as_they_are(path: str) -> None:
    if path.isprintable():
        assert shown(path) == path


def test_shown() -> None:
    assert shown("a\x1b[31mb\n\u202e\udcff") == "a\\x1b[31mb\\n\\u202e\\udcff"
    assert shown("caf\u00e9 \U0001f600") == "caf\u00e9 \U0001f600"
