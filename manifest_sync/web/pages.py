"""Making HTML: the templates, and what every one of them can say."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from manifest_sync import __version__
from manifest_sync.core.amounts import many, size
from manifest_sync.core.paths import shown
from manifest_sync.web.words import BADGES

KIND = "text/html; charset=utf-8"


def make_templates() -> Environment:
    """The templates. Whatever is put into them is escaped: names come from anywhere."""
    made = Environment(
        loader=PackageLoader("manifest_sync.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"shown": shown, "size": size, "many": many, "when": _when}
    made.globals |= {"BADGES": BADGES, "version": __version__}
    return made


def _when(stamp: str) -> str:
    """`2026-03-14 09:26 UTC` of an RFC 3339 time in UTC."""
    return f"{stamp[:10]} {stamp[11:16]} UTC"
