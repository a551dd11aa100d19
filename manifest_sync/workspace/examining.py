"""Examining what the buckets of a workspace's styles can do, and what one may do there."""

from collections.abc import Iterable, Sequence

from manifest_sync.core.diagnosis import Diagnosis, Place
from manifest_sync.core.errors import StoreError
from manifest_sync.stores.s3_permissions import ask_permissions, identify
from manifest_sync.workspace.probing import find_out
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style


def examine(resources: Resources, styles: Iterable[Style]) -> list[Diagnosis]:
    """One diagnosis for each bucket, by name. What is enforced there is tried out anew."""
    by_bucket: dict[str, list[Style]] = {}
    for style in styles:
        by_bucket.setdefault(style.remote.bucket, []).append(style)
    return [_examine(resources, bucket, by_bucket[bucket]) for bucket in sorted(by_bucket)]


def _examine(resources: Resources, bucket: str, styles: Sequence[Style]) -> Diagnosis:
    connection, trash = resources.connection(bucket), resources.config.trash_prefix
    try:
        identity = identify(connection, styles[0].remote.prefix)
        places = tuple(
            Place(style.id, style.remote.prefix, ask_permissions(connection, style.remote.prefix))
            for style in styles
        )
    except StoreError as error:
        return Diagnosis(bucket, trash, trouble=f"{error}")
    try:
        return Diagnosis(bucket, trash, identity, places, find_out(resources, bucket))
    except StoreError as error:
        return Diagnosis(bucket, trash, identity, places, trouble=f"{error}")
