import hashlib
from pathlib import Path

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_record_lists_what_it_takes_in(workspace: Path, style: Path) -> None:
    ran = here(workspace, "record", "--check")
    assert ran.status == 2
    assert ran.out.startswith("16: the manifest is out of date: 4 added, 0 changed, 0 removed")
    assert "a.jpg" not in (style / "manifest.json").read_text()
    ran = here(workspace, "record")
    assert ran.status == 0
    assert ran.out.splitlines() == [
        "16: recorded: 4 added, 0 changed, 0 removed, 0 unchanged",
        "  + a.jpg",
        "  + a.txt",
        "  + sub/b.png",
        "  + sub/b.txt",
        ran.out.splitlines()[-1],
    ]
    assert "a.jpg" in (style / "manifest.json").read_text()
    assert here(workspace, "record", "--check").status == 0
    (style / "a.txt").write_bytes(b"edited")
    (style / "a.jpg").unlink()
    ran = here(workspace, "record", "16", "--json")
    document = ran.document()
    [row] = document["styles"]
    assert document["written"] is True
    assert (row["added"], row["changed"], row["removed"]) == ([], ["a.txt"], ["a.jpg"])
    assert row["unchanged"] == 2


def test_status_of_a_style_in_step(pushed: Path, bucket: Bucket) -> None:
    ran = here(pushed, "status")
    assert ran.status == 0
    assert ran.out == (
        f"16: styles/16 <-> {bucket.remote()}\n"
        "  2 images, 2 captions\n"
        "  Folder, manifest and S3 are in step.\n"
    )
    [row] = here(pushed, "status", "--json").document()["styles"]
    assert row["in_step"] is True
    assert (row["images"], row["captions"], row["next"]) == (2, 2, [])


def test_status_names_what_differs_and_what_to_run(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "new.png").write_bytes(b"new")
    (style / "a.txt").write_bytes(b"  \n")
    (style / "orphan.txt").write_bytes(b"\xff\xfe")
    (style / "sub/b.txt").unlink()
    bucket.put(PREFIX + "from-s3.png", b"theirs")
    bucket.delete(PREFIX + "a.jpg")
    ran = here(pushed, "status")
    assert ran.status == 0
    for line in (
        "  3 images, 2 captions, 2 without a caption, 1 caption without an image",
        "  to push: 3",
        "  deleted here, still on S3: 1",
        "  to pull: 1",
        "  deleted on S3, still here: 1",
        "  captions without an image: 1",
        "  warning: a.txt holds only white space",
        "  warning: orphan.txt is not UTF-8 text",
        "  next: manifest-sync record 16",
        "  next: manifest-sync pull 16",
        "  next: manifest-sync push 16",
    ):
        assert f"{line}\n" in ran.out, ran.out
    [row] = here(pushed, "status", "--json").document()["styles"]
    assert row["in_step"] is False
    assert row["names"]["ahead"] == ["a.txt", "new.png", "orphan.txt", "sub/b.txt"]
    assert row["names"]["behind"] == ["a.jpg", "from-s3.png"]
    assert row["caption_troubles"] == {"a.txt": "blank", "orphan.txt": "not_utf8"}
    assert row["next"] == [
        "manifest-sync record 16",
        "manifest-sync pull 16",
        "manifest-sync push 16",
    ]


def test_where_only_deletions_are_left_the_advice_says_delete(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.jpg").unlink()
    bucket.delete(PREFIX + "a.txt")
    [row] = here(pushed, "status", "--json").document()["styles"]
    assert row["next"][-2:] == [
        "manifest-sync pull 16 --delete",
        "manifest-sync push 16 --delete",
    ]


def test_twins_are_warned_of(workspace: Path, style: Path) -> None:
    (style / "A.JPG").write_bytes(b"other case")
    assert "warning: A.JPG and a.jpg differ only in case" in here(workspace, "status").out


def test_compare_in_four_groups(pushed: Path, style: Path, bucket: Bucket) -> None:
    (style / "here.png").write_bytes(b"here")
    (style / "a.txt").write_bytes(b"mine here")
    bucket.put(PREFIX + "there.png", b"there")
    ran = here(pushed, "compare", "16")
    assert ran.status == 0
    assert ran.out == (
        f"16: styles/16 <-> {bucket.remote()}\n"
        "  missing in S3: 1\n    here.png (4 B)\n"
        "  missing locally: 1\n    there.png (5 B)\n"
        "  different: 1\n    a.txt (here 9 B, on S3 9 B)\n"
        "  identical: 3\n"
    )
    assert here(pushed, "compare", "--json").document() == {
        "format": "manifest-sync/compare",
        "version": 1,
        "style": "16",
        "missing_in_s3": [{"filename": "here.png", "localPath": "styles/16/here.png", "size": 4}],
        "missing_locally": [{"filename": "there.png", "s3Key": "styles/16/there.png", "size": 5}],
        "different": [
            {
                "filename": "a.txt",
                "reason": "content_mismatch",
                "localMd5": _md5(b"mine here"),
                "s3Etag": _md5(b"caption a"),
            }
        ],
        "identical": [
            {"filename": "a.jpg", "size": 7},
            {"filename": "sub/b.png", "size": 8},
            {"filename": "sub/b.txt", "size": 9},
        ],
        "problems": [],
    }


def test_compare_is_about_one_style(workspace: Path, bucket: Bucket) -> None:
    (workspace / "styles/17").mkdir()
    here(workspace, "init", "styles/17", "--remote", bucket.remote("styles/17/"))
    ran = here(workspace, "compare")
    assert ran.status == 64
    assert "16, 17" in ran.err


def test_history_newest_first(pushed: Path, style: Path) -> None:
    (style / "a.txt").write_bytes(b"edited")
    (style / "a.jpg").unlink()
    here(pushed, "push", "--yes", "--delete")
    lines = here(pushed, "history").out.splitlines()
    assert [line.split()[0] for line in lines] == ["@2", "@1"]
    assert "push 16 on S3: 0 created, 1 updated, 1 deleted  (" in lines[0]
    lines = here(pushed, "history", "--deletions").out.splitlines()
    assert "deleted on S3: a.jpg (7 B) of 16, kept at s3://" in lines[1 - 1] + lines[1]
    assert "replaced on S3: a.txt (9 B) of 16, kept at s3://" in lines[0] + lines[1]
    document = here(pushed, "history", "--deletions", "--json").document()
    assert [row["id"] for row in document["applies"]] == ["@2", "@1"]
    assert document["applies"][0]["complete"] is True
    gone = {row["path"]: row for row in document["deletions"]}
    assert gone["a.jpg"]["replaced"] is False
    assert gone["a.txt"]["replaced"] is True
    assert gone["a.jpg"]["restorable"] is True
    assert gone["a.jpg"]["when"].endswith("Z")
    assert here(pushed, "history", "--json").document()["deletions"] == []


def test_history_of_nothing(workspace: Path) -> None:
    assert here(workspace, "history").out == "Nothing was done yet in this workspace.\n"
    assert here(workspace, "history", "--deletions", "16").status == 0
