"""Folding in what an interrupted run had achieved, before anything is decided (§9, "Outcome").

A run that was killed leaves changes whose outcome nobody wrote down. What they did is found out
from the facts, so that a run's own half-done work is never a conflict, and every byte that it
replaced or deleted has its row in the history.
"""

from collections.abc import Iterable
from contextlib import suppress

import msgspec

from manifest_sync.core.content import Content, Side
from manifest_sync.core.errors import StoreError
from manifest_sync.core.listing import Shadow
from manifest_sync.core.manifest import MANIFEST_NAME
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.outcome import Status
from manifest_sync.core.stamps import AbsentStamp
from manifest_sync.core.survey import Survey
from manifest_sync.engine.inquiry import look_at
from manifest_sync.engine.site import Observation, Site
from manifest_sync.state import interrupted, memories
from manifest_sync.state.interrupted import Finding, Intent
from manifest_sync.stores.base import Store
from manifest_sync.stores.s3_lease import Lease
from manifest_sync.workspace.probing import known_abilities
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style
from manifest_sync.workspace.uploading import give_up_cut_off

_CUT_OFF = "the run was cut off before it was made"
_MIRRORING = ("push", "pull", "clone")
"""The commands that bring to one side what the other has."""


def fold_in(
    resources: Resources, style: Style, site: Site, observation: Observation
) -> Observation:
    """The observation as it is once interrupted runs are taken into account and tidied up after.

    Only for who holds the workspace's lock: a run that is at work has no outcomes yet either.
    """
    site.tidy()
    connection = resources.connection(style.remote.bucket)
    give_up_cut_off(resources.state, connection, resources.tell)
    known = resources.known(style)
    if not interrupted.any_cut_off(resources.state, known.id):
        return observation
    survey = observation.survey
    shadow = Shadow(survey.problems)
    findings = []
    intents = interrupted.intents(resources.state, known.id)
    shelves = {each.apply: memories.keep_under(resources.state, each.apply) for each in intents}
    for intent in intents:
        if intent.status is not None:
            findings.append(Finding(intent, intent.status))
        elif not shadow.over(intent.path):
            with suppress(StoreError):  # it stays as it is until it can be looked at
                findings.append(_find_out(intent, survey, site, shelves[intent.apply]))
    if any(intent.side is Side.S3 for intent in intents):
        _free_lease(resources, style)
    for shelf in shelves.values():
        resources.folder_store(style).trash.remove_leftovers(shelf)
    moved = _remembered(survey, findings)
    memories.fold(resources.state, known.id, moved)
    interrupted.close(resources.state, known.id, findings, resources.when())
    memory = {**survey.memory, **moved}
    return msgspec.structs.replace(
        observation, survey=msgspec.structs.replace(survey, memory=memory)
    )


def _free_lease(resources: Resources, style: Style) -> None:
    """Take back the right to publish, which a killed run may have had; else it expires.

    The next push does not, where that run has published already all that it is to publish.
    """
    remote = style.remote
    known = known_abilities(resources, remote.bucket)
    if known is None or not known.unguarded:
        return  # there are no leases where S3 itself sees to it
    connection = resources.connection(remote.bucket)
    connection.holder = resources.holder
    with suppress(StoreError):
        Lease(connection, remote.prefix + MANIFEST_NAME, lambda _kind, _count: None).take_back()


def _find_out(intent: Intent, survey: Survey, site: Site, keep_under: str) -> Finding:
    """What became of one change, as far as the facts tell. Raises StoreError."""
    store = site.folder if intent.side is Side.LOCAL else site.bucket
    now = _held(intent, survey, store)
    if now == intent.before:
        return Finding(intent, Status.SKIPPED, error=_CUT_OFF)
    holds = now == intent.after
    if intent.before is None:
        return Finding(intent, Status.DONE if holds else Status.MOVED)
    stamp = intent.precondition
    if stamp is None or isinstance(stamp, AbsentStamp):
        return Finding(intent, Status.ALREADY if holds else Status.MOVED)
    # Where the run kept what it was to take away tells its own work from somebody else's, as far
    # as its result still holds: it may have been killed between the two, and others come after.
    kept_at = store.kept_at(intent.path, stamp, keep_under)
    if not holds:
        return Finding(intent, Status.MOVED, kept_at)
    done = kept_at is not None or not store.keeps
    return Finding(intent, Status.DONE if done else Status.ALREADY, kept_at)


def _held(intent: Intent, survey: Survey, store: Store) -> Content | None:
    """What is there now. What `remove` takes away is out of scope, and in no listing."""
    if survey.scope.holds(intent.path):
        return survey.side(intent.side).content(intent.path)
    found = look_at(store, intent.path)
    return found.content if found is not None else None


def _remembered(survey: Survey, findings: Iterable[Finding]) -> dict[str, Memory]:
    """The memories that the interrupted runs would have moved.

    What was achieved, folder and S3 had in common; what is published and was to be brought, this
    folder has announced itself, whether its object had arrived or not.
    """
    said = survey.published.lines if survey.published is not None else {}
    moved: dict[str, Memory] = {}
    for finding in findings:
        intent = finding.intent
        if not survey.scope.holds(intent.path) or not _came_from_the_other_side(intent, survey):
            continue
        before = moved.get(intent.path, survey.memory.get(intent.path, BLANK))
        after = before
        if finding.status.holds:
            after = msgspec.structs.replace(after, base=intent.after)
        announced = intent.side is Side.S3 or finding.status.holds
        if survey.published is not None and announced and said.get(intent.path) == intent.after:
            after = msgspec.structs.replace(after, seen=intent.after)
        if after != before:
            moved[intent.path] = after
    return moved


def _came_from_the_other_side(intent: Intent, survey: Survey) -> bool:
    """Whether what a change was to bring was on the other side.

    push and pull bring nothing else. What is restored, or applied from the manifest's lines, may
    have come from a kept copy: then only what is there now tells.
    """
    if intent.command in _MIRRORING:
        return True
    return survey.side(intent.side.other).content(intent.path) == intent.after
