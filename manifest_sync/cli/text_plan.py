"""A plan as text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_publication import last_published
from manifest_sync.cli.text_reasons import why
from manifest_sync.core.amounts import many, size
from manifest_sync.core.content import Action, Content, Side
from manifest_sync.core.listing import Problem
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Change, Conflict, Refusal, StylePlan
from manifest_sync.core.reconcile import Verb

_STYLES = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.DELETE: "red"}
_SOURCES = {Verb.PUSH: "folder", Verb.PULL: "S3", Verb.APPLY: "manifest"}
_WINNERS = {Verb.PUSH: "the folder", Verb.PULL: "S3", Verb.APPLY: "the manifest"}
_TARGETS = {Side.S3: "S3", Side.LOCAL: "folder"}
_PLURALS = {Action.CREATE: "creations", Action.UPDATE: "updates", Action.DELETE: "deletions"}
TRASH_IS_OFF = (
    'The trash is off (trash = "off"): what is replaced or deleted is not kept, and cannot be '
    "restored unless the bucket keeps versions."
)
_NAMED = 10
"""Names in a sentence before the rest is only counted."""

_Item = TypeVar("_Item")


def is_quiet(plan: StylePlan) -> bool:
    """Whether there is nothing in the plan that a person should know."""
    return not (
        plan.changes
        or plan.conflicts
        or plan.problems
        or plan.withheld
        or plan.taken_in
        or plan.unrecorded
        or plan.refusals
    )


def plan_lines(plan: StylePlan, limit: int | None) -> Iterator[Line]:
    """The whole plan: heading, changes, what stays undone and why, and always a summary."""
    yield heading(plan)
    if not plan.basis.options.refresh:
        yield "  S3 was not listed; this goes by what it held after the last push or pull."
    for action in Action:
        changes = [change for change in plan.changes if change.action is action]
        yield from _listed(changes, limit, change_line, _PLURALS[action])
    yield from attention_lines(plan, limit)
    if not plan.basis.keeps:
        yield Styled(f"  {TRASH_IS_OFF}", "red")
    yield f"  {summary(plan)}"


def heading(plan: StylePlan) -> Line:
    """`16: folder -> S3, s3://bucket/styles/16/`."""
    way = f"{_SOURCES[plan.basis.verb]} -> {_TARGETS[plan.to]}"
    return Styled(f"{shown(plan.style)}: {way}, {shown(plan.basis.remote)}", "bold")


def change_line(change: Change) -> Line:
    """`+ a.jpg (57.3 KB)`, `~ a.txt (57 B -> 61 B)`, `- old.jpg (57.3 KB)`."""
    before, after = change.before, change.after
    sizes = " -> ".join(size(content.size) for content in (before, after) if content is not None)
    reason = why(change)
    text = f"  {change.action.glyph} {shown(change.path)} ({sizes})"
    return Styled(f"{text}: {reason}" if reason else text, _STYLES[change.action])


def attention_lines(plan: StylePlan, limit: int | None) -> Iterator[Line]:
    """What the plan does not do, and why."""
    if plan.withheld:
        count = many(len(plan.withheld), "deletion")
        which = "it" if len(plan.withheld) == 1 else "them"
        yield f"  {count} withheld; add --delete to make {which}: {names(plan.withheld)}"
    if plan.taken_in:
        yield (
            f"  {many(len(plan.taken_in), 'file')} changed by others, and left as they have it; "
            f"“manifest-sync pull” follows: {names(plan.taken_in)}"
        )
    yield from _listed(
        plan.conflicts, limit, lambda conflict: _conflict(conflict, plan), "conflicts"
    )
    if plan.conflicts and plan.publication is not None:
        yield (
            f"  The manifest on S3 was {last_published(plan.publication)}; others may have "
            "changed these files before."
        )
    if plan.conflicts:
        yield (
            "  Nothing is done about a conflict. To choose, add --take local PATH or "
            f"--take s3 PATH; with --overwrite {_WINNERS[plan.basis.verb]} wins every one."
        )
    yield from _listed(plan.problems, limit, problem_line, "problems")
    yield from _listed(plan.notices, limit, _notice_line, "notices")
    if plan.unrecorded:
        differ = "differs" if len(plan.unrecorded) == 1 else "differ"
        yield (
            f"  {many(len(plan.unrecorded), 'file')} of the folder {differ} from the manifest, "
            f"which is what counts here; “manifest-sync record {shown(plan.style)}” brings it up "
            f"to date: {names(plan.unrecorded)}"
        )
    yield from map(_refusal_line, plan.refusals)


def summary(plan: StylePlan) -> str:
    """`2 to create, 1 to update, 0 to delete, 12 unchanged; 205.1 KB to send`."""
    figures = plan.summary
    parts = [
        f"{figures.create:,} to create",
        f"{figures.update:,} to update",
        f"{figures.delete:,} to delete",
        f"{figures.unchanged:,} unchanged",
    ]
    if figures.withheld:
        parts.append(f"{figures.withheld:,} withheld")
    if plan.conflicts:
        parts.append(many(len(plan.conflicts), "conflict"))
    if plan.problems:
        parts.append(many(len(plan.problems), "problem"))
    if plan.refusals:
        parts.append("refused")
    travel = "send" if plan.to is Side.S3 else "fetch"
    said = f"{', '.join(parts)}; {size(figures.bytes)} to {travel}"
    return f"{said}, {size(figures.copied_bytes)} copied" if figures.copied_bytes else said


def problem_line(problem: Problem) -> Line:
    """`! a.jpg: permission denied`."""
    where = shown(problem.path) or f"the whole {_TARGETS[problem.side]}"
    return Styled(f"  ! {where}: {shown(problem.message)}", "red")


def refused_because(refusals: Sequence[Refusal]) -> str:
    """Why a plan is refused, and what would allow it; one sentence for all its refusals."""
    whys = "; ".join(shown(refusal.message) for refusal in refusals)
    flags = " ".join(shown(refusal.flag) for refusal in refusals)
    return f"Refused, nothing was done: {whys}. If that is meant, add {flags}"


def names(paths: Sequence[str]) -> str:
    """The first few paths, and how many more there are."""
    some = ", ".join(shown(path) for path in paths[:_NAMED])
    rest = len(paths) - _NAMED
    return f"{some} and {rest:,} more" if rest > 0 else some


def _refusal_line(refusal: Refusal) -> Line:
    text = f"  refused: {shown(refusal.message)}; if that is meant, add {shown(refusal.flag)}"
    return Styled(text, "red")


def _notice_line(notice: Problem) -> Line:
    return f"  note: {shown(notice.path)}: {shown(notice.message)}"


def _conflict(conflict: Conflict, plan: StylePlan) -> Line:
    """The path, and what each side has of it."""
    held = {
        _SOURCES[plan.basis.verb]: conflict.desired,
        _TARGETS[plan.to]: conflict.target,
        "last in common": conflict.base,
    }
    if conflict.published not in (None, *held.values()):
        # Announced, and its object has not arrived, or was replaced behind the manifest.
        held["published"] = conflict.published
    sides = "; ".join(f"{side}: {_content(content)}" for side, content in held.items())
    return Styled(f"  ! {shown(conflict.path)}: changed on both sides ({sides})", "magenta")


def _content(content: Content | None) -> str:
    return "absent" if content is None else f"{size(content.size)}, md5 {content.md5}"


def _listed(
    items: Sequence[_Item], limit: int | None, line: Callable[[_Item], Line], what: str
) -> Iterator[Line]:
    """The first items, and a count of the rest."""
    chosen: Iterable[_Item] = items if limit is None else items[:limit]
    for item in chosen:
        yield line(item)
    if limit is not None and len(items) > limit:
        yield f"  … and {len(items) - limit:,} more {what} (--all lists them)"
