"""The page of what was done, with what can be brought back."""

from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from manifest_sync.core.errors import ManifestSyncError, NotFound
from manifest_sync.core.history import Deletion
from manifest_sync.core.manifest import Header
from manifest_sync.core.restore import Fate
from manifest_sync.core.scope import Role, Scope
from manifest_sync.web.fields import Fields, read_fields
from manifest_sync.web.opening import find_style
from manifest_sync.web.past import part
from manifest_sync.web.rows import Kind
from manifest_sync.web.rows import part as shown_part
from manifest_sync.web.shrinking import KIND, MAX_BYTES
from manifest_sync.web.site import Site
from manifest_sync.web.thumbnails import Edge
from manifest_sync.web.undoing import Undo, offer_undo, plan_undo

_IMAGES = Scope(Header())
"""Tells images by the usual suffixes: the style of a deletion may be gone."""
_PLACEHOLDER = "/static/no-image.svg"


def history_routes(site: Site) -> APIRouter:
    """The routes; each request has a thread of its own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/history")
    def history_page() -> HTMLResponse:
        return site.page("history.html")

    @router.get("/fragments/history")
    def history() -> HTMLResponse:
        past = site.pasts.look()
        return site.page(
            "past.html",
            past=past,
            deletions=part(past.deletions),
            applies=part(past.applies),
            undoable=past.undoable,
            pictured=_is_image,
        )

    @router.get("/fragments/deletions")
    def older_deletions(after: str) -> HTMLResponse:
        rows, last = part(site.pasts.last().deletions, after)
        return site.page("deletions.html", rows=rows, last=last, pictured=_is_image)

    @router.get("/fragments/applies")
    def older_applies(after: str) -> HTMLResponse:
        past = site.pasts.last()
        rows, last = part(past.applies, after)
        return site.page("applies.html", rows=rows, last=last, undoable=past.undoable)

    @router.get("/kept/{deletion_id}")
    def kept(deletion_id: str) -> Response:
        deletion = site.pasts.last().deletions.get(deletion_id)
        if deletion is None:
            raise NotFound("There is no such deletion.")
        with suppress(ManifestSyncError, CancelledError):
            made = site.thumbnails.of(
                deletion.content.md5, Edge.CARD, lambda: _bytes(site, deletion)
            )
            if made is not None:
                return Response(made, media_type=KIND)
        return RedirectResponse(_PLACEHOLDER)

    @router.post("/fragments/restore")
    def restore(fields: Annotated[Fields, Depends(read_fields)]) -> HTMLResponse:
        undo = Undo(fields.one("what"), fields.one("overwrite") == "on")
        with site.opener.opened() as workspace:
            planned = plan_undo(workspace, undo)
        offer = offer_undo(undo, planned)
        return site.page(
            "restore.html",
            undo=undo,
            planned=planned,
            agreement=site.offers.make(offer),
            part=shown_part(offer.rows, Kind.RESTORED),
            Fate=Fate,
        )

    return router


def _is_image(path: str) -> bool:
    return _IMAGES.role(path) is Role.IMAGE


def _bytes(site: Site, deletion: Deletion) -> bytes:
    """A deletion's bytes. Raises ManifestSyncError where they are not at hand."""
    with site.opener.opened() as workspace:
        style = find_style(workspace, deletion.style)
        return workspace.bytes_at_hand(style, deletion, MAX_BYTES)
