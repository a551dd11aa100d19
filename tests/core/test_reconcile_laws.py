"""What holds for every plan, whatever the facts."""

import msgspec
from hypothesis import assume, given
from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Shadow
from manifest_sync.core.outcome import Status
from manifest_sync.core.plan import Change, Options, StylePlan
from manifest_sync.core.reconcile import Choices, Facts, Reason, Verb, Verdict, decide, rule
from manifest_sync.core.record import record
from manifest_sync.core.selection import EVERYTHING
from manifest_sync.core.settle import settle
from manifest_sync.core.survey import Survey, facts
from tests.builders import plan, survey
from tests.core.worlds import DELETE, MIRROR, Bucket, Workspace, carry_out, merges
from tests.strategies import (
    CLASHING_PATHS,
    cases,
    contents,
    easy_paths,
    options,
    states,
    surveys,
    ways,
)

Way = tuple[Verb, Side]
PLAIN = {Reason.NEW, Reason.MODIFIED, Reason.DELETED}
SAID = {
    Reason.REVERTS_S3_CHANGE,
    Reason.DISCARDS_LOCAL_EDIT,
    Reason.NO_BASE,
    Reason.OVERWRITE,
    Reason.TAKE,
}
"""The reasons that say: something is lost here that the other side never had."""

all_options = surveys().flatmap(
    lambda known: st.tuples(st.just(known), options(paths=known.paths()))
)


def files_of(known: Survey, side: Side) -> dict[str, Content]:
    return {path: entry.content for path, entry in known.side(side).entries.items()}


def by_path(made: StylePlan) -> dict[str, Change]:
    return {change.path: change for change in made.changes}


def left_alone(made: StylePlan) -> set[str]:
    conflicts = {conflict.path for conflict in made.conflicts}
    return conflicts | {*made.withheld, *made.taken_in}


# The table itself.


@given(ways, cases)
def test_a_change_always_leads_somewhere(way: Way, case: Facts) -> None:
    verb, to = way
    ruling = rule(to, verb, case)
    assert (ruling.verdict is Verdict.NOTHING) is (case.desired == case.target)
    assert (ruling.reason is None) is (ruling.verdict is Verdict.NOTHING)
    assert (ruling.row == 2) is (ruling.verdict is Verdict.NOTHING)


@given(ways, cases)
def test_content_that_is_not_the_base_is_never_lost_without_saying_so(
    way: Way, case: Facts
) -> None:
    verb, to = way
    ruling = rule(to, verb, case)
    if ruling.verdict is Verdict.CHANGE and case.target is not None and case.target != case.base:
        assert ruling.reason in SAID


@given(cases)
def test_what_others_published_is_never_replaced_by_a_push(case: Facts) -> None:
    for verb in (Verb.PUSH, Verb.APPLY):
        ruling = rule(Side.S3, verb, case)
        if case.unseen and case.published is not None:
            assert ruling.verdict is not Verdict.CHANGE


@given(cases)
def test_a_push_brings_nothing_back_that_others_deleted_and_nobody_edited(case: Facts) -> None:
    if case.unseen and case.published is None and case.desired == case.base:
        assert rule(Side.S3, Verb.PUSH, case).verdict in (Verdict.NOTHING, Verdict.TAKEN_IN)


@given(ways, states, states, states)
def test_where_one_side_changed_and_nobody_else_spoke_the_direction_wins(
    way: Way, desired: Content | None, target: Content | None, base: Content | None
) -> None:
    assume(desired != target and base in (desired, target))
    verb, to = way
    assert rule(to, verb, Facts("a.png", desired, target, base)).verdict is Verdict.CHANGE


@given(ways, cases, st.booleans(), st.booleans())
def test_flags_do_not_make_more_of_a_path_than_the_direction_s_change(
    way: Way, case: Facts, delete: bool, overwrite: bool
) -> None:
    verb, to = way
    plain, ruling = rule(to, verb, case), decide(to, verb, case, Choices(delete, overwrite))
    assert ruling.row == plain.row
    if plain.verdict in (Verdict.NOTHING, Verdict.TAKEN_IN):
        assert ruling == plain
    if ruling.verdict is Verdict.CHANGE:
        assert delete or case.desired is not None
        assert plain.verdict is Verdict.CHANGE or overwrite


# Plans.


@given(ways, all_options)
def test_a_plan_changes_one_side_only_and_is_sorted(
    way: Way, given: tuple[Survey, Options]
) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    assert {change.side for change in made.changes} <= {way[1]} == {made.to}
    for paths in ([c.path for c in made.changes], [c.path for c in made.conflicts],
                  list(made.withheld), list(made.taken_in)):  # fmt: skip
        assert paths == sorted(set(paths))
    assert list(made.problems) == sorted(made.problems)
    assert made == plan(known, *way, flags)


@given(ways, all_options)
def test_a_plan_says_what_is_there_and_the_table_what_is_wanted(
    way: Way, given: tuple[Survey, Options]
) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    wanted = {case.path: case for case in facts(known, *way)}
    for change in made.changes:
        case = wanted[change.path]
        assert (change.before, change.after) == (case.target, case.desired)
        entry = known.side(change.side).entries.get(change.path)
        assert entry is None or entry.stamp == change.precondition


