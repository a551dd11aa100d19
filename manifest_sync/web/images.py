"""The local images of a style, as the API lists them."""

from manifest_sync.web.contract import Image, ImagesAnswer
from manifest_sync.web.opening import find_style
from manifest_sync.web.sizes import Sizes
from manifest_sync.workspace.gallery import Picture
from manifest_sync.workspace.workspace import Workspace


def local_images(workspace: Workspace, style_id: str, sizes: Sizes) -> ImagesAnswer:
    """The images of a style's folder, each with its size and its caption file."""
    style = find_style(workspace, style_id)

    def image(picture: Picture) -> Image:
        width, height = sizes.of(workspace, style, picture.path, picture.stamp) or (None, None)
        caption = next(iter(picture.captions), None)
        return Image(
            filename=picture.path,
            size=picture.stamp.size,
            width=width,
            height=height,
            hasCaption=caption is not None,
            captionFile=caption,
        )

    return ImagesAnswer(images=[image(picture) for picture in workspace.pictures(style)])
