"""Which paths belong to a style."""

import pytest
from hypothesis import given

from manifest_sync.core.manifest import DEFAULT_CAPTIONS, DEFAULT_IMAGES, Header
from manifest_sync.core.scope import Role, Scope, nested_styles
from tests.strategies import any_text, safe_paths

DEFAULT = Scope(Header())

IN_SCOPE = [
    *(f"a{suffix}" for suffix in (*DEFAULT_IMAGES, *DEFAULT_CAPTIONS)),
    "A.PNG",
    "a.Jpg",
    "a.b.png",
    "10_subject/a.png",
    "very/deep/down/a.txt",
    "a b.png",
    "caf\u00e9.png",
    "manifest.json.png",
    "cache/a.png",
    "a.sync-conflict-20260101-1.d/a.png",
]

OUT_OF_SCOPE = [
    "notes.md",
    "a",
    "a.",
    "png",
    "a.npz",
    "a_te.safetensors",
    "metadata_cache.json",
    "Thumbs.db",
    "desktop.ini",
    "a.png.partial",
    "manifest.json",
    "inner/manifest.json",
    ".a.png",
    ".hidden/a.png",
    "x/.hidden/a.png",
    "x/._a.png",
    ".ms-1234.part",
    ".ms-1234.png",
    ".cache/huggingface/a.txt",
    ".thumbs/a.jpg",
    "_latent_cache/a.png",
    "x/_t_e_cache/a.png",
    "x/_clip_vision_cache/y/a.png",
    "_controls/a.jpg",
    "a.sync-conflict-20260101-120000-ABCDEFG.png",
]


@pytest.mark.parametrize("path", IN_SCOPE)
def test_by_default_in(path: str) -> None:
    assert DEFAULT.holds(path)


@pytest.mark.parametrize("path", OUT_OF_SCOPE)
def test_by_default_out(path: str) -> None:
    assert not DEFAULT.holds(path)
    assert not DEFAULT.ignores(path), "not wanted is not ignored"


@pytest.mark.parametrize("path", ["_controls/a.jpg", "a.sync-conflict-1.png", "a.npz", "notes.md"])
def test_include_brings_back_what_is_left_out_by_default(path: str) -> None:
    scope = Scope(Header(include=("_controls/", "*.sync-conflict-*", "*.npz", "notes.md")))
    assert scope.holds(path)
    assert scope.holds("a.png")


@pytest.mark.parametrize("path", [".hidden/a.png", ".a.png", "manifest.json", "x/manifest.json"])
def test_include_never_brings_hidden_files_or_manifests(path: str) -> None:
    assert not Scope(Header(include=("*", "**/.*", ".hidden/**", "manifest.json"))).holds(path)


@pytest.mark.parametrize(("patterns", "path", "ignored"), [
    (["*.png"], "x/a.png", True),
    (["/a.png"], "a.png", True),
    (["/a.png"], "x/a.png", False),
    (["x/"], "x/y/a.png", True),
    (["x/"], "x", False),
    (["*.png", "!keep.png"], "keep.png", False),
    (["!keep.png", "*.png"], "keep.png", True),
    (["/a\\*b.png"], "a*b.png", True),
    (["/a\\*b.png"], "axb.png", False),
    (["/\\!a.png"], "!a.png", True),
    (["/a\\ .txt"], "a .txt", True),
    (["# a comment", ""], "# a comment", False),
    (["A.PNG"], "a.png", False),
])  # fmt: skip
def test_ignore_is_gitignore(patterns: list[str], path: str, *, ignored: bool) -> None:
    scope = Scope(Header(ignore=tuple(patterns), include=("*",)))
    assert scope.ignores(path) is ignored
    assert scope.wants(path)
    assert scope.holds(path) is not ignored


def test_ignore_wins_over_include() -> None:
    scope = Scope(Header(include=("notes.md",), ignore=("*.md",)))
    assert scope.wants("notes.md")
    assert not scope.holds("notes.md")


def test_an_invalid_pattern_is_said() -> None:
    with pytest.raises(ValueError, match="pattern"):
        Scope(Header(ignore=("!",)))


def test_suffixes_can_be_chosen() -> None:
    scope = Scope(Header(captions=(".Cap",), images=(".JXR",)))
    assert scope.role("a.CAP") is Role.CAPTION
    assert scope.role("a.jxr") is Role.IMAGE
    assert not scope.holds("a.png")
    assert not scope.holds("a.txt")
    assert not Scope(Header(captions=(), images=())).holds("a.png")


@pytest.mark.parametrize(("path", "role"), [
    ("a.png", Role.IMAGE),
    ("a.JPEG", Role.IMAGE),
    ("a.txt", Role.CAPTION),
    ("x/a.CAPTION", Role.CAPTION),
    ("notes.md", Role.OTHER),
    ("png", Role.OTHER),
    ("a.png/b", Role.OTHER),
    ("", Role.OTHER),
])  # fmt: skip
def test_roles(path: str, role: Role) -> None:
    assert DEFAULT.role(path) is role


def test_nested_styles_are_found_wherever_a_manifest_is() -> None:
    paths = [
        "manifest.json",
        "a/manifest.json",
        "a/b/manifest.json",
        "c/manifest.json.png",
        "d.png",
    ]
    assert nested_styles(paths) == {"a", "a/b"}


def test_a_key_with_an_empty_segment_does_not_put_the_whole_style_out_of_scope() -> None:
    nested = nested_styles(["/manifest.json"])
    assert Scope(Header(), nested).holds("a.png")


def test_a_nested_style_is_another_style() -> None:
    scope = Scope(Header(include=("*",)), nested=["inner"])
    assert not scope.holds("inner/a.png")
    assert not scope.holds("inner/deep/a.png")
    assert scope.holds("inner.png")
    assert scope.holds("inners/a.png")
    assert not scope.may_enter("inner")


@pytest.mark.parametrize(("folder", "entered"), [
    ("", True), ("x", True), ("x/y", True), (".x", False), ("x/.y", False), ("_controls", True),
])  # fmt: skip
def test_which_folders_a_walk_enters(folder: str, *, entered: bool) -> None:
    assert DEFAULT.may_enter(folder) is entered


@given(any_text | safe_paths)
def test_a_walk_enters_every_folder_that_holds_something(path: str) -> None:
    scope = Scope(Header(include=("*",), ignore=("*.tmp",)), nested=["inner"])
    if scope.holds(path):
        assert scope.may_enter(path.rpartition("/")[0])
        assert scope.wants(path)
        assert not scope.ignores(path)
