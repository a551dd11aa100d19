"""The application: its routes, how errors are answered, and the door in front."""

import sys
import traceback
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from manifest_sync import __version__
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.web.failures import Told, told, told_of_http, told_of_request
from manifest_sync.web.guard import Guard
from manifest_sync.web.routes_contract import contract_routes
from manifest_sync.web.routes_docs import docs_routes
from manifest_sync.web.routes_doctor import doctor_routes
from manifest_sync.web.routes_history import history_routes
from manifest_sync.web.routes_images import image_routes
from manifest_sync.web.routes_runs import run_routes
from manifest_sync.web.routes_styles import style_routes
from manifest_sync.web.security import Door
from manifest_sync.web.site import Site

OPENAPI = "/openapi.json"


def make_app(site: Site, *, api_docs: bool = False) -> FastAPI:
    """The application without its door. With `api_docs` it describes its API."""
    app = FastAPI(
        title="manifest-sync",
        version=__version__,
        summary="Keeps folders of captioned training images and S3 in step.",
        openapi_url=OPENAPI if api_docs else None,
        # FastAPI's own page loads scripts from elsewhere; ours is in `routes_docs.py`.
        docs_url=None,
        redoc_url=None,
    )
    app.include_router(contract_routes(site))
    app.include_router(style_routes(site))
    app.include_router(image_routes(site))
    app.include_router(run_routes(site))
    app.include_router(history_routes(site))
    app.include_router(doctor_routes(site))
    if api_docs:
        app.include_router(docs_routes(site, app.openapi))
    app.mount("/static", StaticFiles(packages=[("manifest_sync.web", "static")]), "static")
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)
    return app


def guarded(app: ASGIApp, door: Door) -> Guard:
    """The application behind its door."""
    return Guard(app, door)


async def _known(_: Request, error: Exception) -> JSONResponse:
    return _answer(told(error))


async def _unexpected(_: Request, error: Exception) -> JSONResponse:
    traceback.print_exception(error, file=sys.stderr)
    return _answer(told(error))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for that
    return _answer(told_of_http(error.status_code, str(error.detail)))


async def _request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for that
    return _answer(told_of_request(error.errors()))


def _answer(told: Told) -> JSONResponse:
    return JSONResponse(told.body, status_code=told.status)


_ANSWERS: dict[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]] = {
    ManifestSyncError: _known,
    HTTPException: _http,
    RequestValidationError: _request,
    Exception: _unexpected,
}
