"""The API that existing front ends use. Every route asks the façade and says what it answered."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from manifest_sync.web.contract import (
    CompareAnswer,
    CompareRequest,
    DownloadAnswer,
    DownloadRequest,
    ErrorAnswer,
    ImagesAnswer,
    RemoveAnswer,
    RemoveRequest,
    UploadAnswer,
    UploadRequest,
)
from manifest_sync.web.images import local_images
from manifest_sync.web.jobs import Job
from manifest_sync.web.opening import find_style
from manifest_sync.web.site import Site
from manifest_sync.web.syncing import download, remove, upload
from manifest_sync.web.words import told
from manifest_sync.workspace.comparing import compare_document, restricted

_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": about}
    for status, about in {
        400: "The body is no JSON, or the Host is none of this server's.",
        401: "The token is missing or wrong.",
        403: "The request comes from another site.",
        404: "There is no such style.",
        409: "Nothing was done: refused, in conflict, or the workspace is not in order.",
        422: "A field is missing or is not what it should be.",
        423: "Another run holds the workspace.",
        502: "S3, or the folder, did not do what was asked.",
        503: "S3 cannot be reached now; the same request may go through later.",
    }.items()
}


def contract_routes(site: Site) -> APIRouter:
    """The routes. The functions are no coroutines: each request has a thread of its own."""
    router = APIRouter(responses=_ERRORS)
    opener, jobs = site.opener, site.jobs

    @router.post("/api/s3/compare")
    def compare_style(asked: CompareRequest) -> CompareAnswer:
        """Compare the folder as it is now with S3, by content. Changes nothing."""
        with opener.opened() as workspace:
            compared = workspace.compare(find_style(workspace, asked.style_id))
        if asked.local_images is not None:
            compared = restricted(compared, {image.filename for image in asked.local_images})
        return CompareAnswer.model_validate(msgspec.to_builtins(compare_document(compared)))

    @router.post("/api/s3/upload")
    def upload_style(asked: UploadRequest) -> UploadAnswer:
        """Sync to S3. Conflicts are left alone; 409 where nothing at all could be done."""

        def work(job: Job[UploadAnswer]) -> UploadAnswer:
            with opener.opened(job.tell, job.stopped) as workspace:
                return upload(workspace, asked.style_id, asked.names(), deletes=asked.sync_deletes)

        return jobs.begin("push", asked.style_id, work, _uploaded).wait()

    @router.post("/api/s3/download")
    def download_style(asked: DownloadRequest) -> DownloadAnswer:
        """Sync from S3. Conflicts are left alone; 409 where nothing at all could be done."""

        def work(job: Job[DownloadAnswer]) -> DownloadAnswer:
            with opener.opened(job.tell, job.stopped) as workspace:
                return download(workspace, asked.style_id, deletes=asked.sync_deletes)

        return jobs.begin("pull", asked.style_id, work, _downloaded).wait()

    @router.post("/api/s3/remove")
    def remove_images(asked: RemoveRequest) -> RemoveAnswer:
        """Remove from S3, for the whole team; local files are kept."""

        def work(job: Job[RemoveAnswer]) -> RemoveAnswer:
            with opener.opened(job.tell, job.stopped) as workspace:
                return remove(workspace, asked.style_id, asked.names())

        return jobs.begin("remove", asked.style_id, work, _removed).wait()

    @router.get("/training-images-with-captions")
    def images_with_captions(
        style_id: Annotated[str, Query(alias="styleId", description="The style's id.")],
        version: Annotated[str | None, Query(description="Ignored.")] = None,  # noqa: ARG001
    ) -> ImagesAnswer:
        """List the local images of a style, each with its caption file."""
        with opener.opened() as workspace:
            return local_images(workspace, style_id, site.sizes)

    return router


def _uploaded(answer: UploadAnswer) -> str:
    return told("push", answer.uploaded, answer.deleted, answer.failed)


def _downloaded(answer: DownloadAnswer) -> str:
    return told("pull", answer.downloaded, answer.deleted, answer.failed)


def _removed(answer: RemoveAnswer) -> str:
    return told("remove", 0, answer.removed, answer.failed)
