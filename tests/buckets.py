"""A bucket of a test's own, looked at and changed past our back."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.servers import S3Server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Bucket:
    """A bucket, by another client than the one under test."""

    name: str
    endpoint: str
    client: "S3Client"

    def remote(self, prefix: str = "styles/16/") -> str:
        """`s3://bucket/styles/16/`."""
        return f"s3://{self.name}/{prefix}"

    def put(self, key: str, data: bytes) -> None:
        """Write an object as somebody else would."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        """An object's bytes."""
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def delete(self, key: str) -> None:
        """Delete an object as somebody else would."""
        self.client.delete_object(Bucket=self.name, Key=key)

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        """All below a prefix but the trash, by key without the prefix."""
        return {
            key.removeprefix(prefix): self.get(key)
            for key in self.keys(prefix)
            if not key.startswith(".manifest-sync-trash/")
        }

    def keys(self, prefix: str = "") -> list[str]:
        """All keys below a prefix, but for what styles have published."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.name, Prefix=prefix
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        return [key for key in keys if not key.endswith("/manifest.json")]


@contextmanager
def new_bucket(server: S3Server) -> Iterator[Bucket]:
    """A new bucket, at which commands find S3 by the environment."""
    client = server.client()
    name = f"t-{uuid.uuid4().hex[:20]}"
    client.create_bucket(Bucket=name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", server.endpoint)
        yield Bucket(name, server.endpoint, client)
