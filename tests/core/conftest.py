"""How hard Hypothesis searches: `HYPOTHESIS_PROFILE=ci` searches longer.

Where `CI` is set it tries the same examples each time, so that what fails there fails here.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "dev",
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.register_profile(
    "ci",
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
