"""What `doctor` makes of an endpoint, a bucket and credentials: facts in, findings out."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from manifest_sync.core.abilities import Abilities, Spelling, Unguarded, Versioning

_CLOCK_MAY_DIFFER = 60
"""Seconds. S3 refuses requests from 15 minutes on (S3 API reference, RequestTimeTooSkewed)."""


class Identity(msgspec.Struct, frozen=True):
    """Who asks whom."""

    endpoint: str
    """Scheme, host and port."""
    region: str
    credentials: str
    """Where they come from, in boto3's word; never what they are."""
    profile: str | None
    clock_ahead: int | None
    """Seconds by which this computer's clock is ahead of the server's."""


class Permissions(msgspec.Struct, frozen=True):
    """What the credentials may do below a prefix."""

    list: bool
    get: bool
    put: bool
    delete: bool

    @property
    def missing(self) -> tuple[str, ...]:
        """What they may not do."""
        return tuple(name for name in self.__struct_fields__ if not getattr(self, name))


class Place(msgspec.Struct, frozen=True):
    """A prefix that was examined."""

    style: str | None
    """Whose it is; None where it was named without a style."""
    prefix: str
    permissions: Permissions


class Level(StrEnum):
    """How much a finding matters: an error makes the endpoint unusable."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was found, as a sentence."""

    code: str
    level: Level
    message: str


class Diagnosis(msgspec.Struct, frozen=True):
    """One bucket, examined."""

    bucket: str
    trash_prefix: str
    identity: Identity | None = None
    """None where there are no credentials to ask with."""
    places: tuple[Place, ...] = ()
    abilities: Abilities | None = None
    """None where the trash prefix cannot be written to."""
    trouble: str | None = None
    """A sentence: why the examination ended early, or the trash prefix cannot be written to."""
    reached: bool = True
    """Whether the endpoint has answered, and knows the bucket and the credentials."""

    @property
    def lacks_permissions(self) -> bool:
        """Whether a policy would help."""
        denied = any(place.permissions.missing for place in self.places)
        return self.reached and (denied or self.abilities is None)


def findings(diagnosis: Diagnosis) -> tuple[Finding, ...]:
    """Everything there is to say about a bucket, most basic first."""
    return tuple(_findings(diagnosis))


def workspace_findings(network: str | None) -> tuple[Finding, ...]:
    """What there is to say about the workspace itself: the network file system it may be on."""
    if network is None:
        return ()
    return (
        Finding(
            "network_file_system",
            Level.WARNING,
            f"The workspace is on a network file system ({network}): its databases do without "
            "SQLite's write-ahead log there, and are slower for it. Work in it from one computer "
            "at a time, and give every other computer a workspace of its own.",
        ),
    )


def is_usable(found: Sequence[Finding]) -> bool:
    """Whether push and pull can work there."""
    return all(finding.level is not Level.ERROR for finding in found)


_SOURCES = {
    "env": "the environment's variables",
    "shared-credentials-file": "AWS's credentials file",
    "config-file": "AWS's configuration file",
    "sso": "AWS's single sign-on",
    "assume-role": "a role that was assumed",
    "assume-role-with-web-identity": "a role for a web identity",
    "container-role": "the container's role",
    "iam-role": "the machine's role",
    "custom-process": "a program named in AWS's configuration file",
}
"""botocore's words for where credentials come from."""

_DONE_UNGUARDED = {
    Unguarded.CREATE: "creating",
    Unguarded.UPDATE: "replacing",
    Unguarded.DELETE: "deleting",
    Unguarded.COPY: "copying",
    Unguarded.PARTS: "writing in parts (above 64 MiB)",
}


def _findings(diagnosis: Diagnosis) -> Iterator[Finding]:
    identity, abilities = diagnosis.identity, diagnosis.abilities
    if identity is not None:
        yield from _who(identity, reached=diagnosis.reached)
    if not diagnosis.reached:
        yield Finding("unreachable", Level.ERROR, diagnosis.trouble or "")
        return
    yield Finding("bucket", Level.OK, f"The bucket “{diagnosis.bucket}” answers.")
    for place in diagnosis.places:
        yield _permitted(place)
    if abilities is None:
        yield Finding(
            "trash_denied",
            Level.ERROR,
            f"{diagnosis.trouble} What is replaced or deleted is kept there, and what the "
            "endpoint enforces is tried out there: allow that, or set `trash_prefix` to a place "
            "that is allowed.",
        )
        return
    trash = f"“{diagnosis.trash_prefix}”"
    yield Finding("trash", Level.OK, f"The trash prefix {trash} can be written to.")
    yield _kept(abilities.versioning, trash)
    yield from _enforced(abilities)
    yield from _checked(abilities)