@given(ways, all_options)
def test_every_path_is_accounted_for_once(way: Way, given: tuple[Survey, Options]) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    changed = set(by_path(made))
    alone = left_alone(made)
    own = {found.path for found in made.problems} - {found.path for found in known.problems}
    assert changed.isdisjoint(alone)
    assert own.isdisjoint(changed | alone)
    differing = {case.path for case in facts(known, *way) if case.desired != case.target}
    taken = {path for path, winner in flags.take.items() if winner is way[1]}
    assert changed | alone | own | (taken & differing) == differing


@given(ways, all_options)
def test_a_problem_keeps_everything_below_it_as_it_is(
    way: Way, given: tuple[Survey, Options]
) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    shadow = Shadow(known.problems)
    assert not any(shadow.over(path) for path in {*by_path(made), *left_alone(made)})
    for change in made.changes:
        if change.source is not None and change.source.path != change.path:
            assert not shadow.over(change.source.path)


@given(ways, all_options)
def test_nothing_out_of_scope_or_unselected_is_in_a_plan(
    way: Way, given: tuple[Survey, Options]
) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    for path in {*by_path(made), *left_alone(made), *made.unrecorded}:
        assert known.scope.holds(path)
        assert known.selection.picks(known.scope, path)


@given(ways, surveys())
def test_a_selection_is_the_whole_plan_restricted(way: Way, known: Survey) -> None:
    some = plan(known, *way, DELETE)
    whole = plan(msgspec.structs.replace(known, selection=EVERYTHING), *way, DELETE)
    picked = {p for p in by_path(whole) if known.selection.picks(known.scope, p)}
    own = {found.path for found in some.problems}
    assert picked <= set(by_path(some)) | own
    alone = {p for p in left_alone(whole) if known.selection.picks(known.scope, p)}
    assert left_alone(some) == alone


@given(ways, surveys(), st.booleans())
def test_without_delete_nothing_is_deleted(way: Way, known: Survey, overwrite: bool) -> None:
    kept = plan(known, *way, Options(overwrite=overwrite))
    assert not kept.deletes
    deleting = plan(known, *way, Options(overwrite=overwrite, delete=True))
    assert not deleting.withheld
    gone = {change.path for change in deleting.deletes}
    conflicts = {conflict.path for conflict in deleting.conflicts if conflict.desired is None}
    assert set(kept.withheld) == gone | conflicts


@given(ways, surveys(), st.booleans())
def test_overwrite_changes_what_was_in_conflict_and_nothing_else(
    way: Way, known: Survey, delete: bool
) -> None:
    asking = plan(known, *way, Options(delete=delete))
    deciding = plan(known, *way, Options(delete=delete, overwrite=True))
    assert not deciding.conflicts
    assert (deciding.withheld, deciding.taken_in) == (asking.withheld, asking.taken_in)
    before, after = by_path(asking), by_path(deciding)
    own = {found.path for found in deciding.problems}
    assert set(before) <= set(after) | own
    more = set(after) - set(before)
    assert more <= {conflict.path for conflict in asking.conflicts}
    assert {after[path].reason for path in more} <= {Reason.OVERWRITE}


@given(ways, all_options)
def test_take_decides_its_paths_and_no_others(way: Way, given: tuple[Survey, Options]) -> None:
    known, flags = given
    taken = plan(known, *way, flags)
    without = plan(known, *way, msgspec.structs.replace(flags, take={}))
    own = {found.path for found in taken.problems}
    for path, winner in flags.take.items():
        assert path not in left_alone(taken)
        if winner is way[1]:
            assert path not in by_path(taken)
    assert left_alone(taken) == left_alone(without) - flags.take.keys()
    assert by_path(without).keys() - flags.take.keys() <= by_path(taken).keys() | own


@given(ways, all_options)
def test_content_that_a_plan_loses_was_common_or_the_plan_says_so(
    way: Way, given: tuple[Survey, Options]
) -> None:
    known, flags = given
    for change in plan(known, *way, flags).changes:
        if change.before is not None and change.before != change.base:
            assert change.reason in SAID
        if change.reason in PLAIN:
            assert change.before == change.base


@given(ways, all_options)
def test_the_summary_counts_what_is_there(way: Way, given: tuple[Survey, Options]) -> None:
    known, flags = given
    made = plan(known, *way, flags)
    counted = made.summary
    assert counted.create + counted.update + counted.delete == len(made.changes)
    assert counted.delete == len(made.deletes)
    assert (counted.withheld, counted.taken_in) == (len(made.withheld), len(made.taken_in))
    moved = sum(change.after.size for change in made.changes if change.after is not None)
    assert counted.bytes + counted.copied_bytes == moved
    same = [c for c in facts(known, *way) if c.desired == c.target is not None]
    assert counted.unchanged == len(same)


