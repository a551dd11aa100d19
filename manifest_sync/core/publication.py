"""When and by whom a manifest was published, as it is noted beside the object.

The manifest itself does not say: the same state has the same bytes, whoever writes it. The notes
are S3 user metadata, percent-encoded, since headers are ASCII. Others write them, too, so what
they say is shown and never acted on.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote

import msgspec

_BY, _AT, _WITH = "published-by", "published-at", "published-with"
_LONGEST = 64
"""Characters of a name that are noted: encoded at most 12 bytes each, of the 2 KB that S3 takes."""
_YEARS = range(1970, 9999)
"""That any clock and time zone can show."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Publication(msgspec.Struct, frozen=True):
    """The last time a style's manifest was published; earlier ones are not known."""

    when: str
    """RFC 3339, UTC. When the object was written, where no time is noted."""
    user: str | None = None
    host: str | None = None
    tool: str | None = None
    """The version of manifest-sync. These three are null where they are not noted, as of a
    manifest that was put there by hand."""


def notes_of(publication: Publication) -> dict[str, str]:
    """What is noted beside a manifest that is published."""
    by = f"{_encoded(publication.user)}@{_encoded(publication.host)}"
    return {_BY: by, _AT: publication.when, _WITH: _encoded(publication.tool)}


def publication_of(notes: Mapping[str, str], modified_ns: int) -> Publication:
    """What the notes beside a manifest say, given when the object was written."""
    user, _, host = notes.get(_BY, "").partition("@")
    when = moment(notes.get(_AT, "")) or _EPOCH + timedelta(microseconds=modified_ns // 1000)
    return Publication(
        when=told(when), user=_decoded(user), host=_decoded(host), tool=_decoded(notes.get(_WITH))
    )


def moment(text: str) -> datetime | None:
    """A time in RFC 3339; None where the text is none, or one that no clock shows."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo is not None and when.year in _YEARS else None


def told(when: datetime) -> str:
    """A moment in RFC 3339, UTC, to the millisecond."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _encoded(name: str | None) -> str:
    return quote((name or "")[:_LONGEST], safe="", errors="replace")


def _decoded(text: str | None) -> str | None:
    return unquote(text or "", errors="replace")[:_LONGEST] or None
