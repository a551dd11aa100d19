"""What a configuration says about S3. Needs neither boto3 nor obstore to be read."""

from typing import Literal

import msgspec

TRASH_PREFIX = ".manifest-sync-trash/"


class S3Settings(msgspec.Struct, frozen=True):
    """How to reach a bucket and how to write to it.

    There are no keys in here: credentials come from AWS's standard chain.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    sse: str | None = None
    """Server-side encryption of what is written: `AES256`, `aws:kms`, `aws:kms:dsse`."""
    kms_key_id: str | None = None
    storage_class: str | None = None
    trash_prefix: str = TRASH_PREFIX
    """In a bucket without versions, bytes that are replaced or deleted are kept below it. With
    its final slash."""
    keeps: bool = True
    """Whether that is done at all. A bucket with versions keeps them, whatever this says."""
    transport: Literal["auto", "boto3"] = "auto"
    """`boto3` leaves obstore out altogether."""
    jobs: int = 16
    """Transfers at a time."""

    @property
    def encrypts_with_kms(self) -> bool:
        """Whether what is written gets an ETag that is no MD5 (S3 API reference, "Object")."""
        return (self.sse or "").startswith("aws:kms")