@given(
    ways,
    surveys() | surveys(paths=st.sampled_from(CLASHING_PATHS)),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_plan_can_be_carried_out_in_any_order(
    way: Way, known: Survey, delete: bool, overwrite: bool, backwards: bool
) -> None:
    made = plan(known, *way, Options(delete=delete, overwrite=overwrite))
    local, there = files_of(known, Side.LOCAL), files_of(known, Side.S3)
    outcomes = carry_out(made, local, there, backwards=backwards)
    for outcome in outcomes:
        skipped = outcome.change.after is None and made.hides_content
        assert outcome.status is (Status.SKIPPED if skipped else Status.DONE), outcome.error
    target, untouched = (local, there) if way[1] is Side.LOCAL else (there, local)
    for outcome in outcomes:
        if outcome.status.holds:
            assert target.get(outcome.change.path) == outcome.change.after
    assert untouched == files_of(known, way[1].other)


@given(ways, surveys(paths=st.sampled_from(CLASHING_PATHS)))
def test_a_plan_never_needs_names_together_that_the_folder_would_merge(
    way: Way, known: Survey
) -> None:
    created = {change.path for change in plan(known, *way, MIRROR).changes if change.after}
    if way[1] is Side.LOCAL and known.names_fold:
        assert not merges(created | known.folder.entries.keys())


def with_lines_for(verb: Verb, known: Survey) -> Survey:
    """Push and pull record first, apply goes by the lines as they are."""
    if verb is Verb.APPLY:
        return known
    lines = record(known.scope, known.folder, known.lines, known.memory, known.selection)
    return msgspec.structs.replace(known, lines=lines)


def again(known: Survey, verb: Verb, made: StylePlan) -> tuple[Survey, StylePlan]:
    """The survey and the plan of the same command once more, when everything went well."""
    local, there = files_of(known, Side.LOCAL), files_of(known, Side.S3)
    outcomes = carry_out(made, local, there)
    settled = settle(known, verb, outcomes)
    memory = {**known.memory, **settled.moved}
    second = survey(
        local,
        there,
        settled.lines,
        memory,
        problems=known.problems,
        header=known.manifest.header,
        selection=known.selection,
        names_fold=known.names_fold,
    )
    second = with_lines_for(verb, second)
    return second, plan(second, verb, made.to, made.basis.options)


@given(ways, surveys(publishes=False), st.booleans(), st.booleans())
def test_a_second_time_there_is_nothing_to_do(
    way: Way, known: Survey, delete: bool, overwrite: bool
) -> None:
    verb, to = way
    known = with_lines_for(verb, known)
    made = plan(known, verb, to, Options(delete=delete, overwrite=overwrite))
    assume(not (made.hides_content and made.deletes))
    second, rest = again(known, verb, made)
    clashing = {found.path for found in made.problems} - {found.path for found in known.problems}
    assert by_path(rest).keys() <= clashing
    if not clashing:
        assert {c.path for c in rest.conflicts} == {c.path for c in made.conflicts}
        assert rest.withheld == made.withheld
    if verb is not Verb.APPLY:
        assert second.lines == second.manifest.lines, "record has nothing to say"


@given(surveys(paths=easy_paths, publishes=False, problems=False, selects=False))
def test_a_plain_bucket_is_mirrored_by_push(known: Survey) -> None:
    bare = msgspec.structs.replace(known, memory={}, lines=files_of(known, Side.LOCAL))
    local, there = files_of(bare, Side.LOCAL), files_of(bare, Side.S3)
    made = plan(bare, Verb.PUSH, options=DELETE)
    assert not made.conflicts
    carry_out(made, local, there)
    assert there == local


@given(surveys(paths=easy_paths, publishes=False, problems=False, selects=False))
def test_a_plain_bucket_is_mirrored_by_pull(known: Survey) -> None:
    bare = msgspec.structs.replace(known, memory={}, names_fold=False)
    local, there = files_of(bare, Side.LOCAL), files_of(bare, Side.S3)
    made = plan(bare, Verb.PULL, options=DELETE)
    assert not made.conflicts
    carry_out(made, local, there)
    assert there == local


@given(ways, surveys(paths=easy_paths, problems=False, selects=False))
def test_with_every_flag_the_side_becomes_what_is_desired(way: Way, known: Survey) -> None:
    known = msgspec.structs.replace(known, published=None, names_fold=False)
    wanted = {case.path: case.desired for case in facts(known, *way)}
    local, there = files_of(known, Side.LOCAL), files_of(known, Side.S3)
    made = plan(known, *way, MIRROR)
    carry_out(made, local, there)
    side = local if way[1] is Side.LOCAL else there
    unfound = {found.path for found in made.problems}
    for path, desired in wanted.items():
        assert side.get(path) == desired or path in unfound


@given(st.dictionaries(easy_paths, contents))
def test_a_new_workspace_that_pulls_has_everything_and_nothing_to_push(
    objects: dict[str, Content],
) -> None:
    style = Workspace(Bucket(objects=dict(objects)))
    style.pull()
    assert style.files == style.lines == objects
    assert style.push(MIRROR) == ""
    assert not style.record()
