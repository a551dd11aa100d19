"""What goes wrong before anything is done: one clear sentence, the right status, nothing lost."""

import sqlite3
from pathlib import Path

import pytest

from tests.e2e.places import BOTH_SERVERS_SLOWLY, FILES, Place
from tests.servers import ACCESS_KEY

_STATE = ".manifest-sync/state.db"
_OUTSIDE = '{"version": 1, "style": "16", "remote": "s3://b/p/", "files": {"../x": %s}}'
_LINE = '{"size": 1, "md5": "9e107d9d372bb6826bd81d3542a419d6"}'


@BOTH_SERVERS_SLOWLY
def test_a_bucket_that_is_not_there(place: Place) -> None:
    place.begin()
    manifest = place.style / "manifest.json"
    manifest.write_text(manifest.read_text().replace("s3://", "s3://no-"))
    ran = place.run("push", "--yes", status=1)
    said = f"There is no bucket “no-{place.bucket.name}” at {place.bucket.endpoint}."
    assert ran.err == f"Error: {said}\n"
    document = place.quickly("push", "--yes", "--json", status=1).document()
    assert (document["code"], document["message"]) == ("store", said)


@BOTH_SERVERS_SLOWLY
def test_no_credentials(place: Place) -> None:
    place.begin()
    ran = place.run("push", "--yes", status=1, AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert ran.err.startswith("Error: No AWS credentials were found; set AWS_PROFILE or ")
    assert place.objects() == {}


@pytest.mark.ceph
@pytest.mark.parametrize("server", ["ceph"], indirect=True)
def test_credentials_that_s3_does_not_know(place: Place) -> None:
    place.begin_pushed()
    place.write({"a.txt": b"edited"})
    wrong = "wr0ng" * 8
    for environ in ({"AWS_SECRET_ACCESS_KEY": wrong}, {"AWS_ACCESS_KEY_ID": ACCESS_KEY[::-1]}):
        ran = place.run("push", "--yes", status=1, **environ)
        assert ran.err.startswith(
            f"Error: {place.bucket.endpoint} does not know these credentials ("
        )
        assert wrong not in ran.out + ran.err
    assert place.objects() == FILES


@pytest.mark.slow
def test_an_endpoint_that_does_not_answer(place: Place) -> None:
    place.begin()
    ran = place.run("push", "--yes", "--endpoint-url", "http://127.0.0.1:9", status=1)
    assert ran.err == "Error: http://127.0.0.1:9 does not answer.\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"version": 1,\n "style": }', "line 2, column 11"),
        ('{"version": 1, "style": 16, "remote": "s3://b/", "files": {}}', "style"),
        ('{"version": 1, "style": "16", "remote": "b", "files": {}}', "remote"),
        (_OUTSIDE % _LINE, "../x"),
        ("<<<<<<< HEAD\n", "line 1"),
    ],
)
def test_a_manifest_that_is_broken(place: Place, text: str, says: str) -> None:
    place.begin_pushed()
    manifest = place.style / "manifest.json"
    manifest.write_text(text)
    ran = place.run("push", "--yes", "--delete", status=1)
    assert ran.err.startswith("Error: styles/16/manifest.json")
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert manifest.read_text() == text
    assert (place.files(), place.objects()) == (FILES, FILES)


@pytest.mark.slow
def test_a_damaged_cache_is_made_anew_with_a_warning(place: Place) -> None:
    place.begin_pushed()
    _damage(place.root / ".manifest-sync/cache.db")
    ran = place.run("push", "--json")
    [row] = ran.document()["styles"]
    assert (row["unchanged"], row["outcomes"]) == (len(FILES), [])
    assert ran.err.startswith(f"Warning: {place.root}/.manifest-sync/cache.db ")
    assert ran.err.count("\n") == 1
    assert place.run("push", "--quiet").err == ""


@pytest.mark.slow
def test_a_damaged_state_is_refused_with_what_to_do(place: Place) -> None:
    place.begin_pushed()
    state = place.root / _STATE
    _damage(state)
    before = state.read_bytes()
    ran = place.run("push", "--yes", "--delete", status=1)
    assert ran.err.startswith(f"Error: {state} is damaged")
    assert "Restore it from a backup, or move it away: without it no file is lost" in ran.err
    assert state.read_bytes() == before
    state.unlink()
    assert place.row("push", "--yes", "--delete")["unchanged"] == len(FILES)
    assert place.objects() == FILES


@pytest.mark.slow
def test_a_state_of_a_newer_version_is_refused_with_what_to_do(place: Place) -> None:
    place.begin_pushed()
    connection = sqlite3.connect(place.root / _STATE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    ran = place.run("pull", "--yes", status=1)
    assert "was written by a newer version of manifest-sync (format 99" in ran.err
    assert ran.err.endswith(" Update manifest-sync to use this workspace.\n")


def _damage(database: Path) -> None:
    """Let a database hold something else, with nothing beside it that would mend it."""
    for extra in ("-wal", "-shm"):
        database.with_name(database.name + extra).unlink(missing_ok=True)
    database.write_bytes(b"not a database at all" * 500)
