"""The document that `doctor --json` prints."""

from typing import Literal

import msgspec

from manifest_sync.core.abilities import Abilities, Unguarded
from manifest_sync.core.diagnosis import Finding, Identity, Place
from manifest_sync.core.policy import Policy


class BucketExamined(msgspec.Struct, frozen=True):
    """One bucket.

    `identity` is null where there are no credentials, `abilities` where nothing can be tried out,
    and `policy` where no permission is missing.
    """

    bucket: str
    usable: bool
    identity: Identity | None
    places: tuple[Place, ...]
    abilities: Abilities | None
    unguarded: tuple[Unguarded, ...] | None
    findings: tuple[Finding, ...]
    policy: Policy | None


class DoctorDocument(msgspec.Struct, frozen=True):
    """`doctor`: what the endpoint, the buckets and the credentials can do.

    `workspace` tells what is worth knowing of the folder that the command runs in.
    """

    format: Literal["manifest-sync/doctor"]
    version: Literal[1]
    usable: bool
    buckets: tuple[BucketExamined, ...]
    workspace: tuple[Finding, ...] = ()
