"""The door in front of the whole application: every route, static files and errors included."""

from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

import msgspec
from fastapi import HTTPException
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from manifest_sync.web.security import (
    FROM_HERE,
    HEADERS,
    Denial,
    Door,
    Knock,
    is_preflight_of,
    is_token,
    judge,
)

MAX_BODY = 32 << 20
"""Bytes of a request; 100,000 names of files are about 10 MiB."""

_ONWARD = (
    "<!doctype html><html lang=en><title>manifest-sync</title>"
    '<meta http-equiv="refresh" content="0; url=/"><p><a href="/">To the page</a></p></html>'
)

_TOO_LARGE = Denial(413, "too_large", "The request is larger than this server takes.")


class Guard:
    """An ASGI application around another one, which sees only what was let in."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        """Nothing is begun; the application is told of start and end as it would be."""
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        knock = _knock(scope["method"], headers, self._door)
        closing = _with_headers(send, self._headers(knock))
        answer = self._answer(scope, knock, headers)
        if answer is not None:
            await answer(scope, receive, closing)
        else:
            await self._app(scope, _limited(receive), closing)

    def _answer(self, scope: Scope, knock: Knock, headers: Headers) -> Response | None:
        """What is answered here; None where the application is to."""
        if is_preflight_of(knock, self._door):
            return Response(status_code=204)
        if (entry := self._entry(scope, knock)) is not None:
            return entry
        denial = judge(knock, self._door)
        length = headers.get("content-length", "0")
        if denial is None and length.isdecimal() and int(length[:12]) > MAX_BODY:
            denial = _TOO_LARGE
        if denial is None:
            return None
        return shown_denial(denial) if "text/html" in headers.get("accept", "") else denied(denial)

    def _entry(self, scope: Scope, knock: Knock) -> Response | None:
        """The token in an opened address becomes a cookie, and leaves the address.

        The address may be opened from elsewhere, by a link in a file or on a terminal's page:
        whoever shows it has the token. Browsers do not bring a strict cookie along from there, so
        a page of ours leads on.
        """
        if scope["path"] != "/" or knock.method != "GET":
            return None
        [given] = parse_qs(scope["query_string"].decode("latin-1")).get("token", [None])[:1]
        if not is_token(given, self._door):
            return None
        opened = msgspec.structs.replace(knock, bearer=given, fetch_site=None)
        if judge(opened, self._door) is not None:
            return None
        answer: Response = RedirectResponse("/", status_code=303)
        if knock.fetch_site not in (None, *FROM_HERE):
            answer = HTMLResponse(_ONWARD)
        answer.set_cookie(self._door.cookie, self._door.token, httponly=True, samesite="strict")
        return answer

    def _headers(self, knock: Knock) -> dict[str, str]:
        if knock.origin is None or knock.origin not in self._door.origins:
            return HEADERS
        return HEADERS | {
            "Access-Control-Allow-Origin": knock.origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Allow-Methods": "GET, POST",
            "Vary": "Origin",
        }


def denied(denial: Denial) -> JSONResponse:
    """A denial, as every error of the API is answered."""
    challenge = {"WWW-Authenticate": "Bearer"} if denial.status == HTTPStatus.UNAUTHORIZED else None
    body = {"code": denial.code, "message": denial.message}
    return JSONResponse(body, status_code=denial.status, headers=challenge)


def shown_denial(denial: Denial) -> HTMLResponse:
    """A denial for a person, who has opened an address."""
    text = f"<!doctype html><html lang=en><title>manifest-sync</title><p>{denial.message}</p>"
    return HTMLResponse(text, status_code=denial.status)


def _knock(method: str, headers: Headers, door: Door) -> Knock:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return Knock(
        method=method,
        host=_only(headers.getlist("host")),
        origin=headers.get("origin"),
        fetch_site=headers.get("sec-fetch-site"),
        bearer=token.strip() if kind.lower() == "bearer" else None,
        cookie=_cookie(headers.get("cookie", ""), door.cookie),
    )


def _only(values: list[str]) -> str | None:
    """The value of a header that may be there once."""
    return values[0] if len(values) == 1 else None


def _cookie(text: str, name: str) -> str | None:
    try:
        found = SimpleCookie(text).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            told = MutableHeaders(scope=message)
            for name, value in headers.items():
                told.setdefault(name, value)
        await send(message)

    return closing


def _limited(receive: Receive) -> Receive:
    """The request's body, which ends with an error where it is longer than it may be."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY:
            raise HTTPException(_TOO_LARGE.status, _TOO_LARGE.message)
        return message

    return limited
