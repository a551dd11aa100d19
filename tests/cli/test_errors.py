import sqlite3
import threading
import time
from pathlib import Path

import pytest

from manifest_sync.cli.failures import tell
from manifest_sync.core.errors import StoreError
from manifest_sync.core.sentences import sentence
from manifest_sync.workspace.workspace import Workspace
from tests.buckets import Bucket
from tests.commands import here
from tests.servers import SECRET_KEY

_NAMING_PARENT = """
{"version": 1, "style": "16", "remote": "s3://b/p/", "files": {
  "../x": {"size": 1, "md5": "9e107d9d372bb6826bd81d3542a419d6"}}}
"""


def test_outside_of_a_workspace(tmp_path: Path) -> None:
    ran = here(tmp_path, "status")
    assert ran.status == 64
    assert ran.out == ""
    assert ran.err.startswith("Error: No workspace here: ")
    assert here(tmp_path, "status", "--json").document()["code"] == "usage"


def test_a_workspace_elsewhere(pushed: Path, tmp_path: Path) -> None:
    ran = here(tmp_path, "status", "--workspace", str(pushed))
    assert ran.status == 0
    assert here(tmp_path, "status", "--workspace", "ws", "styles/16").status == 0
    assert here(pushed / "styles", "status", "--workspace", "..", "16").status == 0


def test_an_unknown_style(workspace: Path) -> None:
    ran = here(workspace, "push", "17")
    assert ran.status == 64
    assert ran.err == "Error: There is no style “17”; this workspace has: 16.\n"


def test_a_workspace_without_styles(tmp_path: Path) -> None:
    (tmp_path / "manifest-sync.toml").write_text("")
    ran = here(tmp_path, "push")
    assert ran.status == 64
    assert "has no styles yet" in ran.err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"version": 1,\n "style": }', "line 2, column "),
        ('{"version": 1, "style": 16, "remote": "s3://b/", "files": {}}', "style"),
        (_NAMING_PARENT, "../x"),
        ('{"version": 9, "style": "16", "remote": "s3://b/p/", "files": {}}', "version"),
    ],
)
def test_a_broken_manifest(workspace: Path, style: Path, text: str, says: str) -> None:
    (style / "manifest.json").write_text(text)
    for command in ("status", "push", "record"):
        ran = here(workspace, command)
        assert ran.status == 1
        assert ran.err.startswith("Error: styles/16/manifest.json")
        assert ran.err.count("\n") == 1
        assert says in ran.err
    assert here(workspace, "push", "--json").document()["code"] == "invalid"


def test_a_wrong_bucket(workspace: Path, style: Path) -> None:
    manifest = style / "manifest.json"
    manifest.write_text(manifest.read_text().replace("s3://", "s3://not-"))
    ran = here(workspace, "push", "--yes")
    assert ran.status == 1
    assert ran.err.startswith("Error: There is no bucket “not-")
    assert here(workspace, "push", "--json").document()["code"] == "store"


