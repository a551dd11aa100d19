"""What a push announces before it touches an object: the published lines (§5)."""

from collections.abc import Iterable, Mapping

import msgspec

from manifest_sync.core.content import Content
from manifest_sync.core.listing import Shadow
from manifest_sync.core.manifest import Manifest
from manifest_sync.core.plan import StylePlan
from manifest_sync.core.record import Lines, with_lines
from manifest_sync.core.survey import Survey, facts


def to_publish(survey: Survey, plan: StylePlan) -> Manifest:
    """The manifest that the team is to see once this plan is under way."""
    lines = lines_to_publish(survey, plan)
    published = survey.published
    known: Mapping[str, str] = published.etags if published is not None else {}
    before: Mapping[str, Content] = published.lines if published is not None else {}
    kept = {path: etag for path, etag in known.items() if lines.get(path) == before.get(path)}
    own = {
        path: etag
        for path, etag in survey.manifest.etags.items()
        if path in lines and lines[path] == survey.bucket.content(path)
    }
    merged = msgspec.structs.replace(survey.manifest, schema_uri=None)
    return merged.with_lines(lines, {**kept, **own})


def lines_to_publish(survey: Survey, plan: StylePlan) -> Lines:
    """The published lines of a push or an apply to S3, sorted by path.

    A change publishes what it brings, an agreement what is agreed on; whatever is left alone
    (taken in, withheld, in conflict, covered by a problem, outside the selection, unseen) keeps
    the line that is there. What is out of scope has none.
    """
    there: Lines = survey.published.lines if survey.published is not None else {}
    moved: dict[str, Content | None] = {
        path: None for path in _named(survey, there) if not survey.scope.holds(path)
    }
    changes = {change.path: change.after for change in plan.changes}
    shadow = Shadow(plan.problems)
    for case in facts(survey, plan.basis.verb, plan.to):
        if case.path in changes:
            said = changes[case.path]
        elif case.target == case.desired and not case.unseen and not shadow.over(case.path):
            said = case.desired
        else:
            continue
        if said != there.get(case.path):
            moved[case.path] = said
    return with_lines(there, moved)


def _named(survey: Survey, there: Lines) -> Iterable[str]:
    """The published lines that may be out of scope; what rests is in it."""
    if survey.resting:
        return [path for path in survey.memory if path in there]
    return there
