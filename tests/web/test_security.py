"""Who is let in, as a table, and the same at a real server for every route."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from manifest_sync.web.app import make_app
from manifest_sync.web.guard import MAX_BODY
from manifest_sync.web.jobs import Jobs
from manifest_sync.web.opening import Opener
from manifest_sync.web.security import Knock, door, is_origin, judge
from manifest_sync.web.site import Site
from tests.buckets import Bucket
from tests.servers import SECRET_KEY
from tests.web.visitor import FRONT_END, TOKEN, Visitor, serving

HERE = "127.0.0.1:8765"
OWN = f"http://{HERE}"
DOOR = door("127.0.0.1", 8765, TOKEN, frozenset({FRONT_END}))


def status(**said: str | None) -> int:
    """The status of a GET with the Bearer token, but for what is said otherwise."""
    knock = {"method": "GET", "host": HERE, "bearer": TOKEN, **said}
    denial = judge(Knock(**knock), DOOR)  # type: ignore[arg-type]  # a method is always said
    return 200 if denial is None else denial.status


@pytest.mark.parametrize("host", [HERE, "localhost", "LOCALHOST:1", "[::1]:8765", "127.0.0.1"])
def test_hosts_of_ours(host: str) -> None:
    assert status(host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io:8765",
        "127.0.0.1:8765:80",
        "127.0.0.1:port",
        "user@127.0.0.1",
        "127.0.0.1/",
        "192.168.1.5:8765",
        "0.0.0.0:8765",
        "[::1",
        "::1",
        "localhost.",
        " localhost",
    ],
)
def test_hosts_of_others(host: str | None) -> None:
    assert status(host=host) == 400


@pytest.mark.parametrize("host", ["0.0.0.0:1", "192.168.1.5", "[fe80::1]:80", "box.lan", HERE])
def test_a_public_server_answers_to_its_name_and_to_every_address(host: str) -> None:
    public = door("box.lan", 8765, TOKEN)
    assert judge(Knock("GET", host, bearer=TOKEN), public) is None


@pytest.mark.parametrize("host", ["evil.example", "box.lan.evil.example", "999.1.1.1", "[::g]"])
def test_a_public_server_answers_to_no_other_name(host: str) -> None:
    denial = judge(Knock("GET", host, bearer=TOKEN), door("box.lan", 8765, TOKEN))
    assert denial is not None
    assert denial.status == 400


@pytest.mark.parametrize(
    ("origin", "site", "expected"),
    [
        (None, None, 200),
        (None, "none", 200),
        (None, "same-origin", 200),
        (None, "same-site", 403),
        (None, "cross-site", 403),
        (None, "", 403),
        (OWN, "same-origin", 200),
        (FRONT_END, "same-site", 200),
        (FRONT_END, None, 200),
        ("null", "cross-site", 403),
        ("http://evil.example", None, 403),
        ("http://evil.example", "same-origin", 403),
        ("https://127.0.0.1:8765", None, 403),
        ("http://127.0.0.1:3000", "same-site", 403),
        ("http://127.0.0.1:8765.evil.example", None, 403),
        (f"{FRONT_END}/", None, 403),
        ("", None, 403),
    ],
)
def test_pages_of_others(origin: str | None, site: str | None, expected: int) -> None:
    for method in ("GET", "POST"):
        assert status(method=method, origin=origin, fetch_site=site) == expected


def test_after_dns_rebinding_the_host_gives_it_away() -> None:
    evil = "evil.example:8765"
    assert status(host=evil, origin=f"http://{evil}", fetch_site="same-origin") == 400


@pytest.mark.parametrize("wrong", [None, "", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "ü"])
def test_a_token_that_is_missing_or_wrong(wrong: str | None) -> None:
    assert status(bearer=wrong) == 401
    assert status(bearer=None, cookie=wrong) == 401


def test_a_wrong_bearer_token_is_not_made_good_by_a_cookie() -> None:
    assert status(bearer="x", cookie=TOKEN) == 401


def test_a_change_by_cookie_needs_to_say_where_it_comes_from() -> None:
    assert status(bearer=None, cookie=TOKEN) == 200
    assert status(bearer=None, cookie=TOKEN, method="POST") == 403
    assert status(bearer=None, cookie=TOKEN, method="POST", origin=OWN) == 200
    assert status(bearer=None, cookie=TOKEN, method="POST", fetch_site="same-origin") == 200
    assert status(method="POST") == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FRONT_END, True),
        ("https://dataset.example", True),
        ("http://[::1]:3000", True),
        ("http://localhost:3000/", False),
        ("http://LOCALHOST:3000", False),
        ("localhost:3000", False),
        ("*", False),
        ("null", False),
        ("", False),
        ("ftp://x", False),
        ("http://", False),
        ("http://x:port", False),
        ("http://u:p@x", False),
        ("http://[", False),
    ],
)
def test_what_an_origin_is(text: str, *, expected: bool) -> None:
    assert is_origin(text) is expected


@dataclass(frozen=True)
class Route:
    """A route, and a request to it that would be answered if it were let in."""

    method: str
    path: str
    body: Any


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """A server whose workspace has no styles; it describes its API."""
    root = tmp_path_factory.mktemp("empty")
    (root / "manifest-sync.toml").write_text("")
    with serving(root, api_docs=True) as made:
        yield made


def routes() -> list[Route]:
    """Every route of the application, and two that are not there."""
    app = make_app(Site(Opener(Path()), Jobs()), api_docs=True)
    found = [
        Route(method, route.path, {} if method == "POST" else None)
        for route in _flat(app.routes)
        for method in sorted(getattr(route, "methods", ()))
    ]
    assert {"/api/s3/compare", "/training-images-with-captions"} <= {each.path for each in found}
    found.append(Route("GET", "/static/page.css", None))
    return [*found, Route("GET", "/nothing", None), Route("DELETE", "/api/s3/upload", None)]


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes, and those of routers among them."""
    for route in routes:
        router = getattr(route, "original_router", None)
        yield from [route] if router is None else _flat(router.routes)


