"""A manifest that somebody else wrote, in the folder or on S3: not valid, and nothing is done."""

import json
from typing import Any

from tests.hostile.target import BOTH_SERVERS, PREFIX, UNSAFE, Target

LINE = {"size": 6, "md5": "0" * 32}


def _manifest(target: Target) -> dict[str, Any]:
    found = json.loads((target.style / "manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def _put(target: Target, manifest: dict[str, Any]) -> None:
    (target.style / "manifest.json").write_text(json.dumps(manifest))


def _refused(target: Target, says: str, *commands: tuple[str, ...]) -> None:
    """Each command ends with a sentence, and with everything as it was."""
    before, objects = target.tree(), target.objects()
    for command in commands:
        ran = target.run(*command, status=1)
        assert says in ran.err, ran.err
    assert (target.tree(), target.objects()) == (before, objects)


def test_a_line_with_an_unsafe_path_is_named(target: Target) -> None:
    manifest = _manifest(target)
    for path, why in UNSAFE.items():
        _put(target, manifest | {"files": manifest["files"] | {path: LINE}})
        says = "which " + why.partition("'")[0]
        _refused(target, says, ("record",))


EVERY_COMMAND = (
    ("status",),
    ("compare", "16"),
    ("record",),
    ("plan", "--to", "local"),
    ("apply", "--to", "s3", "--yes", "--delete"),
    ("push", "--yes", "--delete"),
    ("pull", "--yes", "--delete"),
    ("verify",),
    ("explain", "styles/16/good.png"),
)


@BOTH_SERVERS
def test_every_command_refuses_it(target: Target) -> None:
    manifest = _manifest(target)
    manifest["files"]["../../evil.png"] = LINE
    _put(target, manifest)
    says = "lists “../../evil.png”, which has a segment '..'; remove it."
    _refused(target, says, *EVERY_COMMAND)


ELSEWHERE = [
    ("style", "../16", "is a name without “/” or control characters"),
    ("style", "\x1b[31m16", "is a name without “/” or control characters"),
    ("remote", "s3://other/../", "has remote"),
    ("remote", "https://evil.example/", "has remote"),
    ("remote", "file:///etc/", "has remote"),
    ("ignore", ["\x1b]0;title\x07"], "invalid pattern"),
    ("include", ["a\nb"], "invalid pattern"),
    ("captions", ["/etc/passwd"], "a suffix looks like “.txt”"),
    ("endpoint_url", "http://evil.example/", "unknown field"),
    ("profile", "other", "unknown field"),
]
"""Header keys that would lead elsewhere, and what is said of them."""


def test_a_header_that_leads_elsewhere(target: Target) -> None:
    manifest = _manifest(target)
    for key, value, says in ELSEWHERE:
        _put(target, manifest | {key: value})
        _refused(target, says, ("push", "--yes"))


@BOTH_SERVERS
def test_a_line_below_another_line_is_a_problem_and_the_rest_is_fetched(target: Target) -> None:
    manifest = _manifest(target)
    manifest["files"]["good.png/below.png"] = manifest["files"]["good.png"]
    manifest["files"]["copy.png"] = manifest["files"]["good.png"]
    _put(target, manifest)
    plan = target.run("apply", "--to", "local", "--yes", "--json").document()["styles"][0]
    assert [each["path"] for each in plan["problems"]] == ["good.png/below.png"]
    assert target.files()["copy.png"] == b"image"


@BOTH_SERVERS
def test_lines_that_are_out_of_scope_bring_nothing_into_the_folder(target: Target) -> None:
    manifest = _manifest(target)
    for path in (".git/hooks/x.png", ".manifest-sync/x.png", "run.sh", "deep/manifest.json"):
        manifest["files"][path] = manifest["files"]["good.png"]
    _put(target, manifest)
    before = target.tree()
    target.run("apply", "--to", "local", "--yes", "--delete")
    assert target.tree() == before


@BOTH_SERVERS
def test_a_published_manifest_with_an_unsafe_path_is_refused(target: Target) -> None:
    manifest = _manifest(target)
    manifest["files"]["../evil.png"] = LINE
    target.bucket.put(PREFIX + "manifest.json", json.dumps(manifest).encode())
    (target.style / "good.txt").unlink()
    before, objects = target.tree(), target.bucket.objects()
    for command in (
        ("clone", target.bucket.remote(), "styles/other"),
        ("push", "--yes", "--delete"),
        ("pull", "--yes", "--delete"),
        ("status",),
    ):
        ran = target.run(*command, status=5)
        assert "lists “../evil.png”, which has a segment '..'" in ran.err
    assert (target.tree(), target.bucket.objects()) == (before, objects)
