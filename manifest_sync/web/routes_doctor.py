"""The page of the doctor: what endpoint, buckets and credentials can do, in words."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from manifest_sync.core.diagnosis import findings, is_usable
from manifest_sync.web.site import Site


def doctor_routes(site: Site) -> APIRouter:
    """The routes; each request has a thread of its own."""
    router = APIRouter(include_in_schema=False)

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