@pytest.mark.parametrize("route", routes(), ids=lambda route: f"{route.method} {route.path}")
def test_every_route_asks_for_host_origin_and_token(open_server: Visitor, route: Route) -> None:
    def ask(**headers: str | None) -> int:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return open_server.ask(route.method, route.path, route.body, told).status

    if route.path != "/events":  # an answer without end; its own test reads it
        assert ask() not in (400, 401, 403)
    assert ask(Host="evil.example") == 400
    # Without a body: a server that refuses before it has read that resets the connection.
    assert open_server.ask(route.method, route.path, None, {"Host": None}).status == 400
    assert ask(Origin="http://evil.example") == 403
    assert ask(Sec_Fetch_Site="cross-site") == 403
    assert ask(Authorization=None) == 401
    assert ask(Authorization="Bearer x") == 401
    assert ask(Authorization=f"Basic {TOKEN}") == 401


def test_the_printed_address_becomes_a_cookie_that_only_this_server_is_sent(
    open_server: Visitor,
) -> None:
    answer = open_server.ask("GET", f"/?token={TOKEN}", headers={"Authorization": None})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == f"manifest_sync_{open_server.port}"
    assert "HttpOnly" in rest
    assert "SameSite=strict" in rest
    by_cookie = {"Authorization": None, "Cookie": cookie.partition(";")[0]}
    path = "/training-images-with-captions?styleId=x"
    assert open_server.ask("GET", path, headers=by_cookie).status == 404
    for wrong in ("x", "", f"{TOKEN}x"):
        denied = open_server.ask("GET", f"/?token={wrong}", headers={"Authorization": None})
        assert (denied.status, "set-cookie" in denied.headers) == (401, False)


def test_the_printed_address_can_be_opened_from_elsewhere(open_server: Visitor) -> None:
    headers = {"Authorization": None, "Sec-Fetch-Site": "cross-site"}
    answer = open_server.ask("GET", f"/?token={TOKEN}", headers=headers)
    assert answer.status == 200
    assert answer.headers["set-cookie"].startswith(f"manifest_sync_{open_server.port}=")
    assert 'content="0; url=/"' in answer.body.decode()
    assert TOKEN not in answer.body.decode()
    answer = open_server.ask("GET", "/?token=x", headers=headers)
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)


def test_the_printed_address_is_no_way_in_for_others(open_server: Visitor) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "http://evil.example"}):
        told = {"Authorization": None, **headers}
        answer = open_server.ask("GET", f"/?token={TOKEN}", headers=told)
        assert answer.status in (400, 403)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/openapi.json", "/nothing", "/?token=x"])
def test_every_answer_forbids_scripts_of_others_and_guessing(
    open_server: Visitor, path: str
) -> None:
    for headers in ({}, {"Authorization": None}, {"Host": "evil.example"}):
        told = open_server.ask("GET", path, headers=headers).headers
        policy = dict(
            part.strip().split(" ", 1) for part in told["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert "unsafe" not in told["content-security-policy"]
        assert policy["frame-ancestors"] == "'none'"
        assert told["x-content-type-options"] == "nosniff"
        assert told["referrer-policy"] == "no-referrer"
        assert told["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in told
        assert "server" not in told


def test_a_front_end_that_is_allowed_needs_the_token_all_the_same(open_server: Visitor) -> None:
    asks = {
        "Authorization": None,
        "Origin": FRONT_END,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    may = open_server.ask("OPTIONS", "/api/s3/compare", headers=asks)
    assert may.status == 204
    assert may.headers["access-control-allow-origin"] == FRONT_END
    assert "Authorization" in may.headers["access-control-allow-headers"]
    body = {"styleId": "x"}
    told = open_server.ask("POST", "/api/s3/compare", body, {"Origin": FRONT_END})
    assert (told.status, told.headers["access-control-allow-origin"]) == (404, FRONT_END)
    without = {"Origin": FRONT_END, "Authorization": None}
    assert open_server.ask("POST", "/api/s3/compare", body, without).status == 401
    asks["Origin"] = "http://evil.example"
    assert open_server.ask("OPTIONS", "/api/s3/compare", headers=asks).status == 403


def test_a_form_of_another_page_is_no_request(open_server: Visitor) -> None:
    body = b'{"styleId": "x"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        told = open_server.ask("POST", "/api/s3/upload", body, {"Content-Type": kind})
        assert (told.status, told.json()["code"]) == (422, "bad_request")


def test_a_body_that_is_too_large_is_not_read(open_server: Visitor) -> None:
    told = open_server.ask("POST", "/api/s3/compare", None, {"Content-Length": str(MAX_BODY + 1)})
    assert (told.status, told.json()["code"]) == (413, "too_large")


def test_what_the_server_says_holds_no_secret(
    visitor: Visitor, bucket: Bucket, capfd: pytest.CaptureFixture[str]
) -> None:
    bucket.client.delete_bucket(Bucket=bucket.name)
    texts = [
        visitor.ask("POST", "/api/s3/upload", {"styleId": "16"}).body.decode(),
        visitor.ask("GET", f"/?token={TOKEN}").body.decode(),
        visitor.ask("GET", "/?token=x").body.decode(),
        *capfd.readouterr(),
    ]
    for text in texts:
        assert TOKEN not in text
        assert SECRET_KEY not in text
