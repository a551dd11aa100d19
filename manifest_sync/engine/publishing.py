"""The published manifest: reading it, and announcing a push before it touches an object (§5)."""

from collections.abc import Callable

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.errors import InvalidInput, Moved, Overtaken, Refused, Transient
from manifest_sync.core.manifest import MANIFEST_NAME, Manifest
from manifest_sync.core.paths import shown
from manifest_sync.core.publication import Publication, notes_of, publication_of
from manifest_sync.core.stamps import ABSENT, AbsentStamp, ObjectStamp, Present, Stamp
from manifest_sync.engine.inquiry import holds
from manifest_sync.engine.retrying import retrying
from manifest_sync.formats.manifest_json import parse_manifest, render_manifest
from manifest_sync.stores.base import Store
from manifest_sync.stores.bodies import bytes_body, content_of

_TRIES = 5
"""How often a manifest is read that others replace while it is being read."""

Recall = Callable[[str], tuple[bytes, Publication] | None]
"""The manifest that is remembered by its ETag, and when it was published; None where it is not.

Where the same manifest is published once more, what is remembered is the time before.
"""


def recall_nothing(_: str) -> None:
    """For who remembers no manifest."""
    return


class Published(msgspec.Struct, frozen=True):
    """What a prefix announces, and the state of the object that says so."""

    stamp: Stamp = ABSENT
    """ABSENT where nothing is published."""
    text: bytes | None = None
    manifest: Manifest | None = None
    publication: Publication | None = None
    content: Content | None = None
    """What the text is."""

    @property
    def etag(self) -> str:
        """Of the object; "" where nothing is published."""
        return self.stamp.etag if isinstance(self.stamp, ObjectStamp) else ""


UNPUBLISHED = Published()


def read_published(
    bucket: Store,
    listed: Stamp,
    own: Manifest,
    recall: Recall = recall_nothing,
    *,
    own_md5: str = "",
) -> Published:
    """What is published, given the state that the listing shows; what is remembered is not read.

    Where it is the folder's `own`, byte for byte, it is not taken apart again. Raises Refused
    where it is another style's, or nothing that can be read as a manifest: what the team wants is
    not known then.
    """
    published = read_published_at(
        bucket, listed, own.remote, recall, lambda md5: own if md5 == own_md5 else None
    )
    theirs = published.manifest
    if theirs is not None and theirs.style != own.style:
        raise Refused(
            f"{shown(own.remote)}{MANIFEST_NAME} is of style “{shown(theirs.style)}”, not of "
            f"“{shown(own.style)}”; give this style a remote of its own."
        )
    return published


def read_published_at(
    bucket: Store,
    listed: Stamp,
    remote: str,
    recall: Recall = recall_nothing,
    known: Callable[[str], Manifest | None] = lambda _: None,
) -> Published:
    """The same of whichever style is published there. `known` tells manifests by their MD5."""
    stamp = listed
    for _ in range(_TRIES):
        if isinstance(stamp, AbsentStamp):
            return UNPUBLISHED
        found = recall(stamp.etag) if isinstance(stamp, ObjectStamp) else None
        try:
            text, publication = found or retrying(_read, bucket, stamp)
        except Moved:
            stamp = retrying(bucket.stat, MANIFEST_NAME)
            continue
        content = content_of(text)
        manifest = known(content.md5) or _parsed(text, remote)
        return Published(stamp, text, manifest, publication, content)
    raise Transient("the published manifest is replaced again and again; try later")


def publish(
    bucket: Store,
    manifest: Manifest,
    before: Published,
    *,
    by: Publication,
    keep_under: str,
    now_ns: int,
    begin: Callable[[Content], None] = lambda _: None,
) -> tuple[Published, str | None]:
    """Announce a manifest where nobody else has since `before`; and where the old one is kept.

    `begin` is told what the text is before it is written. Raises Overtaken where somebody else has
    published; then nothing was done. After Transient nobody knows whether it was.
    """
    text = render_manifest(manifest)
    if text == before.text:
        return before, None
    body = bytes_body(text, now_ns, notes_of(by))
    begin(body.content)
    try:
        written = retrying(
            bucket.write, MANIFEST_NAME, body, expect=before.stamp, keep_under=keep_under
        )
    except (Moved, Transient) as error:
        stamp = retrying(bucket.stat, MANIFEST_NAME)
        if not retrying(holds, bucket, MANIFEST_NAME, stamp, body.content):
            if isinstance(error, Transient):
                raise
            raise Overtaken(
                f"Somebody else published {shown(manifest.remote)}{MANIFEST_NAME} meanwhile."
            ) from error
        # Ours: the answer to this try or an earlier one was lost.
        kept_at = None
        if not isinstance(before.stamp, AbsentStamp):
            kept_at = retrying(bucket.kept_at, MANIFEST_NAME, before.stamp, keep_under)
        return Published(stamp, text, manifest, by, body.content), kept_at
    return Published(written.stamp, text, manifest, by, body.content), written.kept_at


def _read(bucket: Store, stamp: Present) -> tuple[bytes, Publication]:
    with bucket.read(MANIFEST_NAME, stamp) as reading:
        text = b"".join(reading.chunks)
        return text, publication_of(reading.notes, reading.modified_ns)


def _parsed(text: bytes, remote: str) -> Manifest:
    try:
        return parse_manifest(text, f"{remote}{MANIFEST_NAME}")
    except InvalidInput as error:
        raise Refused(
            f"What the team has published cannot be read, so nothing is done: {error}"
        ) from error
