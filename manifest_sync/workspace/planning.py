"""Making plans: for push, pull and apply, for `remove`, and from a saved file."""

from collections.abc import Mapping, Sequence

import msgspec

from manifest_sync import __version__
from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import UsageProblem
from manifest_sync.core.freshness import to_search
from manifest_sync.core.in_step import NONE_IN_STEP
from manifest_sync.core.paths import shown
from manifest_sync.core.plan import Basis, Options, StylePlan
from manifest_sync.core.planning import NOT_SEARCHED, Kept, lacking, make_plan
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.removal import removal
from manifest_sync.core.selection import Selection
from manifest_sync.engine.kept_sources import KeptFinder
from manifest_sync.engine.site import Observation, Site
from manifest_sync.state import history
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.probing import unguarded
from manifest_sync.workspace.removing import objects_to_remove
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.runs import Planned
from manifest_sync.workspace.saved_plans import left_to_do
from manifest_sync.workspace.styles import Style


def plan_style(
    observer: Observer,
    style: Style,
    *,
    verb: Verb,
    to: Side,
    options: Options,
    selection: Selection,
) -> Planned:
    """What the command would do to one side."""
    site, watch = observer.site(style)
    options = _limited(observer.resources, options)
    selection = msgspec.structs.replace(selection, only=options.only)
    _check_remembered(style, site, options)
    observation = observer.observe(
        style,
        site,
        watch,
        recorded=verb is not Verb.APPLY,
        selection=selection,
        moved_only=_only_what_moved(site, to),
        refresh=options.refresh,
    )
    _check_scope(site, observation, options)
    basis = _basis(observer.resources, style, site, verb=verb, to=to, options=options)
    plan = make_plan(observation.survey, to, basis, style.name)
    if wanted := lacking(observation.survey, plan):
        kept = _search(observer.resources, style, site, wanted, to)
        plan = make_plan(observation.survey, to, basis, style.name, kept)

    def again() -> Planned:
        return plan_style(observer, style, verb=verb, to=to, options=options, selection=selection)

    return Planned(style, plan, observation, site, watch, again)


def renew_plan(observer: Observer, style: Style, plan: StylePlan) -> Planned:
    """What is left to do of a saved plan of this style. Raises StalePlan, naming what moved."""
    site, watch = observer.site(style)
    selection = Selection(only=plan.basis.options.only)
    _check_remembered(style, site, plan.basis.options)
    observation = observer.observe(
        style,
        site,
        watch,
        recorded=plan.basis.verb is not Verb.APPLY,
        selection=selection,
        moved_only=_only_what_moved(site, plan.to),
        refresh=plan.basis.options.refresh,
    )
    _check_scope(site, observation, plan.basis.options)
    wanted = to_search(plan, observation.survey)
    kept = _search(observer.resources, style, site, wanted, plan.to)
    keeps = observer.resources.keeps
    left, already = left_to_do(plan, style, observation.survey, kept, keeps=keeps)

    def again() -> Planned:
        # Somebody else was first: what was remembered is no longer so.
        options = msgspec.structs.replace(plan.basis.options, refresh=True)
        basis = msgspec.structs.replace(plan.basis, options=options)
        return renew_plan(observer, style, msgspec.structs.replace(plan, basis=basis))

    return Planned(style, left, observation, site, watch, again, already=already)


def plan_removal(
    observer: Observer, style: Style, paths: Sequence[str], *, captions: bool
) -> Planned:
    """What takes objects off S3 and adds them to `ignore`.

    Raises UsageProblem where one of them is not on S3.
    """
    site, watch = observer.site(style)
    observation = observer.observe(style, site, watch)
    survey = observation.survey
    objects = objects_to_remove(survey, site.bucket, paths, captions=captions)
    basis = _basis(
        observer.resources,
        style,
        site,
        verb=Verb.PUSH,
        to=Side.S3,
        options=Options(delete=True),
    )
    survey, plan = removal(survey, objects, basis, style.name)
    observation = msgspec.structs.replace(observation, survey=survey)

    def again() -> Planned:
        return plan_removal(observer, style, paths, captions=captions)

    return Planned(style, plan, observation, site, watch, again)


def _only_what_moved(site: Site, to: Side) -> bool:
    """Whether what is in step may rest.

    The first push to publish anything announces every file that both sides have.
    """
    return to is Side.LOCAL or bool(site.in_step.circumstances.published)


def _check_remembered(style: Style, site: Site, options: Options) -> None:
    """Raise UsageProblem where S3 is not to be listed and nothing is remembered of it."""
    if not options.refresh and site.in_step is NONE_IN_STEP:
        raise UsageProblem(
            f"Nothing is remembered of {shown(style.manifest.remote)}, so it has to be listed: "
            "push or pull once, and leave --no-refresh out until then."
        )


def _check_scope(site: Site, observation: Observation, options: Options) -> None:
    """Raise UsageProblem where S3 is not listed, and what is remembered is of another scope.

    Only files of the style are remembered: of one that was ignored it is not known whether S3
    holds it.
    """
    header = observation.survey.manifest.header
    if not options.refresh and header != site.in_step.circumstances.header:
        raise UsageProblem(
            f"Which files belong to “{shown(site.manifest.style)}” has changed since "
            f"{shown(site.manifest.remote)} was last listed, so it has to be listed again: leave "
            "--no-refresh out."
        )


def _search(
    resources: Resources, style: Style, site: Site, wanted: Mapping[str, Content], to: Side
) -> Kept:
    """Where contents are kept that neither side holds; costs nothing where none is wanted."""
    if not wanted:
        return NOT_SEARCHED
    finder = KeptFinder(site, history.deletions(resources.state, None), resources.endpoint(style))
    return finder.find(wanted, to)


def _basis(
    resources: Resources, style: Style, site: Site, *, verb: Verb, to: Side, options: Options
) -> Basis:
    return Basis(
        verb=verb,
        manifest=style.manifest_md5,
        serial=site.serial,
        remote=style.manifest.remote,
        endpoint=resources.endpoint(style),
        options=options,
        tool=__version__,
        made_at=resources.when(),
        keeps=resources.keeps,
        unguarded=unguarded(resources, style.remote.bucket, to),
    )


def _limited(resources: Resources, options: Options) -> Options:
    """The options with the configuration's limit of deletions, where they have none."""
    limit = resources.config.max_delete
    if limit is None or options.max_delete is not None:
        return options
    return msgspec.structs.replace(options, max_delete=str(limit))
