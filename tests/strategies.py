"""Hypothesis strategies for core values, made to collide: few paths, fewer contents."""

import unicodedata
from collections.abc import Iterable

from hypothesis import strategies as st

from manifest_sync.core.content import Content, Side
from manifest_sync.core.listing import Problem, self_and_parents
from manifest_sync.core.manifest import Header
from manifest_sync.core.memory import BLANK, Memory
from manifest_sync.core.plan import Options
from manifest_sync.core.reconcile import Facts, Verb
from manifest_sync.core.scope import Role
from manifest_sync.core.selection import EVERYTHING, Selection
from manifest_sync.core.survey import Survey
from tests.builders import content, problem, survey

EASY_PATHS = ("a.png", "a.txt", "b.png", "b.txt", "10_x/a.png", "10_x/a.txt")
HARD_PATHS = (
    *EASY_PATHS,
    "A.png",
    "10_X/a.png",
    "a.png/b.png",
    "a.png/b.png/c.txt",
    "caf\u00e9.png",
    "cafe\u0301.png",
    "stra\u00dfe.png",
    "STRASSE.PNG",
    " a b .png",
    "a\u2028b.png",
    "\U0001f600.txt",
    "a=1 'b' \"c\" [d] {e} *.png",
    "x/" * 30 + "deep.png",
    "n" * 251 + ".png",
    "no-image.md",
)

WAYS = ((Verb.PUSH, Side.S3), (Verb.PULL, Side.LOCAL), *((Verb.APPLY, side) for side in Side))
"""Every command with the side it changes."""

CLASHING_PATHS = ("a.png", "a.png/b.png", "A.png", "a.PNG/b.png", "caf\u00e9.png", "cafe\u0301.png")
"""Of which one folder cannot hold all."""

_RARELY = st.sampled_from([False] * 7 + [True])

ways = st.sampled_from(WAYS)
contents = st.sampled_from([content(number) for number in (1, 2, 3)])
states = st.none() | contents
easy_paths = st.sampled_from(EASY_PATHS)
hard_paths = st.sampled_from(HARD_PATHS)
safe_paths = st.lists(
    st.text(
        st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/\\:\ufffe\uffff"),
        min_size=1,
        max_size=40,
    ).filter(lambda name: name not in (".", "..")),
    min_size=1,
    max_size=4,
).map("/".join)
"""Any path that is safe everywhere."""

any_text = st.text(st.characters(), max_size=80) | st.sampled_from(
    ["", ".", "..", "/", "a/", "/a", "a//b", "a/../b", "c:", "C:/x", "a\\b", "\n", "a\nb", "...",
     "n" * 255, "n" * 256, "\u00e9" * 127, "\u00e9" * 128, "\ud800", "\ufffe", "\x85", "\u2028",
     "a/.", "./a", "\na", "a\n", "a\r", "x" * 63, "x" * 64]
)  # fmt: skip
"""Text that is a path only by luck, lone surrogates included."""

cases = st.builds(
    Facts,
    path=st.just("a.png"),
    desired=states,
    target=states,
    base=states,
    unseen=st.booleans(),
    published=states,
)


@st.composite
def memories(draw: st.DrawFn) -> Memory:
    """Blank, all the same, or any three contents."""
    if draw(st.booleans()):
        same = draw(states)
        return Memory(same, same, same)
    return Memory(draw(states), draw(states), draw(states))


@st.composite
def surveys(
    draw: st.DrawFn,
    *,
    paths: st.SearchStrategy[str] = hard_paths,
    publishes: bool = True,
    problems: bool = True,
    selects: bool = True,
) -> Survey:
    """A style in any state, also in states that no history leads to."""
    local: dict[str, Content] = {}
    there: dict[str, Content] = {}
    lines: dict[str, Content] = {}
    published: dict[str, Content] = {}
    memory: dict[str, Memory] = {}
    kinds = (local, there, lines, published)
    for path in draw(st.lists(paths, unique=True, max_size=6)):
        common = draw(states)
        for kind in kinds:
            if (held := draw(st.just(common) | states)) is not None:
                kind[path] = held
        if draw(_RARELY):
            lines["out-of-scope.bin"] = content(1)
        if (known := draw(st.just(Memory(common, common, common)) | memories())) != BLANK:
            memory[path] = known
    found = draw(st.lists(_problems(paths), max_size=2)) if problems else []
    folded = draw(st.booleans())
    return survey(
        _visible(folder_holds(local, folded=folded), found, Side.LOCAL),
        _visible(there, found, Side.S3),
        lines,
        memory,
        published=published if publishes and draw(st.booleans()) else None,
        problems=found,
        selection=draw(_selections(paths)) if selects else EVERYTHING,
        header=Header(include=("*.md",)),
        names_fold=folded,
    )


def folder_holds(files: dict[str, Content], *, folded: bool) -> dict[str, Content]:
    """As many of the files as one folder can hold together."""
    held: dict[str, Content] = {}
    for path, known in sorted(files.items()):
        above = set(self_and_parents(path))
        twin = folded and any(fold(path) == fold(other) for other in held)
        if above.isdisjoint(held) and not twin:
            held[path] = known
    return held


def fold(path: str) -> str:
    """What a case- and composition-blind file system makes of a name."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())


@st.composite
def options(draw: st.DrawFn, *, paths: Iterable[str] = (), takes: bool = True) -> Options:
    """Any flags; `--take` only for the given paths."""
    among = sorted(paths)
    take = {}
    if among and takes:
        sides = st.sampled_from(Side)
        take = draw(st.dictionaries(st.sampled_from(among), sides, max_size=2))
    return Options(delete=draw(st.booleans()), overwrite=draw(st.booleans()), take=take)


def _visible(files: dict[str, Content], found: list[Problem], side: Side) -> dict[str, Content]:
    """Without what a problem of that side hides."""
    hidden = {each.path for each in found if each.side is side}
    return {path: held for path, held in files.items() if hidden.isdisjoint(self_and_parents(path))}


@st.composite
def _problems(draw: st.DrawFn, paths: st.SearchStrategy[str]) -> Problem:
    path = draw(paths)
    folders = list(self_and_parents(path))[1:]
    place = draw(st.sampled_from([path, *folders]))
    return problem(place, draw(st.sampled_from(Side)), hides_content=draw(st.booleans()))


@st.composite
def _selections(draw: st.DrawFn, paths: st.SearchStrategy[str]) -> Selection:
    if draw(st.booleans()):
        return EVERYTHING
    only = draw(st.none() | st.sampled_from(Role))
    return Selection(only, draw(st.none() | st.frozensets(paths, max_size=4)))
