"""What `doctor` says of servers that are as they should be, and of others."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.buckets import Bucket, new_bucket
from tests.commands import here
from tests.e2e.meddler import Meddler, meddling
from tests.rewriting_s3 import Headers, rewriting
from tests.servers import SECRET_KEY, S3Server
from tests.stores.scripted_s3 import refusal, scripted_s3

TRASH = ".manifest-sync-trash/"


@pytest.fixture
def meddler(moto: S3Server, bucket: Bucket, workspace: Path) -> Iterator[Meddler]:
    """Between the workspace and moto."""
    assert workspace.is_dir()
    assert bucket.name  # both were made past the meddler
    with meddling(moto.endpoint) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        yield made


def examined(workspace: Path, status: int) -> dict[str, Any]:
    """The one bucket of the document; what is said to a person agrees with it."""
    ran = here(workspace, "doctor", "--json")
    assert ran.status == status, ran.out + ran.err
    document = ran.document()
    text = here(workspace, "doctor")
    assert text.status == status
    assert SECRET_KEY not in ran.out + ran.err + text.out + text.err
    [bucket] = document["buckets"]
    for finding in bucket["findings"]:
        assert finding["message"] in text.out
    assert document["usable"] == bucket["usable"] == (status == 0)
    assert isinstance(bucket, dict)
    return bucket


def levels(bucket: dict[str, Any]) -> dict[str, str]:
    return {finding["code"]: finding["level"] for finding in bucket["findings"]}


def message(bucket: dict[str, Any], code: str) -> str:
    [said] = [each["message"] for each in bucket["findings"] if each["code"] == code]
    assert isinstance(said, str)
    return said


def test_a_usable_endpoint_and_nothing_is_left_there(workspace: Path, bucket: Bucket) -> None:
    found = examined(workspace, 0)
    assert found["policy"] is None
    assert found["unguarded"] == ["copy", "parts"]
    assert found["identity"] == {
        "endpoint": bucket.endpoint,
        "region": "us-east-1",
        "credentials": "env",
        "profile": None,
        "clock_ahead": found["identity"]["clock_ahead"],
    }
    assert abs(found["identity"]["clock_ahead"]) <= 2
    assert "error" not in levels(found).values()
    assert "copied below" in message(found, "versioning")
    assert "lease" not in levels(found)
    assert bucket.keys() == []
    assert "Uploads" not in bucket.client.list_multipart_uploads(Bucket=bucket.name)


def test_what_was_found_is_what_the_next_plan_goes_by(workspace: Path) -> None:
    here(workspace, "doctor")
    [style] = here(workspace, "plan", "--to", "s3", "--json").document()["styles"]
    assert style["basis"]["unguarded"] == ["copy", "parts"]


def test_a_bucket_with_versions_keeps_nothing_of_the_examination(
    workspace: Path, bucket: Bucket
) -> None:
    bucket.client.put_bucket_versioning(
        Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
    )
    assert "stays as a version" in message(examined(workspace, 0), "versioning")
    left = bucket.client.list_object_versions(Bucket=bucket.name)
    assert not {"Versions", "DeleteMarkers"} & left.keys()


def test_an_endpoint_that_minds_no_condition(workspace: Path, meddler: Meddler) -> None:
    meddler.unheard |= {"if-match", "if-none-match"}
    found = examined(workspace, 0)
    assert found["unguarded"] == ["create", "update", "delete", "copy", "parts"]
    assert levels(found)["unguarded"] == levels(found)["lease"] == "warning"
    assert "guarded" not in levels(found)


@pytest.mark.parametrize(
    ("denies", "missing", "status"),
    [
        (lambda method: method in {"PUT", "POST"}, ["put"], 1),
        pytest.param(lambda method: method == "HEAD", ["get"], 1, marks=pytest.mark.slow),
        pytest.param(lambda method: method == "DELETE", ["delete"], 0, marks=pytest.mark.slow),
        pytest.param(lambda _: True, ["get", "put", "delete"], 1, marks=pytest.mark.slow),
    ],
)
def test_permissions_that_are_missing_below_the_prefix(
    workspace: Path,
    bucket: Bucket,
    meddler: Meddler,
    denies: Callable[[str], bool],
    missing: list[str],
    status: int,
) -> None:
    below = f"/{bucket.name}/styles/16/"
    meddler.denies = lambda method, path: path.startswith(below) and denies(method)
    found = examined(workspace, status)
    [place] = found["places"]
    assert [name for name, allowed in place["permissions"].items() if not allowed] == missing
    resources = json.dumps(found["policy"]["Statement"][2]["Resource"])
    assert f"arn:aws:s3:::{bucket.name}/styles/16/*" in resources
    assert f"arn:aws:s3:::{bucket.name}/{TRASH}*" in resources
    assert '"Version": "2012-10-17"' in here(workspace, "doctor").out


def test_who_may_not_list_is_told_so(workspace: Path, bucket: Bucket, meddler: Meddler) -> None:
    meddler.denies = lambda method, path: method == "GET" and path == f"/{bucket.name}"
    found = examined(workspace, 1)
    assert found["places"][0]["permissions"]["list"] is False


def test_a_trash_prefix_that_is_not_allowed(
    workspace: Path, bucket: Bucket, meddler: Meddler
) -> None:
    meddler.denies = lambda _method, path: path.startswith(f"/{bucket.name}/{TRASH}")
    found = examined(workspace, 1)
    assert levels(found)["trash_denied"] == "error"
    assert "`trash_prefix`" in message(found, "trash_denied")
    assert (found["abilities"], found["unguarded"]) == (None, None)
    assert found["policy"] is not None


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (404, "NoSuchBucket", "There is no bucket"),
        (403, "InvalidAccessKeyId", "does not know these credentials"),
        (403, "RequestTimeTooSkewed", "clock is wrong"),
    ],
)
def test_a_bucket_that_cannot_be_reached(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: str, says: str
) -> None:
    with scripted_s3(lambda _method, _path: refusal(status, code)) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
        found = examined(workspace, 1)
    assert levels(found) == {
        "endpoint": "ok",
        "credentials": "ok",
        "clock": "ok",
        "unreachable": "error",
    }
    assert says in message(found, "unreachable")
    assert found["policy"] is None


def test_no_credentials(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    found = examined(workspace, 1)
    assert "No AWS credentials were found" in message(found, "unreachable")


@pytest.mark.parametrize(
    ("minutes", "way"), [(20, "behind"), pytest.param(-20, "ahead of", marks=pytest.mark.slow)]
)
def test_a_clock_that_is_wrong_is_told_by_how_much(
    workspace: Path, moto: S3Server, monkeypatch: pytest.MonkeyPatch, minutes: int, way: str
) -> None:
    """Also where it is why all requests are refused."""

    def later(headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        date = parsedate_to_datetime(headers["date"]) + timedelta(minutes=minutes)
        return headers | {"date": format_datetime(date, usegmt=True)}, body

    with rewriting(moto.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", proxy.endpoint)
        proxy.answers = later
        said = here(workspace, "doctor").out
    assert f"clock is 20 min {way} the endpoint's; set it right" in said


def test_nobody_answers(workspace: Path) -> None:
    ran = here(workspace, "doctor", "--endpoint-url", "http://127.0.0.1:9")
    assert ran.status == 1
    assert "Endpoint http://127.0.0.1:9, region us-east-1." in ran.out
    assert "http://127.0.0.1:9 does not answer" in ran.out
    assert "is there a network?" in ran.out


def test_a_place_on_s3_needs_neither_style_nor_workspace(tmp_path: Path, bucket: Bucket) -> None:
    """And nothing is left of it, on either side."""
    ran = here(tmp_path, "doctor", bucket.remote("new/"), "--json")
    assert ran.status == 0, ran.err
    [found] = ran.document()["buckets"]
    assert [(each["style"], each["prefix"]) for each in found["places"]] == [(None, "new/")]
    assert "Below “new/” the credentials may" in message(found, "permissions")
    assert found["unguarded"] == ["copy", "parts"]
    assert (bucket.keys(), [*tmp_path.iterdir()]) == ([], [])
    assert here(tmp_path, "doctor", "s3://").status == 64
    assert here(tmp_path, "doctor", "16", bucket.remote()).status == 64


@pytest.mark.ceph
def test_ceph_rgw(tmp_path: Path, ceph: S3Server) -> None:
    with new_bucket(ceph) as bucket:
        folder = tmp_path / "styles" / "16"
        folder.mkdir(parents=True)
        assert here(tmp_path, "init", "styles/16", "--remote", bucket.remote()).status == 0
        found = examined(tmp_path, 0)
        assert found["unguarded"] == ["delete", "copy", "parts"]
        assert "without quotes" in message(found, "guarded")
        assert bucket.keys() == []
        bucket.client.put_bucket_versioning(
            Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"}
        )
        assert levels(examined(tmp_path, 0))["lease"] == "warning"
