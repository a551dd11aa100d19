"""The scan of a folder: what is listed, what is a problem, and what is silently left out."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from manifest_sync.core.content import Side
from manifest_sync.core.errors import Denied
from manifest_sync.core.listing import Found, Problem
from manifest_sync.core.manifest import Header
from manifest_sync.core.paths import why_unsafe
from manifest_sync.core.scope import Scope
from manifest_sync.stores.bodies import bytes_body
from manifest_sync.stores.local import LocalStore
from tests.stores.local_support import (
    NOBODY,
    found,
    printed,
    problems,
    put,
    stamp_in,
    store_in,
    tree,
)

SCOPE = Scope(Header())


def raw(folder: Path, name: bytes) -> Path:
    """A path whose name need not be text."""
    return folder / os.fsdecode(name)


def link_problem(path: str, what: str) -> Problem:
    return Problem(path, Side.LOCAL, "link", f"a symbolic link that {what}", hides_content=True)


def test_every_regular_file_is_listed_other_styles_and_hidden_ones_too(tmp_path: Path) -> None:
    names = [".hidden/a.png", "a-b", "a.png", "a/b", "notes.md", "sub/manifest.json", "sub/x.png"]
    for name in names:
        put(tmp_path / "style" / name, b"x")
    assert [row.path for row in store_in(tmp_path).list()] == names


def test_a_folder_that_need_not_be_entered_is_left_out_silently(tmp_path: Path) -> None:
    for name in (".cache/a.png", "b/a.png", "c/nested/a.png"):
        put(tmp_path / "style" / name, b"x")
    asked = []

    def may_enter(folder: str) -> bool:
        asked.append(folder)
        return SCOPE.may_enter(folder) and folder != "c/nested"

    store = store_in(tmp_path, may_enter=may_enter)
    assert [row.path for row in store.list()] == ["b/a.png"]
    assert sorted(asked) == [".cache", "b", "c", "c/nested"]


# Names


def test_names_that_cannot_be_used_are_problems_where_they_matter(tmp_path: Path) -> None:
    style = tmp_path / "style"
    unusable = [b"a\xff.png", b"new\nline.png", b"back\\slash.txt", b"C:a.png", b"esc\x1b[31m.jpg"]
    for name in unusable:
        put(raw(style, name), b"x")
        put(raw(style / "fine", name), b"x")
    put(style / "ok.png", b"x")
    put(raw(style, b"out of scope \xff.md"), b"x")
    put(raw(style, b".hidden\xff") / "a.png", b"x")
    put(raw(style, b"folder\xe9") / "a.png", b"x")
    put(raw(style, b"folder\xe9") / "b.png", b"x")
    store = store_in(tmp_path, may_enter=SCOPE.may_enter, wants=SCOPE.wants)
    rows = list(store.list())
    assert [row.path for row in rows] == sorted(row.path for row in rows)
    assert [row.path for row in rows if isinstance(row, Found)] == ["fine/C:a.png", "ok.png"]
    told = [row for row in rows if isinstance(row, Problem)]
    assert {problem.code for problem in told} == {"unsafe_name"}
    for problem in told:
        problem.path.encode()
        assert problem.path.isprintable()
        assert problem.message.startswith("its name ")
    hidden = [problem.path for problem in told if problem.hides_content]
    assert hidden == ["folder\\udce9"]
    assert len(told) == len(unusable) * 2 - 1 + len(hidden)


def test_a_problem_with_a_name_covers_no_usable_path(tmp_path: Path) -> None:
    put(raw(tmp_path / "style", b"a\xff.png"), b"x")
    [problem] = problems(store_in(tmp_path))
    assert why_unsafe(problem.path)


# Special files


def test_special_files_are_problems_where_they_would_be_in_scope(tmp_path: Path) -> None:
    style = tmp_path / "style"
    (style / "sub").mkdir(parents=True)
    os.mkfifo(style / "sub" / "pipe.png")
    os.mkfifo(style / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(style)  # a socket's path may have 107 bytes only
        try:
            listening.bind("socket.txt")
        finally:
            os.chdir(here)
        told = problems(store_in(tmp_path, wants=SCOPE.wants))
    message = "a special file, neither read nor replaced"
    assert told == [
        Problem("socket.txt", Side.LOCAL, "special_file", message, hides_content=False),
        Problem("sub/pipe.png", Side.LOCAL, "special_file", message, hides_content=False),
    ]


# What cannot be read


def test_a_folder_that_cannot_be_read_is_a_problem_and_the_root_an_error(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to become somebody else")
    style = tmp_path / "style"
    for name in ("a.png", "closed/a.png", ".closed/a.png", "no_x/a.png", "open/a.png"):
        put(style / name, b"x")
    (style / "closed").chmod(0o000)
    (style / ".closed").chmod(0o000)
    (style / "no_x").chmod(0o744)  # its names can be read, and nothing else of its files
    tmp_path.chmod(0o755)
    script = f"""
import os, sys
from pathlib import Path
from manifest_sync.core.manifest import Header
from manifest_sync.core.scope import Scope
from manifest_sync.stores.local import LocalStore
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
scope = Scope(Header())
for row in LocalStore(Path("style"), Path("ms/trash"), may_enter=scope.may_enter).list():
    print(row.path, getattr(row, "code", ""), getattr(row, "message", ""))
try:
    LocalStore(Path("style/closed"), Path("ms/trash")).list()
except Exception as error:
    print(type(error).__name__, error)
