"""Syncing from the page: a plan that is shown, agreed to, carried out, watched and ended."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from manifest_sync.core.content import Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.plan import StylePlan
from manifest_sync.web.errands import Errand, offer_errand, plan_errand, run_errand
from manifest_sync.web.fields import Fields, read_fields
from manifest_sync.web.jobs import Job, Jobs
from manifest_sync.web.rows import Kind, part
from manifest_sync.web.site import Site
from manifest_sync.web.words import IN_STEP, failure

Form = Annotated[Fields, Depends(read_fields)]

_COMMANDS = frozenset({"push", "pull", "remove"})
_EVERY = 0.2
"""Seconds between two looks at a run."""
_ALIVE = 15
"""Seconds after which a stream says that it is still there."""
_MOST = 10**9
"""Beyond every row's number."""


def run_routes(site: Site) -> APIRouter:
    """The routes; each request but the stream has a thread of its own."""
    router = APIRouter(include_in_schema=False)

    @router.post("/fragments/plan")
    def plan(fields: Form) -> HTMLResponse:
        errand = read_errand(fields)
        with site.opener.opened() as workspace:
            planned = plan_errand(workspace, errand)
            found = planned.plan
            if _is_quiet(found):
                # As on the command line: what is in step is written down without a question.
                run_errand(workspace, errand, found)
                return _toast(IN_STEP.get(errand.command, "Nothing to do."))
        offer = offer_errand(errand, planned)
        name = site.offers.make(offer)
        parts = {kind.value: part(offer.rows, kind) for kind in Kind}
        return site.page("plan.html", errand=errand, plan=found, agreement=name, parts=parts)

    @router.get("/fragments/rows")
    def rows(
        *, agreement: str, kind: Kind, begin: Annotated[int, Query(ge=0, le=_MOST)] = 0
    ) -> HTMLResponse:
        offer = site.offers.look(agreement)
        following = part(offer.rows, kind, begin)
        return site.page("rows.html", style=offer.style, agreement=agreement, part=following)

    @router.post("/runs")
    def begin(fields: Form) -> Response:
        offer = site.offers.take(fields.one("agreement"))

        def work(job: Job[str]) -> str:
            with site.opener.opened(job.tell, job.stopped) as workspace:
                return offer.work(workspace)

        job = site.jobs.begin(offer.command, offer.style, work, str)
        return _toast(offer.going, begun=job.id)

    @router.post("/runs/stop")
    def stop(fields: Form) -> Response:
        site.jobs.stop(fields.one("job"))
        return Response(status_code=204)

    @router.get("/events")
    async def events() -> StreamingResponse:
        return StreamingResponse(_stream(site.jobs), media_type="text/event-stream")

    return router


def _is_quiet(plan: StylePlan) -> bool:
    """Whether there is nothing to show a person, or to ask."""
    told = (plan.changes, plan.conflicts, plan.problems, plan.refusals)
    return not any((*told, plan.withheld, plan.taken_in))


def read_errand(fields: Fields) -> Errand:
    """What a form asks for. Raises UsageProblem where it is nothing we do."""
    command = fields.one("command")
    sides = {side.value: side for side in Side}
    takes = fields.below("take:")
    if command not in _COMMANDS or not set(takes.values()) <= {*sides, ""}:
        raise UsageProblem("The page asks for something that is not known; load it again.")
    return Errand(
        command=command,
        style=fields.one("style"),
        deletes=command != "remove" and fields.one("deletes") == "on",
        takes={path: sides[side] for path, side in takes.items() if side},
        permits=frozenset(fields.all("permit")),
        names=tuple(fields.all("image")) if command == "remove" else (),
    )


def _toast(message: str, begun: str | None = None) -> HTMLResponse:
    """An answer that changes nothing on the page but says something; and what has begun."""
    told: dict[str, dict[str, str]] = {"toast": {"message": message}}
    if begun is not None:
        told["run-begun"] = {"id": begun}
    return HTMLResponse("", headers={"HX-Trigger": json.dumps(told)})


async def _stream(jobs: Jobs) -> AsyncIterator[bytes]:
    """The run that was begun last, whenever there is something new to say of it."""
    told, silent = b"", 0.0
    while not jobs.is_closed:
        now = snapshot(jobs.last())
        if now != told:
            yield b"data: " + now + b"\n\n"
            told, silent = now, 0.0
        elif silent >= _ALIVE:
            yield b": still here\n\n"
            silent = 0.0
        await asyncio.sleep(_EVERY)
        silent += _EVERY


def snapshot(job: Job[object] | None) -> bytes:
    """A run as the page is told of it, in JSON."""
    if job is None:
        return b"null"
    progress, seconds = job.gauge.read()
    ending = job.ending()
    # Of a run that has ended nothing changes any more.
    rate = progress.bytes / seconds if ending is None and seconds > 1 else 0.0
    left = (progress.of_bytes - progress.bytes) / rate if rate else None
    state, message = ("running", "") if ending is None else ("done" if ending[0] else "failed", "")
    if ending is not None:
        message = ending[1] if ending[0] else failure(job.command, ending[1])
    return msgspec.json.encode(
        {
            "id": job.id,
            "command": job.command,
            "style": job.style,
            "state": state,
            "message": message,
            "stopping": job.stopped() and ending is None,
            "rate": round(rate),
            "left": None if left is None else round(left),
            **msgspec.structs.asdict(msgspec.structs.replace(progress, began=None)),
        }
    )
