"""The errors that end a command: one sentence each, a stable code, an exit status."""

from typing import ClassVar

from manifest_sync.core.exits import Exit


class ManifestSyncError(Exception):
    """Base of every error a user can cause; its text is one clear sentence."""

    code: ClassVar[str] = "error"
    exit_status: ClassVar[Exit] = Exit.ERROR


class UsageProblem(ManifestSyncError):
    """The command names something that is not there, or not unique."""

    code = "usage"
    exit_status = Exit.USAGE


class InvalidInput(ManifestSyncError):
    """A file a person or a program wrote (manifest, configuration, plan) is not valid."""

    code = "invalid"


class StalePlan(ManifestSyncError):
    """What a saved plan depends on has moved since it was made."""

    code = "stale_plan"
    exit_status = Exit.STALE


class Refused(ManifestSyncError):
    """Not done, for safety; the text names what would allow it."""

    code = "refused"
    exit_status = Exit.REFUSED


class Overtaken(ManifestSyncError):
    """Another workspace published first; what was planned is to be planned again."""

    code = "overtaken"
    exit_status = Exit.INCOMPLETE


class Locked(ManifestSyncError):
    """Another run holds the workspace."""

    code = "locked"
    exit_status = Exit.LOCKED


class Interrupted(ManifestSyncError):
    """Ctrl-C: what was in flight is finished and journalled, nothing new was begun."""

    code = "interrupted"
    exit_status = Exit.INTERRUPTED


class StateError(ManifestSyncError):
    """state.db cannot be used: damaged, or written by a newer version."""

    code = "state"


class StoreError(ManifestSyncError):
    """One side could not be read or written."""

    code = "store"


class NotBegun(StoreError):
    """Not even tried, since something went wrong just before that is not about one path alone."""

    code = "not_begun"


class NotFound(StoreError):
    """Nothing is at that path."""

    code = "not_found"


class Moved(StoreError):
    """What is there is not what the plan saw; nothing was overwritten."""

    code = "moved"


class Corrupted(StoreError):
    """The bytes that arrived are not the bytes that were expected."""

    code = "corrupted"


class Denied(StoreError):
    """The credentials, or a file's permissions, do not allow it."""

    code = "denied"


class NotSignedIn(Denied):
    """The credentials have expired or are unknown, or there are none: no request is answered."""

    code = "not_signed_in"


class Transient(StoreError):
    """May go through when tried again: an internal error, a time-out, a connection that broke."""

    code = "transient"


class Unreachable(Transient):
    """Nobody answers at the endpoint's address."""

    code = "unreachable"


class SlowDown(Transient):
    """The server asks for fewer requests."""

    code = "slow_down"

    def __init__(self, message: str, seconds: float | None = None) -> None:
        """`seconds` is how long it asks to wait, where it says so."""
        super().__init__(message)
        self.seconds = seconds
