"""The conditions that a request carries, where the endpoint was found to enforce them."""

from typing import TYPE_CHECKING, Literal, TypedDict

from manifest_sync.core.abilities import Guard, Spelling
from manifest_sync.core.stamps import ObjectStamp, Stamp

if TYPE_CHECKING:
    from obstore import UpdateVersion


class OneState(TypedDict, total=False):
    """As boto3 takes it: only that state of an object; empty where that is not enforced."""

    IfMatch: str


class Condition(OneState, total=False):
    """As boto3 takes it: only that state of an object, or only where nothing is."""

    IfNoneMatch: Literal["*"]


NO_CONDITION: Condition = {}


def condition(guard: Guard, expect: Stamp) -> Condition:
    """What a write says of the state that it is to find."""
    if not isinstance(expect, ObjectStamp):
        return {"IfNoneMatch": "*"} if guard.create else {}
    return {"IfMatch": guard.update.of(expect.etag)} if guard.update is not None else {}


def one_state(spelling: Spelling | None, expect: ObjectStamp) -> OneState:
    """What a request says of the state of the object that it is about."""
    return {"IfMatch": spelling.of(expect.etag)} if spelling is not None else {}


def mode(asked: Condition) -> "Literal['create', 'overwrite'] | UpdateVersion":
    """A condition as obstore takes it. It sends an ETag exactly as it is given."""
    if "IfMatch" in asked:
        return {"e_tag": asked["IfMatch"]}
    return "create" if "IfNoneMatch" in asked else "overwrite"
