"""Plans ⇄ JSON: the saved plan file, and what `plan --json` prints."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from manifest_sync.core.content import Action, Content, Side, all_md5
from manifest_sync.core.errors import InvalidInput
from manifest_sync.core.listing import Problem
from manifest_sync.core.paths import shown, why_unsafe
from manifest_sync.core.plan import Basis, Change, Conflict, Refusal, Source, StylePlan, Summary
from manifest_sync.core.publication import Publication, moment
from manifest_sync.core.reconcile import Reason
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.stamps import Present, Stamp
from manifest_sync.formats.documents import StyleFailure
from manifest_sync.formats.json_errors import UNDECODABLE, complaint

PLAN_VERSION = 1


class SourceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a change takes its bytes from."""

    side: Side
    path: str
    stamp: Present
    """The state that holds the bytes; any other state is not used."""
    kept_at: str | None = None
    """Where they were kept when the file at the path was replaced or deleted; apply searches for
    them once more. Null where they are at the path itself."""


class ChangeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change.

    `action` is what `before` and `after` say, and `unguarded` what the basis says of such changes,
    written out for the reader.
    """

    side: Side
    path: str
    action: Action
    reason: Reason
    before: Content | None
    after: Content | None
    precondition: Stamp
    source: SourceRow | None
    base: Content | None
    published: Content | None
    unguarded: bool | None
    """Whether S3 is only looked at before it is made, since no condition guards it."""


class StylePlanRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One style's plan."""

    style: str
    folder: str
    to: Side
    basis: Basis
    changes: tuple[ChangeRow, ...]
    conflicts: tuple[Conflict, ...]
    problems: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    refusals: tuple[Refusal, ...]
    withheld: tuple[str, ...]
    taken_in: tuple[str, ...]
    unrecorded: tuple[str, ...]
    summary: Summary
    publication: Publication | None = None
    """When and by whom the manifest was last published that the plan saw."""


class PlanDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an apply would do, style by style."""

    format: Literal["manifest-sync/plan"]
    version: int
    styles: tuple[StylePlanRow, ...]
    errors: tuple[StyleFailure, ...] = ()
    """Styles that could not be planned; a saved plan has none."""


class _Envelope(msgspec.Struct):
    """What every version of the document has."""

    format: str
    version: int


def plan_document(
    plans: Iterable[StylePlan], errors: tuple[StyleFailure, ...] = ()
) -> PlanDocument:
    """The document of several styles' plans."""
    return PlanDocument("manifest-sync/plan", PLAN_VERSION, tuple(map(_style_row, plans)), errors)


def render_plan(plans: Iterable[StylePlan]) -> bytes:
    """The saved plan file: the document, indented, with a newline at the end."""
    return msgspec.json.format(msgspec.json.encode(plan_document(plans)), indent=1) + b"\n"


def parse_plan(text: bytes, where: str) -> tuple[StylePlan, ...]:
    """Read a saved plan. Raises InvalidInput: no field of a plan is believed unchecked."""
    _check_envelope(text, where)
    try:
        document = msgspec.json.decode(text, type=PlanDocument)
        plans = tuple(_style_plan(row, where) for row in document.styles)
        _check_each_once([plan.style for plan in plans])
    except UNDECODABLE as error:
        raise InvalidInput(complaint(where, text, error) + _if_unknown(error)) from error
    except ValueError as error:
        raise InvalidInput(f"{where} contradicts itself: {shown(str(error))}.") from error
    return plans


def _if_unknown(error: Exception) -> str:
    """What to do about a field that this version does not know; it may change what others mean."""
    if "unknown field" not in str(error):
        return ""
    return " A newer manifest-sync may have made it: make the plan again with this one."


def _check_envelope(text: bytes, where: str) -> None:
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{where} is not a saved plan of manifest-sync.") from error
    except UNDECODABLE as error:
        raise InvalidInput(complaint(where, text, error)) from error
    if envelope.format != "manifest-sync/plan":
        raise InvalidInput(f"{where} is a “{shown(envelope.format)}” document, not a plan.")
    if envelope.version != PLAN_VERSION:
        raise InvalidInput(
            f"{where} is a plan of version {envelope.version}, but this manifest-sync applies "
            f"version {PLAN_VERSION}; make the plan again."
        )


def _style_row(plan: StylePlan) -> StylePlanRow:
    return StylePlanRow(
        style=plan.style,
        folder=plan.folder,
        to=plan.to,
        basis=plan.basis,
        changes=tuple(
            ChangeRow(
                side=change.side,
                path=change.path,
                action=change.action,
                reason=change.reason,
                before=change.before,
                after=change.after,
                precondition=change.precondition,
                source=_source_row(change.source),
                base=change.base,
                published=change.published,
                unguarded=plan.basis.leaves_unguarded(change),
            )
            for change in plan.changes
        ),
        conflicts=plan.conflicts,
        problems=plan.problems,
        notices=plan.notices,
        refusals=plan.refusals,
        withheld=plan.withheld,
        taken_in=plan.taken_in,
        unrecorded=plan.unrecorded,
        summary=plan.summary,
        publication=plan.publication,
    )


def _style_plan(row: StylePlanRow, where: str) -> StylePlan:
    changes = tuple(_change(change, row, where) for change in row.changes)
    _check_each_once([change.path for change in changes])
    if row.publication is not None and moment(row.publication.when) is None:
        raise ValueError(f"{shown(row.publication.when)} is no time")
    return StylePlan(
        style=row.style,
        folder=row.folder,
        to=row.to,
        basis=row.basis,
        changes=changes,
        conflicts=row.conflicts,
        problems=row.problems,
        notices=row.notices,
        refusals=row.refusals,
        withheld=row.withheld,
        taken_in=row.taken_in,
        unrecorded=row.unrecorded,
        summary=row.summary,
        publication=row.publication,
    )


def _change(row: ChangeRow, plan: StylePlanRow, where: str) -> Change:
    paths = [row.path] if row.source is None else [row.path, row.source.path]
    for path in paths:
        if (reason := why_unsafe(path)) is not None:
            raise InvalidInput(f"{where} names “{shown(path)}”, which {reason}; nothing was done.")
    change = Change(
        side=row.side,
        path=row.path,
        before=row.before,
        after=row.after,
        reason=row.reason,
        precondition=row.precondition,
        source=_source(row.source),
        base=row.base,
        published=row.published,
    )
    contents = (row.before, row.after, row.base, row.published)
    if not all_md5(content.md5 for content in contents if content):
        raise ValueError(f"{shown(row.path)} has an md5 that is not hexadecimal")
    if change.action is not row.action or change.side is not plan.to:
        raise ValueError(f"{shown(row.path)} is no {row.action} of the {plan.to} side")
    if plan.basis.leaves_unguarded(change) is not row.unguarded:
        raise ValueError(f"{shown(row.path)} is not as guarded as its basis says")
    return change


def _source_row(source: Source | None) -> SourceRow | None:
    if source is None:
        return None
    kept_at = source.kept_at if isinstance(source, KeptSource) else None
    return SourceRow(source.side, source.path, source.stamp, kept_at)


def _source(row: SourceRow | None) -> Source | None:
    if row is None:
        return None
    if row.kept_at is not None:
        return KeptSource(row.side, row.path, row.stamp, row.kept_at)
    return Source(row.side, row.path, row.stamp)


def _check_each_once(names: Sequence[str]) -> None:
    """Refuse a plan that speaks of one style, or in a style of one path, twice."""
    twice = next((name for name, number in Counter(names).items() if number > 1), None)
    if twice is not None:
        raise ValueError(f"“{shown(twice)}” is there twice")
