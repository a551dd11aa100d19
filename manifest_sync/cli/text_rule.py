"""A decision about one path in words: the row of the table that fits, and what comes of it."""

from manifest_sync.core.content import Side
from manifest_sync.core.explain import Decision, Explanation
from manifest_sync.core.reconcile import Facts, Reason, Verb, Verdict

_GIVERS = {Verb.PUSH: "the folder", Verb.PULL: "S3", Verb.APPLY: "the manifest"}
_PLACES = {Side.S3: "S3", Side.LOCAL: "the folder"}
_ROWS = {
    2: "{place} is as {giver} wants it",
    3: "others published another content, and this folder has not followed it yet",
    4: "others published another content, and {giver} changed too",
    5: "only {giver} changed since both were last equal",
    6: "only {place} changed since both were last equal, and this takes it back",
    7: "both changed, and nothing is left on {place}: content beats absence",
    8: "both changed, and deleting would lose what {place} has",
    9: "they differ and were never known to be equal: {giver} wins",
    10: "both changed since they were last equal",
}
"""docs/how-a-sync-is-decided.md, “The rule”."""

_REMEDIES = {
    Verdict.CONFLICT: "a conflict, left alone; --overwrite or --take decides it",
    Verdict.WITHHELD: "a deletion, withheld; --delete does it",
    Verdict.TAKEN_IN: "left as others have it; “manifest-sync pull” follows",
}


def decision_text(decision: Decision, known: Explanation) -> str:
    """`update (row 5: only the folder changed since both were last equal)`."""
    facts, ruling = decision.facts, decision.rule
    if facts is None or ruling is None or decision.without_flags is None:
        return _not_asked(known)
    said = _ROWS[ruling.row].format(place=_PLACES[decision.to], giver=_GIVERS[decision.command])
    why = f"row {ruling.row}: {said}"
    verdict = decision.without_flags.verdict
    if verdict is Verdict.NOTHING:
        return f"nothing to do ({why})"
    if verdict is Verdict.WITHHELD and ruling.verdict is Verdict.CONFLICT:
        return f"a conflict over a deletion, withheld ({why}); --delete with --overwrite does it"
    if verdict is not Verdict.CHANGE:
        return f"{_REMEDIES[verdict]} ({why})"
    reason = ruling.reason or Reason.MODIFIED
    return f"{_action(facts)} `{reason}` ({why})"


def _not_asked(known: Explanation) -> str:
    """Why the table is not asked about the path at all."""
    if known.problem is not None:
        return "left alone (row 1: a problem at the path, or above it)"
    if not known.scope.in_scope:
        return "left alone: out of scope"
    return "nothing to do: it is neither in the folder, nor on S3, nor in the manifest"


def _action(facts: Facts) -> str:
    if facts.desired is None:
        return "delete"
    return "create" if facts.target is None else "update"
