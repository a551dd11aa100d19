"""How hard Hypothesis searches is said where nothing else of the tests is imported."""

import tests.searching  # noqa: F401 - it loads the profile
