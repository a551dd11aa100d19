"""`manifest-sync doctor`."""

from manifest_sync.cli.command import command
from manifest_sync.cli.options import Common, Connection, StyleNames
from manifest_sync.cli.session import session
from manifest_sync.cli.text_doctor import doctor_lines
from manifest_sync.core.diagnosis import Diagnosis, findings, is_usable
from manifest_sync.core.exits import Exit
from manifest_sync.core.policy import smallest_policy
from manifest_sync.formats.document_doctor import BucketExamined, DoctorDocument


@command
def doctor(styles: StyleNames = None, *, common: Common, connection: Connection) -> Exit:
    """Examine what the endpoint, the buckets and the credentials can do.

    Tells who asks whom, what is permitted, what the endpoint enforces, and what that means for
    pushes and for undoing them. Everything is tried out anew, below the trash prefix; nothing
    stays there. No secret is shown. Exit status: 0 where all can be used, 1 where not.

        manifest-sync doctor     the buckets of every style
        manifest-sync doctor 16  the bucket of one style
    """
    with session(common, connection) as opened:
        chosen = opened.styles(styles).sound()
        with opened.progress.shown():
            examined = [_examined(each) for each in opened.workspace.examine(chosen)]
        usable = all(each.usable for each in examined)
        if not opened.screen.as_json:
            for each in examined:
                opened.screen.show(*doctor_lines(each))
        document = DoctorDocument("manifest-sync/doctor", 1, usable, tuple(examined))
        opened.screen.document(document)
    return Exit.DONE if usable else Exit.ERROR


def _examined(diagnosis: Diagnosis) -> BucketExamined:
    found, abilities = findings(diagnosis), diagnosis.abilities
    prefixes = [place.prefix for place in diagnosis.places]
    return BucketExamined(
        bucket=diagnosis.bucket,
        usable=is_usable(found),
        identity=diagnosis.identity,
        places=diagnosis.places,
        abilities=abilities,
        unguarded=abilities.unguarded if abilities is not None else None,
        findings=found,
        policy=smallest_policy(diagnosis.bucket, prefixes, diagnosis.trash_prefix)
        if diagnosis.lacks_permissions
        else None,
    )
