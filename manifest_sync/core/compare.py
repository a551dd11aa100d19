"""The four groups of a style: missing on either side, different, identical."""

import msgspec

from manifest_sync.core.listing import Listing


class Comparison(msgspec.Struct, frozen=True):
    """The folder as it is now against S3 as it is now, by path; every tuple is sorted."""

    missing_in_s3: tuple[str, ...]
    missing_locally: tuple[str, ...]
    different: tuple[str, ...]
    identical: tuple[str, ...]


def compare(folder: Listing, bucket: Listing) -> Comparison:
    """Compare two listings by content."""
    here, there = folder.entries.keys(), bucket.entries.keys()
    both = sorted(here & there)
    equal = {path for path in both if folder.content(path) == bucket.content(path)}
    return Comparison(
        missing_in_s3=tuple(sorted(here - there)),
        missing_locally=tuple(sorted(there - here)),
        different=tuple(path for path in both if path not in equal),
        identical=tuple(path for path in both if path in equal),
    )
