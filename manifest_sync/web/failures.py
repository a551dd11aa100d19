"""Errors as the API tells them: a status, a code, and one sentence."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

from manifest_sync.core.errors import (
    InvalidInput,
    Locked,
    ManifestSyncError,
    NotFound,
    Overtaken,
    Refused,
    StalePlan,
    StoreError,
    Transient,
    UsageProblem,
)
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Conflict, Refusal
from manifest_sync.core.sentences import sentence


class UnknownStyle(ManifestSyncError):
    """The request is about a style that this workspace does not have."""

    code = "unknown_style"


class Unfinished(ManifestSyncError):
    """Some changes of a run failed; the others were made."""

    code = "unfinished"


class Declined(ManifestSyncError):
    """A plan of which nothing is done: it is refused, or all that is left of it are conflicts."""

    code = "refused"

    def __init__(
        self, message: str, refusals: Sequence[Refusal] = (), conflicts: Sequence[Conflict] = ()
    ) -> None:
        """Keep what the plan says beside the sentence."""
        super().__init__(message)
        self.refusals = tuple(refusals)
        self.conflicts = tuple(conflicts)


class Unresolved(Declined):
    """Both sides changed every file that there would be something to do about."""

    code = "conflicts"


_STATUSES: Mapping[type[ManifestSyncError], int] = {
    UnknownStyle: 404,
    NotFound: 404,
    UsageProblem: 422,
    Locked: 423,
    Declined: 409,
    Refused: 409,
    StalePlan: 409,
    Overtaken: 409,
    InvalidInput: 409,
    Transient: 503,
    StoreError: 502,
}
"""The first of an error's classes, from itself upwards, that is named here."""

_UNEXPECTED = "Something went wrong that should not have; the server's messages say more."


class Told(msgspec.Struct, frozen=True):
    """An error as it is answered."""

    status: int
    body: dict[str, object]


def told(error: Exception) -> Told:
    """What is answered for an error. Of one that nobody foresaw nothing is repeated."""
    if not isinstance(error, ManifestSyncError):
        return Told(500, {"code": "unexpected", "message": _UNEXPECTED})
    status = next((_STATUSES[kind] for kind in type(error).__mro__ if kind in _STATUSES), 500)
    body: dict[str, object] = {"code": error.code, "message": sentence(error)}
    if isinstance(error, Declined):
        body["refusals"] = [msgspec.to_builtins(refusal) for refusal in error.refusals]
        body["conflicts"] = [
            {"filename": each.path, "reason": each.reason.value} for each in error.conflicts
        ]
    return Told(status, body)


def told_of_http(status: int, detail: str) -> Told:
    """What is answered where the request itself is wrong: no such page, no such method."""
    code = HTTPStatus(status).phrase.lower().replace(" ", "_")
    return Told(status, {"code": code, "message": f"{shown(detail).removesuffix('.')}."})


def told_of_request(problems: Sequence[Mapping[str, object]]) -> Told:
    """What is answered where a request's fields are not as they must be.

    The problems are pydantic's; their `input`, what was sent, is not repeated.
    """
    sentences = []
    for problem in problems[:5]:
        where = problem.get("loc")
        places = where[1:] if isinstance(where, tuple | list) else ()
        field = ".".join(shown(str(place)) for place in places) or "the request"
        sentences.append(f"{field}: {shown(str(problem.get('msg', 'is not valid')))}.")
    return Told(422, {"code": "bad_request", "message": " ".join(sentences)})
