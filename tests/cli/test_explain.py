import re
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def _says(text: str, name: str) -> str:
    """The line of a fact."""
    [line] = [row for row in text.splitlines() if row.startswith(f"  {name:<22}")]
    return line[24:]


def test_a_file_in_step(pushed: Path) -> None:
    assert here(pushed, "push").status == 0
    text = here(pushed, "explain", "styles/16/a.jpg").out
    md5 = _says(text, "manifest").partition("md5 ")[2]
    assert text.startswith("a.jpg of style 16 (styles/16)\n")
    assert _says(text, "scope") == "in scope: an image by its suffix"
    assert _says(text, "its caption") == "a.txt (folder and S3)"
    assert _says(text, "folder").startswith(f"7 B, md5 {md5}, modified 2")
    assert re.match(rf"known since 2[-\d]+ [:\d]+: md5 {md5}, xxh3 ", _says(text, "cache"))
    assert _says(text, "S3") == f"7 B, md5 {md5}, ETag {md5}, the ETag is the MD5"
    for name in ("  recorded", "  base"):
        assert _says(text, name).startswith(f"7 B, md5 {md5}")
    for name, place, giver in (
        ("push", "S3", "the folder"),
        ("pull", "the folder", "S3"),
        ("apply --to s3", "S3", "the manifest"),
        ("apply --to local", "the folder", "the manifest"),
    ):
        assert _says(text, name) == f"nothing to do (row 2: {place} is as {giver} wants it)"
    assert _says(text, "history").startswith("@1.")
    assert "push: create on S3" in _says(text, "history")


def test_an_edit_a_deletion_and_a_conflict(pushed: Path, style: Path, bucket: Bucket) -> None:
    (style / "a.txt").write_bytes(b"edited")
    (style / "a.jpg").unlink()
    (style / "sub" / "b.txt").write_bytes(b"mine")
    bucket.put(PREFIX + "sub/b.txt", b"theirs")
    edited = here(pushed, "explain", "a.txt").out
    assert _says(edited, "push").startswith("update `modified` (row 5: only the folder changed")
    assert _says(edited, "pull").startswith("update `discards_local_edit` (row 6: only the folder")
    assert "an earlier state (9 B, modified " in _says(edited, "cache")
    assert _says(edited, "its image") == "a.jpg (S3)"
    gone = here(pushed, "explain", "a.jpg").out
    assert _says(gone, "folder") == "nothing"
    assert _says(gone, "push").startswith("a deletion, withheld; --delete does it (row 5: ")
    assert _says(gone, "pull").startswith("create `undoes_local_delete` (row 6: ")
    both = here(pushed, "explain", "sub/b.txt").out
    for way in ("push", "pull"):
        assert _says(both, way).startswith("a conflict, left alone; --overwrite or --take")


def test_what_push_does_is_what_explain_said(pushed: Path, style: Path, bucket: Bucket) -> None:
    (style / "a.txt").write_bytes(b"edited")
    (style / "new.png").write_bytes(b"new")
    bucket.put(PREFIX + "sub/b.png", b"theirs")
    plan = here(pushed, "push", "--dry-run", "--json").document()["styles"][0]
    planned = {each["path"]: (each["action"], each["reason"]) for each in plan["changes"]}
    assert len(planned) == 3
    for path, (action, reason) in planned.items():
        document = here(pushed, "explain", path, "--json").document()["explanation"]
        [push] = [each for each in document["decisions"] if each["command"] == "push"]
        assert push["without_flags"]["verdict"] == "change"
        assert push["rule"]["reason"] == reason
        text = here(pushed, "explain", path).out
        assert _says(text, "push").startswith(f"{action} `{reason}` ")


def test_why_a_file_is_out_of_scope(pushed: Path, style: Path) -> None:
    (style / "notes.md").write_bytes(b"x")
    text = here(pushed, "explain", "styles/16/notes.md").out
    assert _says(text, "scope").startswith("out of scope: neither an image nor a caption")
    assert _says(text, "push") == "left alone: out of scope"
    manifest = style / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"files"', '"ignore": ["sub/*.txt"], "files"'))
    text = here(pushed, "explain", "styles/16/sub/b.txt").out
    assert _says(text, "scope") == "out of scope: the manifest's `ignore` names it: sub/*.txt"


def test_what_is_there_is_told_though_it_is_out_of_scope(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "notes.md").write_bytes(b"here")
    bucket.put(PREFIX + "notes.md", b"there!")
    text = here(pushed, "explain", "notes.md").out
    assert _says(text, "folder").startswith("4 B, not read, modified 2")
    assert _says(text, "S3").startswith("6 B, ETag ")
    (style / "notes.md").unlink()
    bucket.delete(PREFIX + "notes.md")
    text = here(pushed, "explain", "notes.md").out
    assert (_says(text, "folder"), _says(text, "S3")) == ("nothing", "nothing")


def test_a_problem_is_named_and_is_the_first_row(pushed: Path, style: Path) -> None:
    (style / "sub").rename(style.parent / "elsewhere")
    (style / "sub").symlink_to("../elsewhere")
    text = here(pushed, "explain", "sub/b.png").out
    assert _says(text, "problem") == "a symbolic link that is not followed (at sub)"
    assert _says(text, "push") == "left alone (row 1: a problem at the path, or above it)"


def test_an_object_whose_etag_does_not_tell_and_one_that_nobody_knows(
    pushed: Path, bucket: Bucket
) -> None:
    client, key = bucket.client, PREFIX + "parts.png"
    upload = client.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"]
    part = client.upload_part(
        Bucket=bucket.name, Key=key, UploadId=upload, PartNumber=1, Body=b"bytes"
    )
    client.complete_multipart_upload(
        Bucket=bucket.name,
        Key=key,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    first = here(pushed, "explain", "parts.png", "--json").document()["explanation"]
    again = here(pushed, "explain", "parts.png", "--json").document()["explanation"]
    assert (first["object"]["known_by"], again["object"]["known_by"]) == ("asked", "remembered")
    assert first["file"] is None
    assert first["decisions"][1]["rule"] == {"row": 5, "verdict": "change", "reason": "new"}
    nowhere = here(pushed, "explain", "typo.png")
    assert nowhere.status == 0
    assert _says(nowhere.out, "push").startswith("nothing to do: it is neither in the folder")


def test_a_path_of_several_styles_is_refused_with_the_candidates(
    pushed: Path, bucket: Bucket
) -> None:
    other = pushed / "styles" / "17"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"another")
    assert here(pushed, "init", "styles/17", "--remote", bucket.remote("styles/17/")).status == 0
    ran = here(pushed, "explain", "a.jpg")
    assert ran.status == 64
    assert "any of: styles/16/a.jpg, styles/17/a.jpg" in ran.err
    assert here(pushed, "explain", "a.jpg", "--style", "17").out.startswith("a.jpg of style 17")
    assert here(other, "explain", "a.jpg").out.startswith("a.jpg of style 17")


@pytest.mark.parametrize("path", ["../outside.jpg", "/etc/passwd"])
def test_a_path_outside_is_refused(pushed: Path, path: str) -> None:
    ran = here(pushed, "explain", path)
    assert ran.status == 64
    assert "which no style here has" in ran.err
