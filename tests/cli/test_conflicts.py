"""How conflicts are told: both contents, the ancestor, and who published last."""

import hashlib
import re
import socket
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@pytest.fixture
def overtaken(
    pushed: Path, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The workspace, in which a file was edited that Anna on ws3 has edited and pushed before."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    assert here(theirs, "clone", bucket.remote(), "16").status == 0
    (theirs / "16" / "a.txt").write_bytes(b"theirs")
    with monkeypatch.context() as as_anna:
        as_anna.setenv("LOGNAME", "anna")
        as_anna.setattr(socket, "gethostname", lambda: "ws3")
        assert here(theirs, "push", "--yes").status == 0
    (pushed / "styles" / "16" / "a.txt").write_bytes(b"mine")
    return pushed


def test_both_contents_and_the_last_publication_are_shown(overtaken: Path) -> None:
    ran = here(overtaken, "push")
    assert ran.status == 6
    told = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<when>", ran.out).splitlines()
    assert told[1:4] == [
        (
            f"  ! a.txt: changed on both sides (folder: 4 B, md5 {_md5(b'mine')}; "
            f"S3: 6 B, md5 {_md5(b'theirs')}; last in common: 9 B, md5 {_md5(b'caption a')})"
        ),
        (
            "  The manifest on S3 was last published <when> by anna on ws3; others may have "
            "changed these files before."
        ),
        (
            "  Nothing is done about a conflict. To choose, add --take local PATH or "
            "--take s3 PATH; with --overwrite the folder wins every one."
        ),
    ]


def test_plans_and_runs_have_the_publication_in_their_documents(overtaken: Path) -> None:
    [planned] = here(overtaken, "push", "--dry-run", "--json").document()["styles"]
    [applied] = here(overtaken, "push", "--yes", "--json").document()["styles"]
    assert planned["publication"] == applied["publication"]
    assert (planned["publication"]["user"], planned["publication"]["host"]) == ("anna", "ws3")
    explained = here(overtaken, "explain", "a.txt", "--json").document()["explanation"]
    assert explained["publication"] == planned["publication"]


def test_a_saved_plan_has_it_and_one_whose_time_is_none_is_refused(overtaken: Path) -> None:
    here(overtaken, "record")
    saved = overtaken / "saved.plan"
    ran = here(overtaken, "plan", "--to", "s3", "--out", "saved.plan")
    assert " by anna on ws3; " in ran.out
    assert " by anna on ws3; " in here(overtaken, "apply", "saved.plan").out
    text = re.sub(r'("publication": \{\s*"when": )"[^"]*"', r'\1"soon"', saved.read_text())
    saved.write_text(text)
    ran = here(overtaken, "apply", "saved.plan", "--yes")
    assert (ran.status, "soon is no time" in ran.err) == (1, True)
