"""Explaining one path: gathering every fact that the workspace has of it."""

from collections.abc import Callable
from contextlib import suppress

from manifest_sync.core.errors import StoreError
from manifest_sync.core.explain import (
    CachedDigest,
    Explanation,
    Knowledge,
    KnownFile,
    KnownObject,
    decisions,
    memory_of,
    problem_at,
    siblings,
)
from manifest_sync.core.scope_rule import scope_rule
from manifest_sync.core.stamps import ABSENT, FileStamp, ObjectStamp, Stamp
from manifest_sync.engine.site import Observation, Site
from manifest_sync.state.path_history import changes_of
from manifest_sync.stores.base import Store
from manifest_sync.workspace.resources import Resources
from manifest_sync.workspace.styles import Style


def explain_path(
    resources: Resources,
    style: Style,
    site: Site,
    path: str,
    look: Callable[[], Observation],
) -> Explanation:
    """Everything about one path of a style; `look` looks at both sides."""
    since = resources.cache.since(style.name, path)  # before looking writes down what it reads
    observation = look()
    survey = observation.survey
    file, cached = survey.folder.entries.get(path), site.digests.get(path)
    published, scope = survey.published, scope_rule(survey.scope, path)
    here: Stamp = ABSENT
    there: Stamp = ABSENT
    if not scope.in_scope:
        here, there = _state(site.folder, path), _state(site.bucket, path)
    return Explanation(
        path=path,
        scope=scope,
        problem=problem_at(survey, path),
        siblings=tuple(siblings(survey, path)),
        file=KnownFile(file.content, file.stamp)
        if file is not None and isinstance(file.stamp, FileStamp)
        else None,
        cached=CachedDigest(
            md5=cached.md5,
            xxh3=cached.xxh3,
            stamp=cached.stamp,
            is_current=file is not None and file.stamp == cached.stamp,
            trusted=cached.trusted,
            since=since,
        )
        if cached is not None
        else None,
        line=survey.lines.get(path),
        line_etag=survey.manifest.etags.get(path),
        published=published.lines.get(path) if published is not None else None,
        is_published=published is not None,
        publication=survey.publication,
        object=_object(site, observation, path),
        memory=memory_of(survey, path),
        decisions=decisions(survey, path),
        history=tuple(changes_of(resources.state, resources.known(style).id, path)),
        unread_file=here if isinstance(here, FileStamp) else None,
        unread_object=there if isinstance(there, ObjectStamp) else None,
    )


def _state(store: Store, path: str) -> Stamp:
    """What is at a path that the listing leaves out; nothing where that cannot be told."""
    with suppress(StoreError):
        return store.stat(path)
    return ABSENT


def _object(site: Site, observation: Observation, path: str) -> KnownObject | None:
    """The object, and what a HEAD adds to the listing: its version, what is noted beside it."""
    entry = observation.survey.bucket.entries.get(path)
    if entry is None or not isinstance(entry.stamp, ObjectStamp):
        return None
    stamp, noted = entry.stamp, None
    with suppress(StoreError):  # the listing's facts stand, where it may not be asked
        noted = site.bucket.ask_md5(path, stamp)
        now = site.bucket.stat(path)
        if isinstance(now, ObjectStamp) and now.agrees_with(stamp):
            stamp = now
    return KnownObject(entry.content, stamp, _known_by(site, observation, path, stamp), noted)


def _known_by(site: Site, observation: Observation, path: str, stamp: ObjectStamp) -> Knowledge:
    """How the MD5 came to be known, in the order in which it was looked for."""
    if any(learnt == path for learnt, _, _ in observation.bucket.learned):
        return Knowledge.ASKED
    etag, _ = site.object_md5s.get(path, ("", ""))
    if etag == stamp.etag:
        return Knowledge.REMEMBERED
    told = site.bucket.told_md5(stamp)
    return Knowledge.ETAG if told is not None else Knowledge.MANIFEST
