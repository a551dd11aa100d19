"""The document that `explain --json` prints."""

from typing import Literal

import msgspec

from manifest_sync.core.explain import Explanation


class ExplainDocument(msgspec.Struct, frozen=True):
    """`explain`: everything that is known of one path, and what each command would make of it."""

    format: Literal["manifest-sync/explain"]
    version: Literal[1]
    style: str
    folder: str
    remote: str
    key: str
    """The whole key on S3."""
    explanation: Explanation
