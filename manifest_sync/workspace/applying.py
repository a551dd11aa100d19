"""Applying a plan: journal, act, settle, and write down what the style became."""

from collections.abc import Callable, Sequence

from manifest_sync import __version__
from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import Overtaken, Refused, StoreError, Transient
from manifest_sync.core.manifest import MANIFEST_NAME, Manifest
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.publication import Publication
from manifest_sync.core.publishing import to_publish
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.safety import refused_because
from manifest_sync.core.scope import Role
from manifest_sync.core.settle import Settlement, settle
from manifest_sync.core.stamps import ObjectStamp
from manifest_sync.core.statistics import count
from manifest_sync.core.survey import Survey
from manifest_sync.engine.apply import Notebook, apply_plan
from manifest_sync.engine.publishing import UNPUBLISHED, Published, publish
from manifest_sync.engine.transfer import Sides
from manifest_sync.formats.plan_json import render_plan
from manifest_sync.state import journal, memories
from manifest_sync.state.cache import Digest
from manifest_sync.state.headers import agree_on
from manifest_sync.state.journal import Replaced
from manifest_sync.workspace.manifest_file import fingerprint
from manifest_sync.workspace.remembering import After, remember_in_step
from manifest_sync.workspace.resources import Resources, myself
from manifest_sync.workspace.runs import Applied, Planned

Settle = Callable[[Survey, Verb, Sequence[Outcome], Manifest | None], Settlement]
"""Works out what is written down after a run; `settle` is the rule."""


def apply_planned(
    resources: Resources, planned: Planned, command: str, *, settled: Settle = settle
) -> Applied:
    """Make the plan's changes and fold what happened into memory, lines and history.

    Raises Refused, with nothing written, where the plan is not to be applied as it stands.
    """
    plan, style = planned.plan, planned.style
    if plan.refusals:
        raise Refused(refused_because(plan.refusals))
    made: tuple[Outcome, ...] = ()
    apply, published = None, planned.observation.published
    if plan.changes:
        apply = journal.begin(
            resources.state,
            resources.known(style).id,
            plan.changes,
            command=command,
            side=plan.to,
            plan=fingerprint(render_plan([plan])),
            when=resources.when(),
            who=myself(),
        )
        if plan.to is Side.S3:
            published = _publish(resources, planned, apply)
        made = _make(resources, planned, apply)
    outcomes = (*planned.already, *made)
    _settle(resources, planned, outcomes, published, settled)
    statistics = count(outcomes, plan.summary.unchanged, planned.watch.tally.cost())
    if apply is not None:
        journal.end(resources.state, apply, statistics, resources.when())
    return Applied(style, plan, outcomes, statistics)


def _publish(resources: Resources, planned: Planned, apply: int) -> Published:
    """Announce what the plan brings, before any object is touched.

    Raises Overtaken or StoreError; then no object was touched.
    """
    site, before = planned.site, planned.observation.published

    def begin(content: Content) -> None:
        if before.content is not None:
            replaced = Replaced(MANIFEST_NAME, before.content, content, before.stamp)
            journal.begin_to_publish(resources.state, apply, replaced)

    manifest = to_publish(planned.observation.survey, planned.plan)
    try:
        with planned.watch.pace.reaching():
            published, kept_at = publish(
                site.bucket,
                manifest,
                before,
                by=_publication(resources),
                keep_under=memories.keep_under(resources.state, apply),
                now_ns=site.now_ns(),
                begin=begin,
            )
    except Transient:  # It may have been published: the next run finds out, as after a kill.
        raise
    except (Overtaken, StoreError):
        journal.withdraw(resources.state, apply)
        raise
    journal.note_published(resources.state, apply, kept_at, resources.when())
    resources.remember_published(planned.style, published)
    return published


def _publication(resources: Resources) -> Publication:
    who = myself()
    return Publication(resources.when(), who.user, who.host, __version__)


def _make(resources: Resources, planned: Planned, apply: int) -> tuple[Outcome, ...]:
    """Act, with the journal at hand."""
    site, style, scope = planned.site, planned.style, planned.observation.survey.scope

    def outcomes(batch: Sequence[tuple[int, Outcome]]) -> None:
        journal.note_outcomes(resources.state, apply, batch, resources.when())

    def digests(batch: Sequence[tuple[str, Digest]]) -> None:
        resources.cache.remember(style.name, batch)

    return apply_plan(
        planned.plan,
        Sides(
            folder=site.folder,
            bucket=site.bucket,
            digests=planned.observation.folder.digests,
            keep_under=memories.keep_under(resources.state, apply),
        ),
        Notebook(outcomes, digests),
        lambda path: scope.role(path) is Role.CAPTION,
        planned.watch,
    )


def _settle(
    resources: Resources,
    planned: Planned,
    outcomes: Sequence[Outcome],
    published: Published,
    settled: Settle,
) -> None:
    """Write down what the workspace remembers now, and what the manifest becomes."""
    style, survey, verb = planned.style, planned.observation.survey, planned.plan.basis.verb
    manifest_md5: str | None = style.manifest_md5
    settlement = settled(survey, verb, outcomes, published.manifest)
    known = resources.known(style)
    # The manifest first: a memory without its line would make `record` think the line was moved
    # by somebody else, a line without its memory only asks again.
    if verb is not Verb.APPLY:
        manifest = survey.manifest.with_lines(settlement.lines, settlement.etags)
        # What was just published is spelt as we spell manifests; what was read, as anybody does.
        is_ours = published is not planned.observation.published
        manifest_md5 = style.write(manifest, published if is_ours else UNPUBLISHED)
        if published.manifest is not None:
            agree_on(resources.state, known.id, published.manifest.header)
    memories.fold(resources.state, known.id, settlement.moved)
    resources.cache.remember_objects(style.manifest.remote, _opaque(outcomes))
    if manifest_md5 is not None:
        lines = survey.manifest.lines if verb is Verb.APPLY else settlement.lines
        after = After(lines, settlement.moved, manifest_md5, outcomes, published)
        remember_in_step(resources, style, planned.observation, after)


def _opaque(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str]]:
    """(path, ETag, MD5) of the objects just written whose ETag is not their MD5."""
    return [
        (outcome.change.path, outcome.stamp.etag, outcome.change.after.md5)
        for outcome in outcomes
        if outcome.change.side is Side.S3
        and isinstance(outcome.stamp, ObjectStamp)
        and outcome.change.after is not None
        and outcome.stamp.etag != outcome.change.after.md5
    ]
