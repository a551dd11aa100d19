"""Keeps folders of captioned training images and S3 in step, by plans."""

__version__ = "0.1.0"
