"""Recording a style: bringing its manifest up to its folder."""

import msgspec

from manifest_sync.core.record import record
from manifest_sync.core.settle import settle_record
from manifest_sync.state import memories
from manifest_sync.workspace.observing import Observer
from manifest_sync.workspace.remembering import After, remember_in_step
from manifest_sync.workspace.runs import Recorded
from manifest_sync.workspace.styles import Style


def record_style(observer: Observer, style: Style, *, check: bool) -> Recorded:
    """Write the manifest that the folder says; with `check` only say what would change."""
    site, watch = observer.site(style)
    observation = observer.observe(style, site, watch, with_bucket=False, moved_only=True)
    survey = observation.survey
    before = style.manifest.lines
    after = record(survey.scope, survey.folder, before, survey.memory)
    if not check:
        manifest_md5 = style.write(style.manifest.with_lines(after, style.manifest.etags))
        moved = settle_record(msgspec.structs.replace(survey, lines=after))
        resources = observer.resources
        memories.fold(resources.state, resources.known(style).id, moved)
        if manifest_md5 is not None:
            remember_in_step(resources, style, observation, After(after, moved, manifest_md5))
    kept = before.keys() & after.keys()
    changed = tuple(sorted(path for path in kept if before[path] != after[path]))
    return Recorded(
        style=style,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=changed,
        removed=tuple(sorted(before.keys() - after.keys())),
        unchanged=len(kept) - len(changed),
        hashed=watch.tally.cost().hashed,
        problems=survey.folder.problems,
    )
