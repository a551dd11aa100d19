"""The page of what was done, with what can be brought back; and the page of the doctor."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from manifest_sync.core.diagnosis import findings, is_usable
from manifest_sync.core.restore import Fate
from manifest_sync.web.fields import Fields, read_fields
from manifest_sync.web.rows import Kind, part
from manifest_sync.web.site import Site
from manifest_sync.web.undoing import Undo, offer_undo, plan_undo

_RUNS = 200
_DELETIONS = 500
"""Rows that are shown; `manifest-sync history` has them all."""


def history_routes(site: Site) -> APIRouter:
    """The routes; each request has a thread of its own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/history")
    def history_page() -> HTMLResponse:
        return site.page("history.html")

    @router.get("/fragments/history")
    def history() -> HTMLResponse:
        with site.opener.opened() as workspace:
            applies, deletions = workspace.applies(), workspace.deletions()
        return site.page(
            "runs.html",
            applies=applies[:_RUNS],
            deletions=deletions[:_DELETIONS],
            more=len(deletions) - _DELETIONS,
            undoable={each.apply for each in deletions if each.is_kept},
        )

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
            part=part(offer.rows, Kind.RESTORED),
            Fate=Fate,
        )

    @router.get("/doctor")
    def doctor_page() -> HTMLResponse:
        return site.page("doctor.html")

    @router.get("/fragments/doctor")
    def doctor() -> HTMLResponse:
        with site.opener.opened() as workspace:
            examined = workspace.examine(workspace.styles().styles)
        buckets = [(each.bucket, findings(each)) for each in examined]
        return site.page(
            "findings.html",
            buckets=[(bucket, found, is_usable(found)) for bucket, found in buckets],
        )

    return router
