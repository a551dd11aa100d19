"""The page that describes the API, from the document that tools read."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from manifest_sync.web.described import describe
from manifest_sync.web.site import Site


def docs_routes(site: Site, document: Callable[[], dict[str, object]]) -> APIRouter:
    """The route; `document` makes the OpenAPI document."""
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    def docs() -> HTMLResponse:
        requests, models = describe(document())
        return site.page("docs.html", requests=requests, models=models)

    return router
