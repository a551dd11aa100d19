"""The page of the workspace, the page of a style, and the parts that they load later."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, JSONResponse

from manifest_sync.core.content import Side
from manifest_sync.web.boards import Board
from manifest_sync.web.choosing import ORDERS, Choice, read_choice
from manifest_sync.web.opening import find_style
from manifest_sync.web.site import Site
from manifest_sync.web.sizes import Size
from manifest_sync.web.word_diff import Word, words_between
from manifest_sync.workspace.overview import Badge, Shown

AT_A_TIME = 120
"""Cards of a page. The browser asks for the pages that are near what it shows."""

StyleId = Annotated[str, Query(alias="style")]
Chosen = Annotated[Choice, Depends(read_choice)]
Place = Annotated[int, Query(ge=0)]
"""Among the images that are chosen, from 0."""


def style_routes(site: Site) -> APIRouter:
    """The routes; each request has a thread of its own."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    def workspace_page() -> HTMLResponse:
        with site.opener.opened() as workspace:
            chosen = workspace.styles()
            applies: dict[str, str] = {}
            for apply in workspace.applies():
                applies.setdefault(apply.style, apply.when)
        return site.page(
            "workspace.html", name=site.opener.root.name, chosen=chosen, applies=applies
        )

    @router.get("/style")
    def style_page(style: StyleId) -> HTMLResponse:
        with site.opener.opened() as workspace:
            found = find_style(workspace, style)
        return site.page(
            "style.html",
            style=found,
            badges=list(Badge),
            orders=ORDERS,
            at_a_time=AT_A_TIME,
        )

    @router.get("/fragments/summary")
    def summary(style: StyleId) -> HTMLResponse:
        return site.page("summary.html", board=site.boards.look(style))

    @router.get("/fragments/cards")
    def cards(style: StyleId, choice: Chosen, begin: Place = 0, look: str = "") -> HTMLResponse:
        board = site.boards.look(style) if look else site.boards.last(style)
        images = board.chosen(choice)
        return site.page(
            "cards.html",
            style=style,
            board=board,
            images=_sizes(site, board, images[begin : begin + AT_A_TIME]),
            begin=begin,
            count=len(images),
        )

    @router.get("/fragments/names")
    def names(style: StyleId, choice: Chosen, begin: Place, end: Place) -> JSONResponse:
        board = site.boards.last(style)
        chosen = [image.path for image in board.chosen(choice)[begin:end]]
        return JSONResponse({"board": board.id, "names": chosen})

    @router.get("/fragments/caption")
    def caption(style: StyleId, path: str) -> HTMLResponse:
        board = site.boards.last(style)
        captions = [
            (each, *_texts(board, each)) for each in board.captions_of(path) if path in board.images
        ]
        return site.page("caption.html", path=path, captions=captions)

    return router


def _sizes(site: Site, board: Board, images: Sequence[Shown]) -> list[tuple[Shown, Size | None]]:
    """The images, each with its width and height where it is in the folder."""
    style = board.overview.style
    with site.opener.opened() as workspace:
        return [
            (each, site.sizes.of(workspace, style, each.path, each.stamp) if each.stamp else None)
            for each in images
        ]


def _texts(board: Board, caption: Shown) -> tuple[str | None, str | None, list[Word]]:
    """A caption here, on S3, and what differs between them."""
    here, there = board.text_of(caption, Side.LOCAL), None
    if caption.badge is not Badge.IDENTICAL:
        there = board.text_of(caption, Side.S3)
    differ = here is not None and there is not None
    return here, there, words_between(there or "", here or "") if differ else []
