"""Looking at files that come into scope again, since no listing has shown them."""

from collections.abc import Sequence

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Entry
from manifest_sync.core.readmission import Readmission, readmission, readmitted
from manifest_sync.core.restore import Fate
from manifest_sync.core.stamps import AbsentStamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.inquiry import find_md5
from manifest_sync.engine.restore import Undoing
from manifest_sync.stores.base import Store


def readmit(
    survey: Survey, folder: Store, undoings: Sequence[Undoing]
) -> tuple[Survey, Readmission]:
    """The survey in which what comes back to S3 belongs to the style again, and what does not.

    Raises StoreError where the folder's file cannot be read.
    """
    back = {
        each.deletion.path: each
        for each in undoings
        if each.deletion.side is Side.S3 and each.fate in (Fate.RESTORE, Fate.ALREADY)
    }
    found = readmission(survey.scope, back)
    if not found.paths:
        return survey, found
    files = {path: entry for path in found.paths if (entry := _entry(folder, path)) is not None}
    objects = {
        path: Entry(each.now, each.stamp)
        for path in found.paths
        if (each := back[path]).now is not None and not isinstance(each.stamp, AbsentStamp)
    }
    return readmitted(survey, found.header, files, objects), found


def _entry(folder: Store, path: str) -> Entry | None:
    stamp = folder.stat(path)
    if isinstance(stamp, AbsentStamp):
        return None
    return Entry(Content(stamp.size, find_md5(folder, path, stamp)[0]), stamp)
