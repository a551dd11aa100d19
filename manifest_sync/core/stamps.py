"""What a store says of one state of a file, to tell it from any other state at the same path."""

import msgspec


class FileStamp(
    msgspec.Struct, frozen=True, gc=False, tag_field="kind", tag="file", forbid_unknown_fields=True
):
    """A local file's stat signature.

    ctime catches what a restored mtime hides, the inode what a rename hides.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    def may_hide_a_later_edit(self, hashed_at_ns: int, margin_ns: int) -> bool:
        """Whether an edit after the hashing could have left this very signature.

        File systems stamp in ticks of up to 2 s, and stamps lag the clock by a few
        milliseconds: a file younger than the margin when it was hashed is not to be trusted
        (git's "racily clean" entries; borg's newest-timestamp rule).
        """
        return max(self.mtime_ns, self.ctime_ns) >= hashed_at_ns - margin_ns


class ObjectStamp(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="kind",
    tag="object",
    forbid_unknown_fields=True,
):
    """An S3 object's size, ETag (bare, without quotes) and, where known, its VersionId."""

    size: int
    etag: str
    version_id: str | None = None

    def agrees_with(self, other: "ObjectStamp") -> bool:
        """Same object state; a version id counts only where both sides know it (LIST does not)."""
        if self.size != other.size or self.etag != other.etag:
            return False
        return None in (self.version_id, other.version_id) or self.version_id == other.version_id


class AbsentStamp(
    msgspec.Struct,
    frozen=True,
    gc=False,
    tag_field="kind",
    tag="absent",
    forbid_unknown_fields=True,
):
    """Nothing is at the path."""


ABSENT = AbsentStamp()

Present = FileStamp | ObjectStamp
Stamp = FileStamp | ObjectStamp | AbsentStamp


def agree(seen: Stamp, now: Stamp) -> bool:
    """Whether what is there now is what was seen before."""
    if isinstance(seen, ObjectStamp) and isinstance(now, ObjectStamp):
        return seen.agrees_with(now)
    return seen == now
