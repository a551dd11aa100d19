"""Requests that are wrong: each has its status, a code and a sentence, and none is a 500."""

from collections.abc import Iterator

import pytest

from tests.web.visitor import Visitor, serving


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A server whose workspace has no styles: what is well-formed is 404."""
    root = tmp_path_factory.mktemp("empty")
    (root / "manifest-sync.toml").write_text("")
    with serving(root) as made:
        yield made


POSTS = ("compare", "upload", "download", "remove")


@pytest.mark.parametrize("name", ["nothing", "", ".", "..", "/", "16/../16", "\0", "\ud800"])
def test_a_style_that_is_not_there_is_404(visitor: Visitor, name: str) -> None:
    for post in POSTS:
        told = visitor.ask("POST", f"/api/s3/{post}", {"styleId": name, "images": []})
        assert (told.status, told.json()["code"]) == (404, "unknown_style")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"16"',
        b"{}",
        b'{"styleId": 16}',
        b'{"styleId": null}',
        b'{"styleId": ["16"]}',
        b'{"styleId": "x", "images": "a.jpg", "localImages": {}, "syncDeletes": "perhaps"}',
        b'{"styleId": "x", "images": [1], "localImages": [1], "syncDeletes": 7}',
        b'{"styleId": "x", "images": [{}], "localImages": [{}], "syncDeletes": {}}',
        b'{"styleId": NaN}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"1" * 100_000,
    ],
)
def test_a_bad_body_is_422_and_nothing_of_it_is_repeated(visitor: Visitor, body: bytes) -> None:
    for post in POSTS:
        told = visitor.ask("POST", f"/api/s3/{post}", body, {"Content-Type": "application/json"})
        assert told.status in (400, 422), (post, told.body)
        assert set(told.json()) == {"code", "message"}
        assert told.json()["message"].endswith(".")
        assert len(told.body) < 2000


def test_a_field_that_is_wrong_is_named(visitor: Visitor) -> None:
    body = {"styleId": "x", "images": ["a.jpg", {"name": "b.jpg"}]}
    told = visitor.ask("POST", "/api/s3/remove", body)
    assert told.status == 422
    assert "images.1" in told.json()["message"]


def test_a_query_without_a_style_is_422(visitor: Visitor) -> None:
    told = visitor.ask("GET", "/training-images-with-captions")
    assert (told.status, told.json()["code"]) == (422, "bad_request")
    assert "styleId" in told.json()["message"]


def test_an_unknown_path_or_method_is_told_as_every_error_is(visitor: Visitor) -> None:
    for method, path, status, code in (
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/%00", 404, "not_found"),
        ("GET", "/../../etc/passwd", 404, "not_found"),
        ("GET", "/openapi.json", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/api/s3/upload", 405, "method_not_allowed"),
        ("DELETE", "/training-images-with-captions", 405, "method_not_allowed"),
    ):
        told = visitor.ask(method, path)
        assert (told.status, told.json()["code"]) == (status, code), path
