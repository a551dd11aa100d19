"""Buckets whose objects are encrypted, so that an ETag looks like an MD5 and is none."""

from collections.abc import Iterator

import pytest

from tests.buckets import Bucket
from tests.e2e.places import FILES, PREFIX, Place
from tests.encrypted_s3 import encrypt
from tests.rewriting_s3 import Rewriter, rewriting
from tests.stores.scripted_s3 import Reply, refusal

pytestmark = pytest.mark.slow

_WORDS = (
    "The object was stored using a form of Server Side Encryption. "
    "The correct parameters must be provided to retrieve the object."
)


def _sealed(method: str) -> Reply:
    """S3's answer to who asks for an object of SSE-C without its key."""
    return Reply(400) if method == "HEAD" else refusal(400, "InvalidRequest", _WORDS)


@pytest.fixture
def proxy(bucket: Bucket) -> Iterator[Rewriter]:
    """Before the server, whose objects a scenario may encrypt."""
    with rewriting(bucket.endpoint) as made, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", made.endpoint)
        yield made


@pytest.fixture(params=["auto", pytest.param("boto3", marks=pytest.mark.slow)], autouse=True)
def transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MANIFEST_SYNC_TRANSPORT", request.param)
    found: str = request.param
    return found


def _asked(row: dict[str, object]) -> dict[str, int]:
    """The requests of a run besides its LIST."""
    requests = row["requests"]
    assert isinstance(requests, dict)
    return {kind: count for kind, count in requests.items() if count and kind != "list"}


def test_what_others_encrypted_is_fetched_at_once_and_then_known(
    place: Place, proxy: Rewriter
) -> None:
    encrypt(proxy)
    for path, data in FILES.items():
        place.bucket.put(PREFIX + path, data)
    place.begin({"a.jpg": FILES["a.jpg"], "a.txt": b"another caption"})
    row = place.quick_row("pull", "--yes")
    assert (row["created"], row["updated"], row["unchanged"]) == (2, 1, 1)
    assert place.files() == FILES
    again = place.quick_row("pull")
    assert (again["unchanged"], again["hashed"], _asked(again)) == (4, 0, {})


@pytest.mark.slow
def test_what_is_pushed_is_known_without_being_asked_for(place: Place, proxy: Rewriter) -> None:
    encrypt(proxy)
    place.begin_pushed()
    assert place.objects() == FILES
    again = place.quick_row("push")
    assert (again["unchanged"], again["hashed"], _asked(again)) == (4, 0, {})
    (place.root / ".manifest-sync" / "cache.db").unlink()
    assert place.quick_row("pull")["unchanged"] == 4
    place.write({"a.txt": b"edited"})
    assert place.quick_row("push", "--yes")["updated"] == 1
    assert place.objects() == FILES | {"a.txt": b"edited"}


def test_what_is_encrypted_anew_is_still_the_same(place: Place, proxy: Rewriter) -> None:
    place.begin_pushed()
    encrypt(proxy)
    for command in ("push", "pull"):
        assert place.quick_row(command)["unchanged"] == len(FILES)
    again = place.quick_row("pull")
    assert (again["unchanged"], _asked(again)) == (len(FILES), {})
    place.quickly("verify")


def test_what_an_etag_promised_wrongly_fails_once_and_settles(
    place: Place, proxy: Rewriter
) -> None:
    """As where a bucket begins to be encrypted: its older objects' ETags go on to be MD5s."""
    place.begin_pushed()
    theirs = {"new.png": b"theirs", "new.txt": b"theirs too"}
    encrypt(proxy, theirs.values())
    for path, data in theirs.items():
        place.bucket.put(PREFIX + path, data)
    row = place.quick_row("pull", "--yes", status=3)
    assert (row["failed"], row["unchanged"]) == (len(theirs), len(FILES))
    for outcome in row["outcomes"]:
        assert "turned out not to be" in outcome["error"]
    assert place.files() == FILES
    row = place.quick_row("pull", "--yes")
    assert (row["created"], row["unchanged"]) == (len(theirs), len(FILES))
    assert place.files() == FILES | theirs
    again = place.quick_row("pull")
    assert (again["unchanged"], _asked(again)) == (len(FILES | theirs), {})


@pytest.mark.slow
def test_two_workspaces_at_an_encrypted_bucket(place: Place, proxy: Rewriter) -> None:
    encrypt(proxy)
    place.begin_pushed()
    other = place.second()
    other.quickly("clone", place.bucket.remote(), "styles/16", "--quiet")
    assert other.files() == FILES
    other.write({"a.txt": b"edited there"})
    assert other.quick_row("push", "--yes")["updated"] == 1
    assert place.quick_row("pull", "--yes")["updated"] == 1
    assert place.files() == other.files() == FILES | {"a.txt": b"edited there"}
    place.write({"a.txt": b"and here"})
    other.write({"a.txt": b"and there"})
    other.quickly("push", "--yes")
    assert place.quick_row("push", "--yes", status=6)["conflicts"]
    assert place.quick_row("push", "--yes", "--overwrite")["updated"] == 1


def test_an_object_with_a_key_of_its_owners_is_a_problem_and_the_rest_goes_on(
    place: Place, proxy: Rewriter
) -> None:
    place.begin_pushed()
    place.bucket.put(PREFIX + "sealed.png", b"theirs")
    url = f"/{place.bucket.name}/{PREFIX}sealed.png"
    proxy.instead = lambda method, path, *_: _sealed(method) if path == url else None
    # Its ETag looks like an MD5, so only the attempt tells; after that it is looked at first.
    [outcome] = place.quick_row("pull", "--yes", status=3)["outcomes"]
    assert "customer's own key (SSE-C)" in outcome["error"]
    place.write({"a.txt": b"edited"})
    row = place.quick_row("push", "--yes", "--delete")
    [problem] = row["problems"]
    assert problem["path"] == "sealed.png"
    assert "customer's own key (SSE-C)" in problem["message"]
    assert (row["updated"], row["deleted"]) == (1, 0)
    assert place.objects() == FILES | {"a.txt": b"edited", "sealed.png": b"theirs"}
