"""What runs did at one path, as it is told."""

import msgspec

from manifest_sync.core.content import Action, Content, Side
from manifest_sync.core.outcome import Status


class PathChange(msgspec.Struct, frozen=True):
    """One change that a run made, or was to make, at a path."""

    id: str
    when: str
    """When its run began; RFC 3339, UTC."""
    command: str
    user: str
    host: str
    side: Side
    action: Action
    reason: str
    before: Content | None
    after: Content | None
    status: Status | None
    """None where the run was cut off before it could tell."""
    error: str | None
    kept_at: str | None
    """Where the bytes are that it took away."""
