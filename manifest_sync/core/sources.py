"""Where the bytes of a change come from; none is made up, and none is read after it is gone."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Listing, Shadow
from manifest_sync.core.plan import Source
from manifest_sync.core.restore import KeptSource
from manifest_sync.core.survey import Survey

NONE_KEPT: Mapping[Content, KeptSource] = MappingProxyType({})


class SourceFinder:
    """Finds the bytes of one plan's changes.

    The side that stays as it is can be read at any of its paths. The side that changes can be
    read only where the plan puts nothing: its deletions come after everything else, so a path
    that is about to go is still a source (a renamed folder is copied within S3).
    """

    def __init__(
        self,
        survey: Survey,
        to: Side,
        written: Iterable[str],
        going: Iterable[str],
        kept: Mapping[Content, KeptSource] = NONE_KEPT,
    ) -> None:
        """`written` are the paths that get new content, `going` those that are to be deleted.

        `kept` is where contents are that no side holds any more.
        """
        self._kept = kept
        self._to = to
        self._giver = survey.side(to.other)
        self._taker = survey.side(to)
        self._written = frozenset(written)
        self._going = tuple(going)
        self._shadow = Shadow(survey.problems)
        self._by_content: dict[Side, dict[Content, str]] = {}
        self._moving = self._index(self._taker, self._going) if to is Side.S3 else {}

    def source(self, path: str, content: Content, *, is_new: bool) -> Source | None:
        """A place that holds the content; None where there is none in the style."""
        if is_new and (origin := self._moving.get(content)) is not None:
            return self._at(self._taker, origin)
        if self._giver.content(path) == content:
            return self._at(self._giver, path)
        for listing in (self._taker, self._giver):
            if (origin := self._elsewhere(listing).get(content)) is not None:
                return self._at(listing, origin)
        return self._kept.get(content)

    def _elsewhere(self, listing: Listing) -> dict[Content, str]:
        """Content → a path of that side which this plan does not write; built when first asked."""
        if listing.side not in self._by_content:
            written = self._written if listing.side is self._to else frozenset[str]()
            self._by_content[listing.side] = self._index(listing, listing.entries.keys() - written)
        return self._by_content[listing.side]

    def _index(self, listing: Listing, paths: Iterable[str]) -> dict[Content, str]:
        """Content → the first of the given paths that holds it, and that no problem covers."""
        found: dict[Content, str] = {}
        for path in sorted(paths):
            entry = listing.entries.get(path)
            if entry is not None and not self._shadow.over(path):
                found.setdefault(entry.content, path)
        return found

    @staticmethod
    def _at(listing: Listing, path: str) -> Source:
        return Source(listing.side, path, listing.entries[path].stamp)
