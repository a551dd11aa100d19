"""Which styles a workspace has, and which of them a name means."""

import os
from pathlib import Path

import pytest

from manifest_sync.core.errors import InvalidInput, UsageProblem
from manifest_sync.workspace.styles import Chosen, choose_styles, find_root
from tests.workspace.places import write_manifest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two styles, one of which has another id than its folder."""
    (tmp_path / "manifest-sync.toml").write_text("")
    write_manifest(tmp_path / "styles" / "16", "16")
    write_manifest(tmp_path / "styles" / "b", "ink")
    return tmp_path


def names(chosen: Chosen) -> list[str]:
    return [style.name for style in chosen.styles]


def choose(root: Path, *wanted: str, here: Path | None = None) -> list[str]:
    chosen = choose_styles(root, wanted, None, here or root)
    assert not chosen.broken
    return names(chosen)


def test_the_root_is_the_nearest_folder_above_with_a_configuration(root: Path) -> None:
    inner = root / "styles" / "16"
    assert find_root(inner) == root
    (inner / "manifest-sync.toml").write_text("")
    assert find_root(inner) == inner
    (root / "x" / "manifest-sync.toml").mkdir(parents=True)
    assert find_root(root / "x") == root  # a folder of that name is no configuration


def test_all_styles_come_in_the_order_of_their_folders(root: Path) -> None:
    assert choose(root) == ["styles/16", "styles/b"]


@pytest.mark.parametrize(
    "wanted", ["ink", "styles/b", "styles/b/", "./styles/b", "styles/../styles/b"]
)
def test_a_style_is_named_by_id_or_by_folder(root: Path, wanted: str) -> None:
    assert choose(root, wanted) == ["styles/b"]


def test_a_folder_is_looked_for_from_where_the_user_is(root: Path) -> None:
    assert choose(root, "b", here=root / "styles") == ["styles/b"]
    assert choose(root, ".", here=root / "styles" / "b") == ["styles/b"]
    assert choose(root, str(root / "styles" / "b"), here=root / "styles") == ["styles/b"]


def test_an_id_wins_over_a_folder_of_that_name(root: Path) -> None:
    write_manifest(root / "ink", "other")
    assert choose(root, "ink") == ["styles/b"]
    assert choose(root, "./ink") == ["ink"]


def test_styles_come_in_the_order_they_were_named_in_and_once(root: Path) -> None:
    assert choose(root, "ink", "16", "styles/b") == ["styles/b", "styles/16"]


def test_the_workspace_itself_may_be_a_style(root: Path) -> None:
    write_manifest(root, "all")
    assert choose(root, "all") == ["."]
    assert choose(root) == [".", "styles/16", "styles/b"]


def test_hidden_folders_have_no_styles(root: Path) -> None:
    write_manifest(root / ".git" / "x", "hidden")
    assert choose(root) == ["styles/16", "styles/b"]


def test_a_nested_style_is_a_style_too(root: Path) -> None:
    write_manifest(root / "styles" / "b" / "inner", "inner")
    assert choose(root) == ["styles/16", "styles/b", "styles/b/inner"]


def test_a_linked_folder_is_a_style_under_its_link_where_it_is_nowhere_else(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    write_manifest(away, "far")
    (root / "styles" / "link").symlink_to(away)
    assert choose(root, "far") == ["styles/link"]
    (root / "styles" / "0alias").symlink_to(root / "styles" / "16")
    assert choose(root) == ["styles/16", "styles/b", "styles/link"]
    assert choose(root, "styles/0alias") == ["styles/16"]


def test_links_in_a_circle_end(root: Path) -> None:
    (root / "styles" / "circle").symlink_to(root)
    (root / "nowhere").symlink_to(root / "gone")
    assert choose(root) == ["styles/16", "styles/b"]


def test_globs_of_the_configuration_limit_where_styles_are_looked_for(root: Path) -> None:
    write_manifest(root / "other" / "z", "z")
    globs = ["styles/*", "styles/1*"]
    assert names(choose_styles(root, (), globs, root)) == ["styles/16", "styles/b"]
    # A folder that is named outright is a style wherever it lies.
    assert names(choose_styles(root, ["other/z"], globs, root)) == ["other/z"]
    with pytest.raises(UsageProblem, match="no style “z”"):
        choose_styles(root, ["z"], globs, root)


def test_a_name_that_is_no_style_is_answered_with_those_there_are(root: Path) -> None:
    with pytest.raises(UsageProblem, match="no style “17”; this workspace has: 16, ink"):
        choose(root, "17")


def test_a_folder_without_a_manifest_is_answered_with_how_to_make_it_a_style(root: Path) -> None:
    with pytest.raises(UsageProblem, match=r"“styles” has no manifest\.json; .*init styles"):
        choose(root, "styles")


def test_a_style_outside_of_the_workspace_is_refused(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away")
    write_manifest(away, "far")
    with pytest.raises(UsageProblem, match="is not inside the workspace"):
        choose(root, os.path.relpath(away, root))


@pytest.mark.parametrize(
    ("style", "remote", "what"),
    [("16", "s3://bucket/else/", "one id, “16”"), ("c", "s3://bucket/16/", "one remote, “s3://")],
)
def test_two_styles_with_one_id_or_one_remote_are_refused_by_both_names(
    root: Path, style: str, remote: str, what: str
) -> None:
    write_manifest(root / "copy", style, remote)
    with pytest.raises(InvalidInput, match=f"The styles in copy and styles/16 have {what}"):
        choose(root)
    with pytest.raises(InvalidInput, match="The styles in copy and styles/16"):
        choose(root, "ink")


class TestBrokenManifest:
    """A manifest that cannot be read is that style's failure, and nobody else's."""

    @pytest.fixture(autouse=True)
    def broken(self, root: Path) -> None:
        (root / "styles" / "16" / "manifest.json").write_text('{"version": 1,\n "style": }')

    def test_the_others_are_chosen_and_it_is_told_with_its_error(self, root: Path) -> None:
        chosen = choose_styles(root, (), None, root)
        assert names(chosen) == ["styles/b"]
        (broken,) = chosen.broken
        assert broken.name == "styles/16"
        assert isinstance(broken.error, InvalidInput)
        assert str(broken.error).startswith("styles/16/manifest.json")
        assert "line 2, column " in str(broken.error)

    def test_another_style_is_named_as_if_nothing_were_broken(self, root: Path) -> None:
        assert choose(root, "ink") == ["styles/b"]

    @pytest.mark.parametrize("wanted", ["16", "styles/16"])
    def test_it_is_named_by_its_folder_or_the_folders_last_segment(
        self, root: Path, wanted: str
    ) -> None:
        chosen = choose_styles(root, [wanted, "ink"], None, root)
        assert (names(chosen), [each.name for each in chosen.broken]) == (
            ["styles/b"],
            ["styles/16"],
        )
        with pytest.raises(InvalidInput, match="line 2, column "):
            chosen.sound()

    def test_a_sound_style_of_that_id_comes_first(self, root: Path) -> None:
        write_manifest(root / "other", "16")
        assert choose(root, "16") == ["other"]

    def test_a_name_that_is_no_style_is_answered_with_its_folder_too(self, root: Path) -> None:
        with pytest.raises(UsageProblem, match="this workspace has: styles/16, ink"):
            choose_styles(root, ["17"], None, root)

    def test_twins_among_the_others_are_still_refused(self, root: Path) -> None:
        write_manifest(root / "copy", "ink", "s3://bucket/else/")
        with pytest.raises(InvalidInput, match="The styles in copy and styles/b have one id"):
            choose_styles(root, (), None, root)
