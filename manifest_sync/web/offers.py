"""What was shown to a person to be agreed to: kept until then, done once."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from manifest_sync.core.errors import StalePlan
from manifest_sync.web.rows import Rows
from manifest_sync.workspace.workspace import Workspace

_REMEMBERED = 20
"""Plans that can still be agreed to, one for each open dialog; one may have 100,000 rows."""


class Offer(msgspec.Struct, frozen=True):
    """A plan that is shown, and how it is carried out."""

    command: str
    style: str
    going: str
    """Said when it begins."""
    work: Callable[[Workspace], str]
    """Does what was shown, and no more; says what came of it. Raises StalePlan where more would
    be done by now."""
    rows: Rows
    """What is shown."""


class Offers:
    """The plans that are being shown. Safe to use from several threads."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = threading.Lock()
        self._offers: OrderedDict[str, Offer] = OrderedDict()

    def make(self, offer: Offer) -> str:
        """Keep an offer; the name by which it is agreed to."""
        name = secrets.token_hex(8)
        with self._lock:
            self._offers[name] = offer
            while len(self._offers) > _REMEMBERED:
                self._offers.popitem(last=False)
        return name

    def look(self, name: str) -> Offer:
        """The offer of that name, which stays. Raises StalePlan where it is not known any more."""
        with self._lock:
            return _known(self._offers.get(name))

    def take(self, name: str) -> Offer:
        """The offer that is agreed to, once. Raises StalePlan where it is not known any more."""
        with self._lock:
            return _known(self._offers.pop(name, None))


def _known(offer: Offer | None) -> Offer:
    if offer is None:
        raise StalePlan("This plan is not known any more; compare again.")
    return offer
