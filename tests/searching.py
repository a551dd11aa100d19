"""How hard Hypothesis searches: briefly in the fast suite, and long in `make laws`.

Where `CI` is set it tries the same examples each time, so that what fails there fails here.
"""

import os

from hypothesis import HealthCheck, settings

_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
_LONGER = 10
"""So many times as many examples as in the fast suite."""

settings.register_profile(
    "dev",
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.register_profile("ci", settings.get_profile("dev"), max_examples=300)
settings.load_profile("ci" if _LONG else "dev")


def examples(few: int, most: int | None = None) -> int:
    """How many examples a test tries for which `few` are enough in the fast suite.

    No more than so many where each takes long.
    """
    return min(few * _LONGER, most or few * _LONGER) if _LONG else few