"""
    assert printed(script, tmp_path).splitlines() == [
        "a.png  ",
        "closed unreadable “closed” cannot be opened: permission denied",
        "no_x unreadable “no_x” cannot be listed: permission denied",
        "open/a.png  ",
        f"{Denied.__name__} “style/closed” cannot be opened: permission denied",
    ]


def test_a_folder_that_vanishes_meanwhile_is_not_there(tmp_path: Path) -> None:
    put(tmp_path / "style" / "a" / "a.png", b"x")
    put(tmp_path / "style" / "b.png", b"x")

    def may_enter(folder: str) -> bool:
        shutil.rmtree(tmp_path / "style" / folder)
        return True

    assert [row.path for row in store_in(tmp_path, may_enter=may_enter).list()] == ["b.png"]


def test_a_file_that_vanishes_meanwhile_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.png", "b.png"):
        put(tmp_path / "style" / name, b"x")
    scan = os.scandir

    class Scanning:
        def __init__(self, fd: int) -> None:
            self._entries = scan(fd)

        def __enter__(self) -> Iterator["os.DirEntry[str]"]:
            entries = list(self._entries)
            (tmp_path / "style" / "a.png").unlink()
            return iter(entries)

        def __exit__(self, *_: object) -> None:
            self._entries.close()

    store = store_in(tmp_path)
    monkeypatch.setattr(os, "scandir", Scanning)
    assert [row.path for row in store.list()] == ["b.png"]


def test_a_folder_that_becomes_a_link_meanwhile_is_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "style" / "a" / "a.png", b"x")
    put(tmp_path / "outside" / "secret.png", b"x")

    def may_enter(folder: str) -> bool:
        shutil.rmtree(tmp_path / "style" / folder)
        (tmp_path / "style" / folder).symlink_to(tmp_path / "outside")
        return True

    [problem] = store_in(tmp_path, may_enter=may_enter).list()
    assert isinstance(problem, Problem)
    assert (problem.path, problem.code, problem.hides_content) == ("a", "unreadable", True)


# Links that are not followed


def test_links_are_problems_where_they_may_hide_something(tmp_path: Path) -> None:
    style = tmp_path / "style"
    put(tmp_path / "outside" / "b.png", b"x")
    put(style / "real.png", b"x")
    for name, target in {
        "file.png": "real.png",
        "README.md": "real.png",
        "folder": "../outside",
        ".hidden": "../outside",
        ".#lock": "nobody@nowhere",
        "dangling": "/mnt/not-mounted",
        "dangling.png": "nowhere.png",
        "circle": "circle",
    }.items():
        (style / name).symlink_to(target)
    store = store_in(tmp_path, may_enter=SCOPE.may_enter, wants=SCOPE.wants)
    assert found(store) == ["real.png"]
    assert problems(store) == [
        link_problem("circle", "leads nowhere"),
        link_problem("dangling", "leads nowhere"),
        link_problem("dangling.png", "leads nowhere"),
        link_problem("file.png", "is not followed"),
        link_problem("folder", "is not followed"),
    ]


def test_a_style_folder_may_itself_be_a_link(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "a.png", b"x")
    (tmp_path / "style").symlink_to("elsewhere")
    store = LocalStore(tmp_path / "style", tmp_path / "ms" / "trash")
    assert [row.path for row in store.list()] == ["a.png"]


# Links that are followed


def following(place: Path) -> LocalStore:
    return store_in(place / "workspace", follow_symlinks=True, boundary=place / "workspace")


@pytest.fixture
def linked(tmp_path: Path) -> LocalStore:
    """A style with links of every kind, and a shared folder beside it in the workspace."""
    workspace = tmp_path / "workspace"
    put(workspace / "shared" / "deep" / "b.png", b"shared")
    put(workspace / "style" / "a" / "a.png", b"own")
    put(tmp_path / "outside" / "c.png", b"outside")
    for name, target in {
        "shared": "../shared",
        "file.png": "../shared/deep/b.png",
        "a/again": "../a",
        "0_first": "a",
        "up": "../..",
        "all": "..",
        "self": ".",
        "outside": "../../outside",
        "outside.png": "../../outside/c.png",
        "dangling": "nowhere",
        "circle": "circle",
        "pipe.png": "../pipe",
    }.items():
        (workspace / "style" / name).symlink_to(target)
    os.mkfifo(workspace / "pipe")
    return following(tmp_path)


def test_links_inside_the_workspace_are_followed_once(linked: LocalStore) -> None:
    assert found(linked) == ["a/a.png", "file.png", "shared/deep/b.png"]
    listed, away = "leads to a folder that is listed already", "leads out of the workspace, so it"
    back = "leads back to a folder that it is in"
    told = problems(linked)
    assert [problem for problem in told if problem.code == "link"] == [
        link_problem("0_first", listed),
        link_problem("a/again", listed),
        link_problem("all", back),
        link_problem("circle", "leads nowhere"),
        link_problem("dangling", "leads nowhere"),
        link_problem("outside", f"{away} is not followed"),
        link_problem("outside.png", f"{away} is not followed"),
        link_problem("self", back),
        link_problem("up", f"{away} is not followed"),
    ]
    assert [(p.path, p.code) for p in told if p.code != "link"] == [("pipe.png", "special_file")]


def test_what_is_listed_through_links_is_read_and_written_through_them(
    linked: LocalStore, tmp_path: Path
) -> None:
    for path in found(linked):
        with linked.read(path, stamp_in(linked, path)) as reading:
            assert b"".join(reading.chunks) in (b"own", b"shared")
    path = "shared/deep/b.png"
    linked.write(path, bytes_body(b"new", 1), expect=stamp_in(linked, path), keep_under="p")
    shared = tmp_path / "workspace" / "shared"
    assert tree(shared) == {"deep/b.png": b"new"}
    linked.delete(path, expect=stamp_in(linked, path), keep_under="q")
    linked.flush()
    assert tree(shared) == {}
    assert (tmp_path / "workspace" / "style" / "shared").is_symlink()
