"""Small images, by the content they show; the files themselves are never served."""

import re
from concurrent.futures import CancelledError
from contextlib import suppress
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from manifest_sync.core.errors import ManifestSyncError, NotFound
from manifest_sync.web.shrinking import KIND
from manifest_sync.web.site import Site
from manifest_sync.web.thumbnails import Edge

_PLACEHOLDER = (files("manifest_sync.web") / "static" / "no-image.svg").read_bytes()
_MD5 = re.compile(r"[0-9a-f]{32}")
_FOR_A_YEAR = {"Cache-Control": "private, max-age=31536000, immutable"}


def image_routes(site: Site) -> APIRouter:
    """The routes; each request has a thread of its own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/thumbnails/{md5}")
    def thumbnail(md5: str, style: str) -> Response:
        return _image(site, style, md5, Edge.CARD)

    @router.get("/previews/{md5}")
    def preview(md5: str, style: str) -> Response:
        return _image(site, style, md5, Edge.WHOLE)

    return router


def _image(site: Site, style: str, md5: str, edge: Edge) -> Response:
    """The image, or a placeholder. What is looked up is in the last look; nothing is a path."""
    board = site.boards.last(style)
    image = board.image_of(md5)
    made = None
    if image is None:
        made = site.thumbnails.kept(md5, edge) if _MD5.fullmatch(md5) else None
        if made is None:
            raise NotFound("There is no such image.")
    else:
        with suppress(ManifestSyncError, CancelledError):
            made = site.thumbnails.of(
                md5, edge, lambda: site.originals.read(board.overview, image, md5)
            )
    if made is None:
        return Response(_PLACEHOLDER, media_type="image/svg+xml")
    return Response(made, media_type=KIND, headers=_FOR_A_YEAR)
