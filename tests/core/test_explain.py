"""What `explain` says of a decision is what a plan does."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.core.explain import decisions
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Verb, Verdict
from manifest_sync.core.record import record
from tests.builders import plan, survey
from tests.strategies import WAYS

held = st.sampled_from(["", "a.png=1", "a.png=2", "a.png=3"])
remembered = st.lists(st.sampled_from("-123"), min_size=3, max_size=3).map("/".join)


@given(held, held, held, remembered, st.none() | held)
def test_the_decision_is_the_plans(
    local: str, there: str, line: str, memory: str, published: str | None
) -> None:
    known = survey(local, there, line, f"a.png={memory}", published=published)
    # A push and a pull go by the lines that `record` makes of the folder.
    lines = record(known.scope, known.folder, known.lines, known.memory)
    recorded = msgspec.structs.replace(known, lines=lines)
    for decision in decisions(known, "a.png"):
        verb, to = decision.command, decision.to
        assert (verb, to) in WAYS
        made = plan(known if verb is Verb.APPLY else recorded, verb, to, Options())
        verdict = decision.without_flags.verdict if decision.without_flags else Verdict.NOTHING
        assert bool(made.changes) is (verdict is Verdict.CHANGE and not made.problems)
        assert bool(made.conflicts) is (verdict is Verdict.CONFLICT)
        assert bool(made.withheld) is (verdict is Verdict.WITHHELD)
        assert bool(made.taken_in) is (verdict is Verdict.TAKEN_IN)