def _who(identity: Identity, *, reached: bool) -> Iterator[Finding]:
    yield Finding("endpoint", Level.OK, f"Endpoint {identity.endpoint}, region {identity.region}.")
    source = _SOURCES.get(identity.credentials, identity.credentials)
    profile = f", profile “{identity.profile}”" if identity.profile is not None else ""
    yield Finding("credentials", Level.OK, f"Credentials from {source}{profile}.")
    ahead = identity.clock_ahead
    if ahead is None and not reached:
        return
    if ahead is None:
        yield Finding("clock", Level.WARNING, "The endpoint does not say what time it is.")
    elif abs(ahead) > _CLOCK_MAY_DIFFER:
        way = "ahead of" if ahead > 0 else "behind"
        yield Finding(
            "clock",
            Level.WARNING,
            f"This computer's clock is {round(abs(ahead) / 60)} min {way} the endpoint's; set it "
            "right: from 15 minutes on S3 refuses every request.",
        )
    else:
        yield Finding("clock", Level.OK, "This computer's clock agrees with the endpoint's.")


def _permitted(place: Place) -> Finding:
    missing = place.permissions.missing
    where = f"Below “{place.prefix}”" + (f" (style {place.style})" if place.style else "")
    if not missing:
        return Finding(
            "permissions", Level.OK, f"{where} the credentials may list, get, put and delete."
        )
    if missing == ("delete",):
        return Finding(
            "permissions",
            Level.WARNING,
            f"{where} the credentials may not delete, so --delete and remove will fail.",
        )
    readable = not {"list", "get"} & {*missing}
    note = ": pull, status and compare work, push does not." if readable else "."
    return Finding(
        "permissions", Level.ERROR, f"{where} the credentials may not {', '.join(missing)}{note}"
    )


def _kept(versioning: Versioning, trash: str) -> Finding:
    if versioning is Versioning.ENABLED:
        return Finding(
            "versioning",
            Level.OK,
            "The bucket keeps versions: what is replaced or deleted stays as a version, and can be "
            "brought back for as long as the bucket's lifecycle rules keep it.",
        )
    says = {
        Versioning.NONE: "The bucket keeps no versions",
        Versioning.SUSPENDED: "The bucket's versioning is suspended",
    }.get(versioning, "The bucket may not be asked whether it keeps versions")
    return Finding(
        "versioning",
        Level.OK,
        f"{says}: what is replaced or deleted is copied below {trash} first, and can be brought "
        "back until the trash is pruned.",
    )


def _enforced(abilities: Abilities) -> Iterator[Finding]:
    unguarded = abilities.unguarded
    guarded = [_DONE_UNGUARDED[kind] for kind in Unguarded if kind not in unguarded]
    if guarded:
        bare = Spelling.BARE in (abilities.put.update, abilities.delete)
        note = " (with ETags written without quotes)" * bare
        yield Finding(
            "guarded",
            Level.OK,
            f"Conditions are enforced for {', '.join(guarded)}{note}: nobody's work is overwritten "
            "unseen.",
        )
    if unguarded:
        kinds = ", ".join(_DONE_UNGUARDED[kind] for kind in unguarded)
        yield Finding(
            "unguarded",
            Level.WARNING,
            f"Conditions are ignored for {kinds}: there, S3 is looked at right before it is "
            "changed, and who comes in between goes unseen.",
        )
    if {Unguarded.CREATE, Unguarded.UPDATE} & {*unguarded}:
        yield Finding(
            "lease",
            Level.WARNING,
            "Pushes from several workspaces take turns by a lease object beside the style's "
            "prefix, since the published manifest needs more than that.",
        )


def _checked(abilities: Abilities) -> Iterator[Finding]:
    if abilities.content_md5:
        yield Finding("content_md5", Level.OK, "Bytes that do not match Content-MD5 are refused.")
    else:
        yield Finding(
            "content_md5",
            Level.WARNING,
            "Content-MD5 is not checked by the endpoint; uploads are checked by their ETag.",
        )
    yield Finding(
        "etag",
        Level.OK,
        "ETags are MD5s, so a listing tells what objects contain."
        if abilities.etag_is_md5
        else "ETags are not MD5s, so what objects contain is remembered, or asked one by one.",
    )
    checksums = ", ".join(abilities.checksums) or "none"
    batch = "minds" if abilities.batch_delete else "ignores"
    yield Finding(
        "extras",
        Level.OK,
        f"Checksum headers accepted: {checksums}; DeleteObjects {batch} ETags (neither is needed).",
    )
