"""The smallest AWS policy that lets credentials do all that manifest-sync does in a bucket."""

from collections.abc import Iterable, Mapping

import msgspec


class Statement(msgspec.Struct, frozen=True, rename="pascal", omit_defaults=True):
    """What is allowed where (IAM user guide, "JSON policy elements")."""

    sid: str
    effect: str
    action: tuple[str, ...]
    resource: tuple[str, ...]
    condition: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None


class Policy(msgspec.Struct, frozen=True, rename="pascal"):
    """A policy, as AWS reads it."""

    version: str
    statement: tuple[Statement, ...]


def smallest_policy(bucket: str, prefixes: Iterable[str], trash_prefix: str) -> Policy:
    """To list, read, write and delete below the prefixes and the trash prefix, and no more.

    Versions are read to bring one back, and deleted only of what was written to try things out.
    """
    below = tuple(f"{prefix}*" for prefix in (*prefixes, trash_prefix))
    whole, objects = (
        f"arn:aws:s3:::{bucket}",
        tuple(f"arn:aws:s3:::{bucket}/{key}" for key in below),
    )
    return Policy(
        "2012-10-17",
        (
            Statement(
                "List",
                "Allow",
                ("s3:ListBucket", "s3:ListBucketVersions"),
                (whole,),
                {"StringLike": {"s3:prefix": below}},
            ),
            Statement("Ask", "Allow", ("s3:GetBucketVersioning",), (whole,)),
            Statement(
                "ReadAndWrite",
                "Allow",
                (
                    "s3:GetObject",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:AbortMultipartUpload",
                ),
                objects,
            ),
            Statement("CleanUp", "Allow", ("s3:DeleteObjectVersion",), (objects[-1],)),
        ),
    )
