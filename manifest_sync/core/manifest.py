"""The manifest: the desired state of one style, and the header that says what belongs to it."""

from collections.abc import Mapping

import msgspec

from manifest_sync.core.content import Content

MANIFEST_NAME = "manifest.json"
MANIFEST_VERSION = 1
DEFAULT_CAPTIONS = (".txt", ".caption")
DEFAULT_IMAGES = (
    ".avif",
    ".bmp",
    ".gif",
    ".jpeg",
    ".jpg",
    ".jxl",
    ".png",
    ".tif",
    ".tiff",
    ".webp",
)


class Header(msgspec.Struct, frozen=True):
    """What a person may set: which files belong to the style. None means the default."""

    include: tuple[str, ...] = ()
    """gitignore patterns of files that belong to the style besides images and captions."""
    ignore: tuple[str, ...] = ()
    """gitignore patterns of files that do not; they win over everything else."""
    captions: tuple[str, ...] | None = None
    """Caption suffixes, with their dot."""
    images: tuple[str, ...] | None = None
    """Image suffixes, with their dot."""

    @property
    def caption_suffixes(self) -> tuple[str, ...]:
        """The caption suffixes in force."""
        return DEFAULT_CAPTIONS if self.captions is None else self.captions

    @property
    def image_suffixes(self) -> tuple[str, ...]:
        """The image suffixes in force."""
        return DEFAULT_IMAGES if self.images is None else self.images


class Manifest(msgspec.Struct, frozen=True):
    """One style's desired state."""

    style: str
    remote: str
    """`s3://bucket/prefix/`, with its final slash."""
    header: Header = Header()
    lines: Mapping[str, Content] = {}
    """By path relative to the style folder."""
    etags: Mapping[str, str] = {}
    """Bare ETags of objects whose ETag is not their MD5 (multipart, KMS), by path."""
    schema_uri: str | None = None
    """`$schema`, kept where a person added it."""

    def with_lines(self, lines: Mapping[str, Content], etags: Mapping[str, str]) -> "Manifest":
        """The same manifest with another desired state; etags only of the lines they belong to.

        An ETag that is no news tells of the content that its line had: it goes where that does.
        """
        if lines is self.lines and etags is self.etags:
            return self
        kept = {
            path: etag
            for path, etag in etags.items()
            if path in lines
            and (etag != self.etags.get(path) or lines[path] == self.lines.get(path))
        }
        return msgspec.structs.replace(self, lines=lines, etags=kept)
