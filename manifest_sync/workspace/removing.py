"""Looking up the objects that `remove` is to take away."""

from collections.abc import Sequence

from manifest_sync.core.content import Content
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.listing import Entry, Shadow
from manifest_sync.core.paths import shown
from manifest_sync.core.removal import with_captions
from manifest_sync.core.stamps import AbsentStamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.inquiry import find_md5
from manifest_sync.stores.base import Store


def objects_to_remove(
    survey: Survey, bucket: Store, paths: Sequence[str], *, captions: bool
) -> dict[str, Entry]:
    """The named objects, ignored ones too, and their captions.

    Raises UsageProblem where one of them is not on S3, or cannot be decided about.
    """
    held = survey.bucket.entries
    named = with_captions(survey.scope, paths, held) if captions else tuple(paths)
    shadow = Shadow(survey.bucket.problems)
    found: dict[str, Entry] = {}
    for path in named:
        if (problem := shadow.over(path)) is not None:
            raise UsageProblem(f"{shown(path)} cannot be removed: {problem.message}.")
        entry = held.get(path) or _look(bucket, path)
        if entry is None:
            raise UsageProblem(
                f"{shown(path)} is not on S3, so it cannot be removed from there. Nothing was done."
            )
        found[path] = entry
    return found


def _look(bucket: Store, path: str) -> Entry | None:
    """An object that is out of scope, as `remove` may name one that is ignored."""
    stamp = bucket.stat(path)
    if isinstance(stamp, AbsentStamp):
        return None
    md5 = bucket.told_md5(stamp) or find_md5(bucket, path, stamp)[0]
    return Entry(Content(stamp.size, md5), stamp)
