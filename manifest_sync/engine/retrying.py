"""Trying again what may go through the next time, with growing, random pauses."""

import tenacity

from manifest_sync.core.errors import Transient

_TRIES = 4
"""Of ours, each of which the SDKs try a few times by themselves."""

retrying = tenacity.Retrying(
    retry=tenacity.retry_if_exception_type(Transient),
    wait=tenacity.wait_random_exponential(multiplier=0.2, max=10),
    stop=tenacity.stop_after_attempt(_TRIES),
    reraise=True,
)
