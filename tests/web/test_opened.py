"""A browser is opened without telling the token to everybody on the machine."""

import stat
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest

from manifest_sync.cli.browser import browsing
from tests.web.opened import opening
from tests.web.visitor import TOKEN


def test_the_token_is_on_no_command_line_but_in_a_file_of_ones_own(
    root: Path, tmp_path: Path
) -> None:
    with opening(root, tmp_path) as opened:
        assert TOKEN not in opened.arguments
        file = Path(url2pathname(urlsplit(opened.arguments).path))
        assert stat.S_IMODE(file.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
        assert f'url={opened.address}"' in file.read_text()
        opened.terminal.interrupt()
        assert opened.terminal.end() == 0
        assert not file.exists()


def test_where_the_file_cannot_be_written_nothing_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    with browsing("http://127.0.0.1/?token=x", tmp_path / "nothing"):
        assert opened == []
    with browsing("http://127.0.0.1/?token=x", tmp_path):
        assert [address.startswith("file:///") for address in opened] == [True]
