"""Whoever tries again in these tests does so at once."""

import pytest

from manifest_sync.engine.retrying import retrying


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses before further tries take no time."""
    monkeypatch.setattr(retrying, "sleep", lambda _: None)
