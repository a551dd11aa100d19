"""Why a path is in scope or out of it agrees with whether it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.manifest import Header
from manifest_sync.core.scope import Role, Scope
from manifest_sync.core.scope_rule import Why, scope_rule

_HEADER = Header(
    include=("*.npz", "", "!skip.npz", "_latent_cache/"),
    ignore=("# comment", "x/", "b.*", "!b.png"),
)


@pytest.mark.parametrize(("path", "why", "pattern"), [
    ("a.png", Why.SUFFIX, None),
    ("sub/A.TXT", Why.SUFFIX, None),
    ("manifest.json", Why.MANIFEST, None),
    ("other/manifest.json", Why.MANIFEST, None),
    ("other/a.png", Why.NESTED, None),
    (".hidden/a.png", Why.HIDDEN, None),
    ("sub/.a.png", Why.HIDDEN, None),
    ("_controls/a.png", Why.DERIVED, None),
    ("notes.md", Why.OTHER_SUFFIX, None),
    ("skip.npz", Why.OTHER_SUFFIX, None),
    ("a.npz", Why.INCLUDED, "*.npz"),
    ("_latent_cache/a.png", Why.INCLUDED, "_latent_cache/"),
    ("x/a.png", Why.IGNORED, "x/"),
    ("b.txt", Why.IGNORED, "b.*"),
    ("b.png", Why.SUFFIX, None),
    ("b.npz", Why.IGNORED, "b.*"),
])  # fmt: skip
def test_the_rule_that_decides(path: str, why: Why, pattern: str | None) -> None:
    scope = Scope(_HEADER, ["other"])
    rule = scope_rule(scope, path)
    assert (rule.why, rule.pattern) == (why, pattern)
    assert rule.in_scope is scope.holds(path)
    assert rule.style == ("other" if why is Why.NESTED else None)
    assert rule.role is (Role.OTHER if path.endswith((".npz", ".md", ".json")) else rule.role)


names = st.sampled_from(
    ["a.png", "b.txt", ".c.jpg", "x", "other", "_controls", "manifest.json", "a.npz", "d.md"]
)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
patterns = st.lists(
    st.sampled_from(["*.npz", "!*.npz", "", "# x", "x/", "/a.png", "**/b.txt", "_controls/", "*"]),
    max_size=4,
).map(tuple)


@given(paths, patterns, patterns)
def test_it_never_says_otherwise_than_the_scope(
    path: str, include: tuple[str, ...], ignore: tuple[str, ...]
) -> None:
    scope = Scope(Header(include=include, ignore=ignore), ["other"])
    rule = scope_rule(scope, path)
    assert rule.in_scope is scope.holds(path)
    if rule.pattern is not None:
        assert rule.pattern in (include if rule.why is Why.INCLUDED else ignore)
