"""What the commands come to: values that the command line and the page show."""

from collections.abc import Callable

import msgspec

from manifest_sync.core.compare import Comparison
from manifest_sync.core.errors import ManifestSyncError
from manifest_sync.core.explain import Explanation
from manifest_sync.core.listing import Listing, Problem
from manifest_sync.core.outcome import Outcome
from manifest_sync.core.plan import StylePlan
from manifest_sync.core.statistics import Cost, Statistics
from manifest_sync.core.status import Standing
from manifest_sync.engine.site import Observation, Site
from manifest_sync.engine.verify import SideVerified
from manifest_sync.engine.watch import Watch
from manifest_sync.workspace.styles import Style


class Failed(msgspec.Struct, frozen=True):
    """A style that could not be looked at or worked on; the others go on."""

    style: str
    """Its id; its folder, where the manifest cannot be read."""
    error: ManifestSyncError
    plan: StylePlan | None = None
    """What was to be done, where that was known."""


class Recorded(msgspec.Struct, frozen=True):
    """How `record` changed, or would change, one manifest."""

    style: Style
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    hashed: int
    problems: tuple[Problem, ...]

    @property
    def is_up_to_date(self) -> bool:
        """Whether the manifest said all of this already."""
        return not (self.added or self.changed or self.removed)


class Stands(msgspec.Struct, frozen=True):
    """How one style stands."""

    style: Style
    standing: Standing
    statistics: Statistics


class Compared(msgspec.Struct, frozen=True):
    """One style's folder against S3, with the facts behind it."""

    style: Style
    comparison: Comparison
    folder: Listing
    bucket: Listing
    problems: tuple[Problem, ...]


class Verified(msgspec.Struct, frozen=True):
    """What was read again of one style, and what was wrong with it."""

    style: Style
    sides: tuple[SideVerified, ...]
    cost: Cost

    @property
    def differs(self) -> bool:
        """Whether anything is not as it was said to be."""
        return any(side.findings for side in self.sides)

    @property
    def hides(self) -> bool:
        """Whether something could not be read."""
        return any(problem.hides_content for side in self.sides for problem in side.problems)


class Explained(msgspec.Struct, frozen=True):
    """Everything about one path of a style."""

    style: Style
    explanation: Explanation


class Planned(msgspec.Struct, frozen=True):
    """A plan, with the facts it was made from; what `apply` is given."""

    style: Style
    plan: StylePlan
    observation: Observation
    site: Site
    watch: Watch
    again: Callable[[], "Planned"]
    """Plans anew by the same rules, where somebody else was first."""
    already: tuple[Outcome, ...] = ()
    """Of a saved plan: the changes whose result holds already."""


class Applied(msgspec.Struct, frozen=True):
    """What became of a plan."""

    style: Style
    plan: StylePlan
    outcomes: tuple[Outcome, ...]
    statistics: Statistics
