"""A plan file that somebody else wrote: it can neither lead elsewhere nor leave the folder."""

import json
from collections.abc import Callable
from typing import Any

from tests.hostile.target import BOTH_SERVERS, PREFIX, UNSAFE, Target

Plan = dict[str, Any]


def _saved(target: Target, to: str = "local") -> Plan:
    """A plan of one change: a file that the manifest lists and the folder lacks, or S3."""
    if to == "local":
        (target.style / "good.png").rename(target.place / "moved.png")
    else:
        target.write({"new.png": b"new"})
        target.run("record")
    target.run("plan", "--to", to, "--out", "plan.json")
    found = json.loads((target.root / "plan.json").read_text())
    assert isinstance(found, dict)
    assert len(found["styles"][0]["changes"]) == 1
    return found


def _applied(target: Target, plan: Plan, status: int) -> str:
    """Apply a plan that must not be carried out; what it says."""
    (target.root / "plan.json").write_text(json.dumps(plan))
    before, objects = target.tree(), target.objects()
    ran = target.run("apply", "plan.json", "--yes", status=status)
    assert (target.tree(), target.objects()) == (before, objects)
    return ran.err


@BOTH_SERVERS
def test_the_plan_as_it_was_made_is_carried_out(target: Target) -> None:
    _saved(target)
    target.run("apply", "plan.json")
    assert (target.style / "good.png").read_bytes() == b"image"


def test_an_unsafe_path_makes_the_plan_invalid(target: Target) -> None:
    plan = _saved(target)
    for path in UNSAFE:
        plan["styles"][0]["changes"][0]["path"] = path
        assert "nothing was done" in _applied(target, plan, 1), path


def _style(key: str, value: object) -> Callable[[Plan], None]:
    return lambda plan: plan["styles"][0].update({key: value})


def _basis(key: str, value: object) -> Callable[[Plan], None]:
    return lambda plan: plan["styles"][0]["basis"].update({key: value})


def _change(key: str, value: object) -> Callable[[Plan], None]:
    return lambda plan: plan["styles"][0]["changes"][0].update({key: value})


def _source(path: str) -> Callable[[Plan], None]:
    return lambda plan: plan["styles"][0]["changes"][0]["source"].update({"path": path})


TAMPERED: list[tuple[Callable[[Plan], None], int, str]] = [
    (_basis("endpoint", "http://evil.example:80"), 4, "http://evil.example:80"),
    (_basis("remote", "s3://evil/styles/16/"), 4, "s3://evil/styles/16/"),
    (_style("endpoint_url", "http://evil.example"), 1, "unknown field"),
    (_basis("profile", "theirs"), 1, "unknown field `profile`"),
    (_style("folder", "../outside"), 4, "folder ../outside"),
    (_style("folder", "/etc"), 4, "folder /etc"),
    (_style("style", "\x1b[2J"), 4, "which is not here"),
    (_source("../../../outside/secret.png"), 1, "has a segment '..'"),
    (_source("/etc/passwd"), 1, "is absolute"),
    (_source("manifest.json"), 4, "good.png"),
    (_source("sub/b.png"), 4, "sub/b.png"),
    (_change("path", "manifest.json"), 4, "manifest.json"),
    (_change("path", ".git/hooks/x.png"), 4, ".git/hooks/x.png"),
    (_change("path", "run.sh"), 4, "run.sh"),
    (_change("path", "sub/b.png/x.png"), 3, "sub/b.png"),
    (_change("side", "s3"), 1, "contradicts itself"),
    (_change("action", "delete"), 1, "contradicts itself"),
    (_change("after", {"size": 5, "md5": "g" * 32}), 1, ""),
    (_change("after", {"size": -1, "md5": "0" * 32}), 1, ""),
]
"""What somebody may do to a plan, the exit status, and what is said."""


@BOTH_SERVERS
def test_a_plan_that_was_tampered_with_does_nothing(target: Target) -> None:
    plan = json.dumps(_saved(target))
    for tamper, status, says in TAMPERED:
        tampered = json.loads(plan)
        tamper(tampered)
        assert says in _applied(target, tampered, status)


def test_a_folder_that_became_a_link_is_not_written_through(target: Target) -> None:
    (target.style / "sub" / "b.png").unlink()
    target.run("plan", "--to", "local", "--out", "plan.json")
    (target.style / "sub").rmdir()
    (target.style / "sub").symlink_to(target.outside)
    assert "sub/b.png" in _applied(target, json.loads((target.root / "plan.json").read_text()), 4)


@BOTH_SERVERS
def test_a_plan_cannot_send_what_is_out_of_scope(target: Target) -> None:
    target.write({"notes.md": b"private"})
    plan = _saved(target, "s3")
    stamp = (target.style / "notes.md").stat()
    change = plan["styles"][0]["changes"][0]
    change["source"] = {
        "side": "local",
        "path": "notes.md",
        "stamp": {
            "kind": "file",
            "size": stamp.st_size,
            "mtime_ns": stamp.st_mtime_ns,
            "ctime_ns": stamp.st_ctime_ns,
            "inode": stamp.st_ino,
        },
    }
    assert "new.png" in _applied(target, plan, 4)


@BOTH_SERVERS
def test_a_plan_cannot_touch_keys_beside_the_style(target: Target) -> None:
    target.bucket.put("styles/17/a.png", b"another style's")
    target.bucket.put(PREFIX + "notes.md", b"somebody's notes")
    plan = _saved(target, "s3")
    for path in ("../17/a.png", "notes.md"):
        plan["styles"][0]["changes"][0]["path"] = path
        _applied(target, plan, 1 if ".." in path else 4)
