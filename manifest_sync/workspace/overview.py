"""One style at a glance: every image of either side with what a sync would make of it."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from manifest_sync.core.captions import pair
from manifest_sync.core.compare import compare
from manifest_sync.core.content import Content
from manifest_sync.core.listing import Problem, Shadow
from manifest_sync.core.scope import Role
from manifest_sync.core.stamps import Present
from manifest_sync.core.status import Standing, stand
from manifest_sync.core.survey import Survey
from manifest_sync.workspace.gallery import in_order
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.styles import Style


class Badge(StrEnum):
    """How a file stands, in one word."""

    NEW = "new"
    CHANGED = "changed"
    IDENTICAL = "identical"
    ONLY_ON_S3 = "only_on_s3"
    IGNORED = "ignored"
    CONFLICT = "conflict"
    PROBLEM = "problem"


class Shown(msgspec.Struct, frozen=True):
    """A file of either side."""

    path: str
    badge: Badge
    here: Content | None = None
    """In the folder, where it is known what it is."""
    there: Content | None = None
    """On S3."""
    stamp: Present | None = None
    """In the folder."""
    stamp_there: Present | None = None

    @property
    def size(self) -> int | None:
        """In the folder, or on S3 where it is only there; None where that is not known."""
        content = self.here or self.there
        return content.size if content is not None else None


class Overview(msgspec.Struct, frozen=True):
    """A style as it was at one moment."""

    style: Style
    standing: Standing
    images: tuple[Shown, ...]
    """By path; those that are ignored, and those nothing can be decided about, too."""
    captions: Mapping[str, tuple[Shown, ...]]
    """Image → its captions on either side, in the order that trainers look for them."""
    problems: tuple[Problem, ...]
    bytes: int
    """Of the folder's files."""


def overlook(observer: Observer, style: Style) -> Overview:
    """Look at both sides of a style."""
    site, watch = observer.site(style)
    observation = observer.observe(style, site, watch)
    survey = observation.survey
    troubles = {
        path: digest.trouble
        for path, digest in observation.folder.digests.items()
        if digest.trouble is not None
    }
    standing = stand(survey, troubles)
    shown = _shown(survey, standing)
    scope = survey.scope
    pairing = pair(scope, [path for path in shown if scope.wants(path)])
    return Overview(
        style=style,
        standing=standing,
        images=tuple(
            each for path, each in sorted(shown.items()) if scope.role(path) is Role.IMAGE
        ),
        captions={
            image: tuple(shown[caption] for caption in in_order(scope, captions))
            for image, captions in pairing.captions_of.items()
        },
        problems=survey.problems,
        bytes=sum(entry.content.size for entry in survey.folder.entries.values()),
    )


def _shown(survey: Survey, standing: Standing) -> dict[str, Shown]:
    """Every file of either side, by path."""
    here, there = survey.folder.entries, survey.bucket.entries
    groups = compare(survey.folder, survey.bucket)
    badges = dict.fromkeys(groups.identical, Badge.IDENTICAL)
    badges |= dict.fromkeys(groups.missing_in_s3, Badge.NEW)
    badges |= dict.fromkeys(groups.missing_locally, Badge.ONLY_ON_S3)
    badges |= dict.fromkeys(groups.different, Badge.CHANGED)
    badges |= dict.fromkeys(standing.conflicts, Badge.CONFLICT)
    badges |= dict.fromkeys(standing.ignored, Badge.IGNORED)
    badges |= dict.fromkeys((each.path for each in survey.problems), Badge.PROBLEM)
    shadow = Shadow(survey.problems)
    found = {}
    for path, badge in badges.items():
        file, theirs = here.get(path), there.get(path)
        found[path] = Shown(
            path=path,
            badge=Badge.PROBLEM if shadow.over(path) else badge,
            here=file.content if file is not None else None,
            there=theirs.content if theirs is not None else None,
            stamp=file.stamp if file is not None else None,
            stamp_there=theirs.stamp if theirs is not None else None,
        )
    return found
