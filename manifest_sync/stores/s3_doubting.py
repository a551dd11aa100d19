"""Doubt about a server that refuses a condition which holds, or knows none any more."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import ClientError
from obstore.exceptions import BaseError

from manifest_sync.core.errors import Moved, NotFound, StoreError
from manifest_sync.core.stamps import Stamp, agree
from manifest_sync.stores.s3_errors import Unsupported
from manifest_sync.stores.s3_objects import S3Objects


@contextmanager
def doubting(objects: S3Objects, conditions: Mapping[str, Stamp]) -> Iterator[None]:
    """Believe a refusal of conditions only where one of them does not hold; by key.

    A server that refuses what holds, or knows no conditions any more, is another one than
    was found out, as after an update.
    """
    connection = objects.connection
    try:
        yield
    except NotFound as error:  # S3's answer to the condition of an object that is gone
        raise Moved(f"{' or '.join(conditions)} is no longer on S3") from error
    except Unsupported:
        connection.contradicted = True
        raise
    except Moved as error:
        refused_by_server = isinstance(error.__cause__, ClientError | BaseError)
        if not refused_by_server or any(
            not agree(expect, objects.stamp(key)) for key, expect in conditions.items()
        ):
            raise
        connection.contradicted = True
        raise StoreError(
            f"S3 refuses a condition that holds for {[*conditions][-1]}; what this endpoint "
            "enforces is found out anew by the next run"
        ) from error
