"""Verifying a style: which files it is the turn of, and remembering how far the turns have come."""

from collections.abc import Iterable, Sequence

import msgspec

from manifest_sync.core.content import Side
from manifest_sync.core.header_merge import merge_headers
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.verification import next_turn
from manifest_sync.engine.publishing import read_published
from manifest_sync.engine.retrying import retrying
from manifest_sync.engine.site import Site
from manifest_sync.engine.verify import verify
from manifest_sync.engine.watch import Watch
from manifest_sync.state.facts import recall, remember
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.runs import Verified
from manifest_sync.workspace.styles import Style


class _Turns(msgspec.Struct, frozen=True):
    """How far the sampled runs over one side have come; kept in state.db."""

    after: str = ""
    """The last path that was read."""


def verify_style(
    resources: Resources,
    style: Style,
    site: Site,
    watch: Watch,
    *,
    sides: Sequence[Side],
    sample: float | None,
) -> Verified:
    """Read a style's files, or with a `sample` (percent) those whose turn it is.

    Where S3 is read, the scope is the team's. The folder alone is read without asking S3, in the
    scope of its own manifest.
    """
    if Side.S3 in sides:
        site = _of_the_team(resources, style, site, watch)
    known = resources.known(style).id

    def choose(side: Side, paths: Iterable[str]) -> Iterable[str]:
        if sample is None:
            return paths
        turns = recall(resources.state, _name(known, side), _Turns) or _Turns()
        return next_turn(paths, sample, turns.after)

    done = verify(site, watch, sides, choose)
    for each in done if sample is not None else ():
        # Only now: a run that was cut off has not read what it had chosen.
        if each.chosen:
            remember(resources.state, _name(known, each.side), _Turns(each.chosen[-1]))
    return Verified(style, tuple(done), watch.tally.cost())


def _of_the_team(resources: Resources, style: Style, site: Site, watch: Watch) -> Site:
    """The style with its header merged with what is published, as push and pull have it."""
    stamp = retrying(site.bucket.stat, MANIFEST_NAME)
    published = read_published(site.bucket, stamp, site.manifest, site.recall).manifest
    if published is None:
        return site
    header = merge_headers(site.agreed, site.manifest.header, published.header)
    if header == site.manifest.header:
        return site
    return resources.site(style.with_header(header), watch.tally)


def _name(style_id: int, side: Side) -> str:
    return f"verified/{style_id}/{side}"