@pytest.mark.timeout(60)
def test_an_endpoint_that_does_not_answer(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    ran = here(workspace, "push", "--yes", "--endpoint-url", "http://127.0.0.1:9")
    assert ran.status == 1
    assert ran.err.startswith("Error: http://127.0.0.1:9 does not answer")


def more_styles(workspace: Path, count: int, bucket: str) -> None:
    for number in range(count):
        (workspace / f"styles/more-{number}").mkdir()
        remote = f"s3://{bucket}/{number}/"
        assert here(workspace, "init", f"styles/more-{number}", "--remote", remote).status == 0


@pytest.mark.timeout(60)
def test_an_endpoint_that_does_not_answer_is_told_once_for_all_styles(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3")
    more_styles(workspace, 20, "nowhere")
    began = time.monotonic()
    ran = here(workspace, "push", "--yes", "--endpoint-url", "http://127.0.0.1:9")
    assert (ran.status, ran.err) == (1, "Error: http://127.0.0.1:9 does not answer.\n")
    assert time.monotonic() - began < 15, "each style waited for it"


def test_what_several_styles_fail_for_is_told_once(workspace: Path, bucket: Bucket) -> None:
    more_styles(workspace, 7, "not-there")
    ran = here(workspace, "push", "--yes", "--quiet")
    assert ran.status == 1
    assert ran.err.startswith("Error: more-0, more-1, more-2, more-3, more-4 and 2 other styles: ")
    assert ran.err.count("\n") == 1
    assert bucket.get("styles/16/a.jpg") == b"image a"


def test_a_wrong_endpoint_url(workspace: Path) -> None:
    ran = here(workspace, "push", "--endpoint-url", "http://user:pw@host/")
    assert ran.status == 1
    assert "user name or password" in ran.err
    assert "pw@" not in ran.err


def test_no_credentials(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    ran = here(workspace, "push", "--yes")
    assert ran.status == 1
    assert ran.err.startswith("Error: No AWS credentials were found; ")
    assert SECRET_KEY not in ran.err


def test_a_lock_that_is_held(workspace: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with Workspace.open(workspace) as other, other.holding("push"):
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(30)
        ran = here(workspace, "push", "--yes", "--json")
        assert ran.status == 11
        assert ran.document()["code"] == "locked"
        assert "“push”" in ran.err
        assert here(workspace, "plan", "--to", "s3").status == 0
        assert here(workspace, "record", "--lock-timeout", "0.2").status == 11
    finally:
        done.set()
        thread.join()


def test_a_damaged_cache_is_rebuilt_with_a_warning(pushed: Path) -> None:
    for extra in ("-wal", "-shm"):
        (pushed / f".manifest-sync/cache.db{extra}").unlink(missing_ok=True)
    (pushed / ".manifest-sync/cache.db").write_bytes(b"not a database at all" * 500)
    ran = here(pushed, "push", "--quiet")
    assert ran.status == 0
    assert ran.err.startswith("Warning: ")
    assert "cache.db" in ran.err
    assert here(pushed, "push", "--quiet").err == ""


def test_a_damaged_state_is_refused_with_what_to_do(pushed: Path) -> None:
    for extra in ("-wal", "-shm"):
        (pushed / f".manifest-sync/state.db{extra}").unlink(missing_ok=True)
    state = pushed / ".manifest-sync/state.db"
    state.write_bytes(b"not a database at all" * 500)
    for command in (["push", "--yes"], ["history"], ["status"], ["record"]):
        ran = here(pushed, *command)
        assert ran.status == 1
        assert ran.err.startswith(f"Error: {state} is damaged")
        assert "Restore it from a backup" in ran.err
    assert here(pushed, "push", "--json").document()["code"] == "state"
    assert state.read_bytes().startswith(b"not a database")


def test_a_state_that_is_damaged_further_inside(pushed: Path) -> None:
    state = pushed / ".manifest-sync/state.db"
    with sqlite3.connect(state) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = state.read_bytes()
    state.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    ran = here(pushed, "push", "--yes")
    assert ran.status == 1
    assert ran.err.startswith(f"Error: {state} is damaged")


def test_a_state_of_a_newer_version_is_refused(pushed: Path) -> None:
    connection = sqlite3.connect(pushed / ".manifest-sync/state.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    ran = here(pushed, "push", "--yes")
    assert ran.status == 1
    assert "newer version of manifest-sync" in ran.err
    assert "Update manifest-sync" in ran.err


def test_names_that_would_steer_the_terminal_are_shown_escaped(
    workspace: Path, style: Path, bucket: Bucket
) -> None:
    (style / "evil\x1b[2J.png").write_bytes(b"x")
    bucket.put("styles/16/evil\x1b[31mkey.png", b"x")
    ran = here(workspace, "status")
    assert ran.status == 0
    assert "\x1b" not in ran.out + ran.err
    assert "evil\\x1b[2J.png" in ran.out
    assert here(workspace, "push", "--yes", "--json").status == 0


def test_sentences() -> None:
    assert sentence(StoreError("there is no bucket")) == "There is no bucket."
    assert sentence(StoreError("http://x:1 does not answer")) == "http://x:1 does not answer."
    assert sentence(StoreError("“a.txt” changed")) == "“a.txt” changed."
    assert sentence(StoreError("S3 says no.")) == "S3 says no."


def test_a_bug_is_one_sentence_and_a_traceback_only_for_who_wants_it(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("oops").with_traceback(None)
    monkeypatch.delenv("MANIFEST_SYNC_DEBUG", raising=False)
    assert tell(error, []) == 1
    said = capfd.readouterr().err
    monkeypatch.setenv("MANIFEST_SYNC_DEBUG", "1")
    assert tell(error, []) == 1
    assert said.startswith("Error: RuntimeError: oops. This is a bug; please report it")
    assert said.count("\n") == 1
    assert "RuntimeError: oops\n" in capfd.readouterr().err


def test_a_full_disk_is_no_bug(capfd: pytest.CaptureFixture[str]) -> None:
    assert tell(OSError(28, "No space left on device", "/x/y"), []) == 1
    assert capfd.readouterr().err == "Error: /x/y: No space left on device.\n"
