"""Everything about one path, as text."""

from collections.abc import Iterator
from datetime import UTC, datetime

from manifest_sync.cli.output import Line, Styled
from manifest_sync.cli.text_publication import last_published
from manifest_sync.cli.text_rule import decision_text
from manifest_sync.core.amounts import size
from manifest_sync.core.content import Content, Side
from manifest_sync.core.explain import Explanation, Knowledge, Sibling
from manifest_sync.core.outcome import Status
from manifest_sync.core.path_history import PathChange
from manifest_sync.core.paths import shown
from manifest_sync.core.reconcile import Verb
from manifest_sync.core.scope_rule import ScopeRule, Why
from manifest_sync.workspace.runs import Explained

_WIDTH = 22
"""Columns of what stands before a fact."""

_SCOPE = {
    Why.MANIFEST: "a manifest describes the files of a style, and is none of them",
    Why.HIDDEN: "it is hidden, or in a hidden folder",
    Why.NESTED: "it is in the folder of another style, {style}, which has its own manifest",
    Why.DERIVED: "trainers and sync tools write files of this name; `include` would bring it in",
    Why.OTHER_SUFFIX: "neither an image nor a caption; `include` would bring it in",
    Why.IGNORED: "the manifest's `ignore` names it: {pattern}",
    Why.SUFFIX: "an {role} by its suffix",
    Why.INCLUDED: "the manifest's `include` names it: {pattern}",
}
_KNOWN = {
    Knowledge.ETAG: "the ETag is the MD5",
    Knowledge.REMEMBERED: "the MD5 was found out before, and is remembered for this ETag",
    Knowledge.MANIFEST: "the manifest's line names this ETag",
    Knowledge.ASKED: "the MD5 was found out just now: the ETag does not tell it",
}


def explain_lines(explained: Explained) -> Iterator[Line]:
    """One fact a line, from what the file is to what would become of it."""
    style, known = explained.style, explained.explanation
    yield Styled(f"{shown(known.path)} of style {shown(style.id)} ({shown(style.name)})", "bold")
    yield _line("scope", _scope(known.scope))
    if known.problem is not None:
        where = f" (at {shown(known.problem.path)})" if known.problem.path != known.path else ""
        yield Styled(str(_line("problem", shown(known.problem.message) + where)), "red")
    for sibling in known.siblings:
        yield _line(f"its {sibling.role}", _sibling(sibling))
    yield from _facts(explained)
    for decision in known.decisions:
        command = decision.command.value
        if decision.command is Verb.APPLY:
            command += f" --to {decision.to}"
        yield _line(command, decision_text(decision, known))
    for change in known.history:
        yield _line("history", _change(change))


def _facts(explained: Explained) -> Iterator[Line]:
    """What each place holds."""
    known = explained.explanation
    yield _line("folder", _file(known))
    yield _line("cache", _cached(known))
    etag = f", ETag {shown(known.line_etag)}" if known.line_etag is not None else ""
    yield _line("manifest", "no line" if known.line is None else _content(known.line) + etag)
    yield _line("S3", _object(known))
    yield _line("", shown(str(explained.style.remote) + known.path))
    if known.is_published:
        said = _or_absent(known.published, "no line")
        when = known.publication
        yield _line(
            "published manifest", said if when is None else f"{said}, {last_published(when)}"
        )
    else:
        yield _line("published manifest", "none is published")
    yield _line("remembered", "what this workspace last saw equal:")
    yield _line("  recorded", _or_absent(known.memory.recorded) + " (folder and manifest)")
    yield _line("  base", _or_absent(known.memory.base) + " (folder and S3)")
    yield _line("  seen", _or_absent(known.memory.seen) + " (folder and published manifest)")


def _file(known: Explanation) -> str:
    stamp = known.unread_file if known.file is None else known.file.stamp
    if stamp is None:
        return "nothing"
    what = (
        _content(known.file.content) if known.file is not None else f"{size(stamp.size)}, not read"
    )
    return (
        f"{what}, modified {_time(stamp.mtime_ns)}, changed {_time(stamp.ctime_ns)}, "
        f"inode {stamp.inode}"
    )


def _line(name: str, text: str) -> str:
    return f"  {name:<{_WIDTH}}{text}"


def _scope(rule: ScopeRule) -> str:
    said = _SCOPE[rule.why].format(
        role=rule.role, pattern=shown(rule.pattern or ""), style=shown(rule.style or "")
    )
    said = said.replace("an caption", "a caption")
    return f"in scope: {said}" if rule.in_scope else f"out of scope: {said}"


def _sibling(sibling: Sibling) -> str:
    places = [name for name, here in (("folder", sibling.local), ("S3", sibling.s3)) if here]
    return f"{shown(sibling.path)} ({' and '.join(places)})"


def _cached(known: Explanation) -> str:
    cached = known.cached
    if cached is None:
        return "nothing was known before this run"
    when = "" if cached.since is None else f" since {_time(cached.since * 1_000_000_000)}"
    said = f"known{when}: md5 {cached.md5}, xxh3 {cached.xxh3}, of "
    if not cached.is_current:
        state = f"{size(cached.stamp.size)}, modified {_time(cached.stamp.mtime_ns)}"
        return f"{said}an earlier state ({state}), so the file was read again"
    if not cached.trusted:
        return f"{said}this state, but hashed within 2 s of a change, so the file was read again"
    return f"{said}this very state, so the file was not read"


def _object(known: Explanation) -> str:
    there, unread = known.object, known.unread_object
    if there is None:
        return "nothing" if unread is None else f"{size(unread.size)}, ETag {shown(unread.etag)}"
    version = there.stamp.version_id
    parts = [_content(there.content), f"ETag {shown(there.stamp.etag)}"]
    parts += [f"version {shown(version)}"] if version is not None else []
    parts.append(_KNOWN[there.known_by])
    if there.noted not in (None, there.content.md5):
        parts.append(f"but its metadata says md5 {there.noted}")
    return ", ".join(parts)


def _change(change: PathChange) -> str:
    """`@3.1  2026-11-21 15:20:11  push: update on S3 (57 B, md5 … -> …)`."""
    where = "on S3" if change.side is Side.S3 else "in the folder"
    status = change.status.value if change.status is not None else "cut off"
    done = "" if change.status is Status.DONE else f", {status}"
    kept = f", kept at {shown(change.kept_at)}" if change.kept_at is not None else ""
    error = f": {shown(change.error)}" if change.error is not None else ""
    when = datetime.fromisoformat(change.when).astimezone()
    return (
        f"{change.id}  {when:%Y-%m-%d %H:%M:%S}  {change.command}: {change.action} {where}"
        f"{done}{error}{kept}  ({shown(change.user)} on {shown(change.host)})"
    )


def _content(content: Content) -> str:
    return f"{size(content.size)}, md5 {content.md5}"


def _or_absent(content: Content | None, absent: str = "nothing") -> str:
    return absent if content is None else _content(content)


def _time(nanoseconds: int) -> str:
    when = datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC).astimezone()
    return f"{when:%Y-%m-%d %H:%M:%S}"
