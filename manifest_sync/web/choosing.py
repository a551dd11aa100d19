"""Which images of a style are shown, and in which order."""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

import msgspec

from manifest_sync.core.stamps import FileStamp
from manifest_sync.workspace.overview import Badge, Overview, Shown

_FIGURES = re.compile(r"(\d+)")
_URGENCY = {
    badge: rank
    for rank, badge in enumerate(
        (
            Badge.PROBLEM,
            Badge.CONFLICT,
            Badge.CHANGED,
            Badge.NEW,
            Badge.ONLY_ON_S3,
            Badge.IDENTICAL,
            Badge.IGNORED,
        )
    )
}


class Order(StrEnum):
    """What images are sorted by; those that are equal in it by name."""

    NAME = "name"
    """Figures in it as numbers: `b2` before `B10`."""
    SIZE = "size"
    """In bytes, the largest first."""
    CHANGED = "changed"
    """When the file was changed, the last one first; what is only on S3 comes at the end."""
    BADGE = "badge"
    """What wants attention first. A caption's badge counts as that of its image."""


ORDERS: Mapping[Order, str] = {
    Order.NAME: "name",
    Order.SIZE: "size",
    Order.CHANGED: "last changed",
    Order.BADGE: "badge",
}
"""What the page calls them."""


class Choice(msgspec.Struct, frozen=True):
    """What a person chose to see."""

    badge: Badge | None = None
    """Of the image, or of one of its captions."""
    uncaptioned: bool = False
    name: str = ""
    """Part of the path, without regard to case."""
    caption: str = ""
    """Part of the caption's text, without regard to case."""
    order: Order = Order.NAME


def read_choice(
    badge: str = "", uncaptioned: str = "", name: str = "", caption: str = "", order: str = ""
) -> Choice:
    """The choice that a form says. What it cannot have said counts as not chosen."""
    badges = {each.value: each for each in Badge}
    orders = {each.value: each for each in Order}
    return Choice(
        badges.get(badge), bool(uncaptioned), name, caption, orders.get(order, Order.NAME)
    )


def choose(
    overview: Overview, choice: Choice, texts: Callable[[], Mapping[str, str]]
) -> tuple[Shown, ...]:
    """The images to show; `texts` reads the captions' texts, by image and prepared for a search."""
    return tuple(
        sorted(
            _passing(overview, choice, texts),
            key=lambda image: (_rank(overview, choice.order, image), _by_name(image.path)),
        )
    )


def _rank(overview: Overview, order: Order, image: Shown) -> int:
    """What comes before the name."""
    match order:
        case Order.NAME:
            return 0
        case Order.SIZE:
            return -(image.size or 0)
        case Order.CHANGED:
            return -image.stamp.mtime_ns if isinstance(image.stamp, FileStamp) else 0
        case Order.BADGE:
            return min(_URGENCY[badge] for badge in _badges(overview, image))


def _passing(
    overview: Overview, choice: Choice, texts: Callable[[], Mapping[str, str]]
) -> Iterator[Shown]:
    name, caption = choice.name.casefold(), choice.caption.casefold()
    found = texts() if caption else {}
    for image in overview.images:
        if choice.badge is not None and choice.badge not in _badges(overview, image):
            continue
        if choice.uncaptioned and overview.captions.get(image.path):
            continue
        if name not in image.path.casefold():
            continue
        if caption and caption not in found.get(image.path, ""):
            continue
        yield image


def _badges(overview: Overview, image: Shown) -> set[Badge]:
    captions = overview.captions.get(image.path, ())
    return {image.badge, *(caption.badge for caption in captions)}


def _by_name(path: str) -> tuple[tuple[tuple[str, int], ...], str]:
    """What sorts names as a person would: `b2` before `B10`."""
    parts = _FIGURES.split(path.casefold())
    texts, figures = parts[::2], [int(each) for each in parts[1::2]]
    return tuple(zip(texts, [*figures, -1], strict=True)), path
