"""The five requests that existing front ends make, and what they are answered.

The names are theirs; fields that a request has beyond these are ignored.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

StyleId = Annotated[str, Field(alias="styleId", description="The style's id.")]
Deletes = Annotated[
    bool,
    Field(
        alias="syncDeletes",
        description="Also delete in the target what was deleted in the source.",
    ),
]


class LocalImage(BaseModel):
    """A file of the folder, as a front end knows it."""

    filename: Annotated[str, Field(description="Relative to the style's folder, with “/”.")]
    local_path: Annotated[
        str | None, Field(alias="localPath", description="Never opened; the answer has its own.")
    ] = None


class Named(BaseModel):
    """A file by its name, among whatever else a front end knows of it."""

    filename: str


class CompareRequest(BaseModel):
    """What to compare."""

    style_id: StyleId
    local_images: Annotated[
        list[LocalImage] | None,
        Field(alias="localImages", description="Compare as if the folder held only these."),
    ] = None


class UploadRequest(BaseModel):
    """What to sync to S3."""

    style_id: StyleId
    images: Annotated[
        list[str | Named] | None,
        Field(description="Only these, with the captions of images; everything where left out."),
    ] = None
    sync_deletes: Deletes = False

    def names(self) -> list[str] | None:
        """The names, however they were given."""
        return None if self.images is None else _names(self.images)


class DownloadRequest(BaseModel):
    """What to sync from S3."""

    style_id: StyleId
    sync_deletes: Deletes = False


class RemoveRequest(BaseModel):
    """What to remove from S3."""

    style_id: StyleId
    images: Annotated[
        list[str | Named],
        Field(description="These, with the captions that no image staying behind shares."),
    ]

    def names(self) -> list[str]:
        """The names, however they were given."""
        return _names(self.images)


class MissingInS3(BaseModel):
    """A file that only the folder has."""

    filename: str
    localPath: Annotated[str, Field(description="Relative to the workspace.")]  # noqa: N815
    size: int


class MissingLocally(BaseModel):
    """A file that only S3 has."""

    filename: str
    s3Key: Annotated[str, Field(description="The full key.")]  # noqa: N815
    size: int


class Different(BaseModel):
    """A file that differs. Digest and ETag are bare hexadecimal."""

    filename: str
    reason: Literal["content_mismatch"]
    localMd5: str  # noqa: N815
    s3Etag: str  # noqa: N815


class Identical(BaseModel):
    """A file that both sides hold alike."""

    filename: str
    size: int


class CompareAnswer(BaseModel):
    """The folder as it is now against S3."""

    missing_in_s3: list[MissingInS3]
    missing_locally: list[MissingLocally]
    different: list[Different]
    identical: list[Identical]


class InConflict(BaseModel):
    """A file that both sides changed; it was left alone."""

    filename: str
    reason: str


class UploadAnswer(BaseModel):
    """What was done on S3. Figures are files, captions included."""

    uploaded: int
    failed: Annotated[int, Field(description="Unknown and unsafe names included.")]
    deleted: int
    uploaded_files: list[str]
    conflicts: list[InConflict] = []


class DownloadAnswer(BaseModel):
    """What was done in the folder. Figures are files, captions included."""

    downloaded: int
    failed: int
    deleted: int
    conflicts: list[InConflict] = []


class RemoveAnswer(BaseModel):
    """What was removed from S3. Figures are files, captions included."""

    removed: int
    failed: Annotated[int, Field(description="Names included that are not on S3, or unsafe.")]


class Image(BaseModel):
    """A local image. Width and height are null where the file cannot be read as an image."""

    filename: str
    size: int
    width: int | None
    height: int | None
    hasCaption: bool  # noqa: N815
    captionFile: str | None  # noqa: N815


class ImagesAnswer(BaseModel):
    """The local images of a style."""

    images: list[Image]


class RefusalAnswer(BaseModel):
    """Why a plan was refused, and the option of the command line that would allow it."""

    code: str
    message: str
    flag: str


class ErrorAnswer(BaseModel):
    """What went wrong, as a code that stays the same and as a sentence."""

    code: str
    message: str
    refusals: list[RefusalAnswer] = []
    conflicts: list[InConflict] = []


def _names(images: list[str | Named]) -> list[str]:
    return [image if isinstance(image, str) else image.filename for image in images]
