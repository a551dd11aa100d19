"""A workspace of real images."""

from pathlib import Path

from PIL import Image

from tests.buckets import Bucket
from tests.commands import here


def make_workspace(root: Path, bucket: Bucket) -> Path:
    """A workspace whose one style, 16, has three images and two captions; nothing is on S3."""
    style = root / "styles" / "16"
    (style / "sub").mkdir(parents=True)
    Image.new("RGB", (40, 30), "teal").save(style / "a.jpg")
    Image.new("RGB", (20, 50), "plum").save(style / "sub" / "b.png")
    Image.new("RGB", (8, 8), "navy").save(style / "c.webp")
    (style / "a.txt").write_text("caption a")
    (style / "sub" / "b.txt").write_text("caption b")
    ran = here(root, "init", "styles/16", "--remote", bucket.remote())
    assert ran.status == 0, ran.err
    return root
