import json
import sqlite3
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here

PREFIX = "styles/16/"


def _state(workspace: Path) -> dict[str, bytes]:
    """Everything on disk but the databases' bookkeeping."""
    return {
        str(path): path.read_bytes()
        for path in workspace.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def _lie(workspace: Path, path: str) -> None:
    """Let the cache say that other bytes were hashed, as after a disk has forgotten some."""
    database = sqlite3.connect(workspace / ".manifest-sync" / "cache.db")
    with database:
        database.execute("UPDATE digests SET md5 = ?, trusted = 1 WHERE path = ?", ("0" * 32, path))
    database.close()


def test_all_is_well(pushed: Path) -> None:
    before = _state(pushed)
    ran = here(pushed, "verify")
    assert ran.status == 0, ran.err
    assert "  folder: 4 of 4 files read (33 B), 4 equal\n" in ran.out
    assert "  S3: 4 of 4 files read (33 B), 4 equal\n" in ran.out
    assert "8 files read: everything is as it was said to be." in ran.out
    assert _state(pushed) == before
    [style] = here(pushed, "verify", "--json").document()["styles"]
    assert [(s["side"], s["read"], s["equal"]) for s in style["sides"]] == [
        ("local", 4, 4),
        ("s3", 4, 4),
    ]
    assert here(pushed, "verify", "-q").out == ""


def test_differences_have_a_name_a_kind_and_exit_status_2(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_bytes(b"edited")
    (style / "sub" / "b.png").unlink()
    _lie(pushed, "a.jpg")
    bucket.put(PREFIX + "sub/b.txt", b"by others")
    before = _state(pushed)
    ran = here(pushed, "verify")
    assert ran.status == 2
    for line in (
        "! corrupted in the folder: a.jpg (holds 7 B",
        "! differs in the folder: a.txt (holds 6 B",
        "! missing in the folder: sub/b.png (manifest: 8 B",
        "! differs on S3: sub/b.txt (holds 9 B",
        "Suspect the disk",
    ):
        assert line in ran.out
    assert _state(pushed) == before
    local = here(pushed, "verify", "--side", "local", "--json")
    assert local.status == 2
    [side] = local.document()["styles"][0]["sides"]
    assert [(each["path"], each["difference"]) for each in side["findings"]] == [
        ("a.jpg", "corrupted"),
        ("a.txt", "differs"),
        ("sub/b.png", "missing"),
    ]
    assert here(pushed, "verify", "--side", "s3", "-q").out.count(" ! ") == 1


def test_metadata_that_says_otherwise_is_a_difference(pushed: Path, bucket: Bucket) -> None:
    client, key = bucket.client, PREFIX + "parts.png"
    told = {"md5chksum": "AAAAAAAAAAAAAAAAAAAAAA=="}
    upload = client.create_multipart_upload(Bucket=bucket.name, Key=key, Metadata=told)
    part = client.upload_part(
        Bucket=bucket.name, Key=key, UploadId=upload["UploadId"], PartNumber=1, Body=b"bytes"
    )
    client.complete_multipart_upload(
        Bucket=bucket.name,
        Key=key,
        UploadId=upload["UploadId"],
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    ran = here(pushed, "verify", "--side", "s3", "--json")
    assert ran.status == 2
    [finding] = ran.document()["styles"][0]["sides"][0]["findings"]
    assert (finding["path"], finding["difference"]) == ("parts.png", "corrupted")
    assert finding["told"] == {"metadata": {"size": 5, "md5": "0" * 32}}


def test_what_the_team_ignores_or_includes_by_now_is_read_by_its_header(
    pushed: Path, style: Path, bucket: Bucket
) -> None:
    (style / "notes.md").write_bytes(b"notes")
    bucket.put(PREFIX + "notes.md", b"notes")
    published = json.loads(bucket.get(PREFIX + "manifest.json"))
    published |= {"include": ["*.md"], "ignore": ["sub/"]}
    bucket.put(PREFIX + "manifest.json", json.dumps(published).encode())
    before = _state(pushed)
    [row] = here(pushed, "verify", "--json").document()["styles"]
    assert [(side["files"], side["read"]) for side in row["sides"]] == [(3, 3), (3, 3)]
    assert [side["findings"] for side in row["sides"]] == [[], []]
    [alone] = here(pushed, "verify", "--side", "local", "--json").document()["styles"]
    assert alone["sides"][0]["files"] == 4
    assert _state(pushed) == before


def test_what_cannot_be_read_gives_exit_status_3(pushed: Path, style: Path) -> None:
    (style / "a.jpg").unlink()
    (style / "a.jpg").symlink_to("a.txt")
    ran = here(pushed, "verify", "--side", "local")
    assert ran.status == 3
    assert "! a.jpg: a symbolic link that is not followed" in ran.out
    assert "missing" not in ran.out


def test_samples_come_round_to_every_file(pushed: Path, bucket: Bucket) -> None:
    bucket.put(PREFIX + "sub/b.txt", b"by others")
    statuses = []
    for turn in range(4):
        ran = here(pushed, "verify", "--sample", "25%", "--json")
        statuses.append(ran.status)
        [style] = ran.document()["styles"]
        assert [side["read"] for side in style["sides"]] == [1, 1], turn
    assert sorted(statuses) == [0, 0, 0, 2]
    again = [here(pushed, "verify", "--sample", "25", "-q").status for _ in range(4)]
    assert again == statuses


@pytest.mark.parametrize("sample", ["0%", "-1", "101%", "many", "nan", ""])
def test_a_sample_is_a_percentage(pushed: Path, sample: str) -> None:
    ran = here(pushed, "verify", f"--sample={sample}", "--json")
    assert ran.status == 64
    assert json.loads(ran.out)["code"] == "usage"
    assert "must be a percentage above 0 and up to 100" in ran.err
