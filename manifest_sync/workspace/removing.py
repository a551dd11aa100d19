"""Looking up the objects that `remove` is to take away."""

from collections.abc import Sequence

from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.listing import Entry, Shadow
from manifest_sync.core.paths import shown
from manifest_sync.core.removal import with_captions
from manifest_sync.core.survey import Survey
from manifest_sync.engine.inquiry import look_at
from manifest_sync.stores.base import Store


def objects_to_remove(
    survey: Survey, bucket: Store, paths: Sequence[str], *, captions: bool
) -> dict[str, Entry | None]:
    """The named objects, ignored ones too, and their captions.

    None where a run that was cut off has taken the object away already: it is ignored by then.
    Raises UsageProblem where one of them is not on S3 otherwise, or cannot be decided about.
    """
    held = survey.bucket.entries
    named = with_captions(survey.scope, paths, _known(survey)) if captions else tuple(paths)
    shadow = Shadow(survey.bucket.problems)
    found: dict[str, Entry | None] = {}
    for path in named:
        if (problem := shadow.over(path)) is not None:
            raise UsageProblem(f"{shown(path)} cannot be removed: {problem.message}.")
        entry = held.get(path) or look_at(bucket, path)
        if entry is None and not survey.scope.ignores(path):
            raise UsageProblem(
                f"{shown(path)} is not on S3, so it cannot be removed from there. Nothing was done."
            )
        found[path] = entry
    return found


def _known(survey: Survey) -> set[str]:
    """What is on S3, and what an earlier run has put out of scope but not taken off the lines."""
    lines = {path for path in survey.manifest.lines if survey.scope.ignores(path)}
    return {*survey.bucket.entries, *survey.bucket.ignored, *lines}
