"""Two captions, word by word."""

from hypothesis import given
from hypothesis import strategies as st

from manifest_sync.web.word_diff import words_between


def told(before: str, after: str) -> str:
    """`[gone]`, `{come}`, and what stayed as it is."""
    marks = {"kept": "", "gone": "[]", "come": "{}"}
    return "".join(
        f"{marks[word.kind][:1]}{word.text}{marks[word.kind][1:]}"
        for word in words_between(before, after)
    )


def test_words_are_told_apart_and_not_letters() -> None:
    assert told("a red barn, oil", "a blue barn, oil") == "a [red]{blue} barn, oil"
    assert told("a barn", "a barn") == "a barn"
    assert told("", "a") == "{a}"
    assert told("a", "") == "[a]"
    assert told("1girl, solo", "1girl, hat, solo") in (
        "1girl, {hat, }solo",
        "1girl,{ hat,} solo",
    )


def test_a_text_without_end_is_one_difference() -> None:
    assert [word.kind for word in words_between("a " * 5000, "b " * 5000)] == ["gone", "come"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_are_in_it_whole(before: str, after: str) -> None:
    words = words_between(before, after)
    assert "".join(word.text for word in words if word.kind != "come") == before
    assert "".join(word.text for word in words if word.kind != "gone") == after
