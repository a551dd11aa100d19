"""The pages as the server makes them: what they show, and that names are only ever text."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.buckets import Bucket
from tests.commands import here
from tests.web.visitor import Visitor

PREFIX = "styles/16/"
LOOK = "/fragments/cards?look=1&style=16"


class Reader(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def paths(self) -> list[str | None]:
        """The images that are shown."""
        return [has["data-path"] for _, has in self.found if "data-path" in has]


def badges(html: str) -> dict[str, list[str]]:
    """The badges of each card."""
    cards = html.split('<li class="card"')[1:]
    return {
        re.search('data-path="([^"]*)"', card)[1]: re.findall(  # type: ignore[index]  # it is there
            '<span class="state [^"]*">([^<]*)<', card
        )
        for card in cards
    }


def test_the_workspace_shows_its_styles_and_broken_ones(visitor: Visitor, root: Path) -> None:
    (root / "styles/17").mkdir()
    (root / "styles/17/manifest.json").write_text("{")
    page = visitor.html("/")
    assert 'href="/style?style=16"' in page
    assert "Never synced here" in page
    assert "styles/17/manifest.json" in page


def test_the_summary_counts_and_says_how_the_style_stands(visitor: Visitor, style: Path) -> None:
    said = Reader(visitor.html("/fragments/summary?style=16")).text
    assert "3 images, 2 captions" in said
    assert "1 image without a caption" in said
    assert "5 to S3" in said
    visitor.post("/api/s3/upload", {"styleId": "16"})
    said = Reader(visitor.html("/fragments/summary?style=16")).text
    assert "in step" in said
    assert "Last sync" in visitor.html("/")
    (style / "a.txt").unlink()
    assert "in step" not in Reader(visitor.html("/fragments/summary?style=16")).text


@pytest.mark.usefixtures("pushed")
def test_each_image_has_its_badge(visitor: Visitor, style: Path, bucket: Bucket) -> None:
    assert {tuple(found) for found in badges(visitor.html(LOOK)).values()} == {("identical",)}
    (style / "new.jpg").write_bytes(b"new")
    (style / "a.txt").write_text("edited")
    (style / "c.webp").write_bytes(b"mine")
    bucket.put(PREFIX + "c.webp", b"theirs")
    (style / "sub/b.png").unlink()
    (style / "link.png").symlink_to("a.jpg")
    manifest = (style / "manifest.json").read_text()
    (style / "manifest.json").write_text(
        manifest.replace('"files"', '"ignore": ["old*"],\n  "files"')
    )
    (style / "old.png").write_bytes(b"old")
    found = badges(visitor.html(LOOK))
    assert found == {
        "a.jpg": ["identical", "caption changed"],
        "c.webp": ["conflict"],
        "new.jpg": ["new"],
        "old.png": ["ignored"],
        "sub/b.png": ["only on S3"],
    }


@pytest.mark.usefixtures("pushed")
def test_a_changed_caption_is_shown_word_by_word(
    visitor: Visitor, style: Path, bucket: Bucket
) -> None:
    (style / "a.txt").write_text("caption of <b>ours</b>")
    bucket.put(PREFIX + "c.txt", b"only there")
    visitor.html(LOOK)
    html = visitor.html("/fragments/caption?style=16&path=a.jpg")
    assert "caption <del>a</del><ins>of &lt;b&gt;ours&lt;/b&gt;</ins>" in html
    html = visitor.html("/fragments/caption?style=16&path=c.webp")
    assert "only there" in html
    assert "Only on S3" in html
    assert "caption b" in visitor.html("/fragments/caption?style=16&path=sub/b.png")
    for path in ("new.jpg", "../16/a.jpg", "/etc/passwd", "manifest.json"):
        assert "No caption file" in visitor.html(f"/fragments/caption?style=16&path={path}")


EVIL = "<img src=x onerror=alert(1)>'\"&.png"


def test_names_are_only_ever_text(visitor: Visitor, root: Path, style: Path) -> None:
    (style / EVIL).write_bytes(b"x")
    (style / f"{EVIL[:-4]}.txt").write_text("<script>alert(1)</script>")
    evil = "<script>alert(2)"
    (root / "styles/evil").mkdir()
    ran = here(root, "init", "styles/evil", "--remote", "s3://bucket/evil/", "--style", evil)
    assert ran.status == 0, ran.err
    pages = [
        visitor.html("/"),
        visitor.html("/style?style=16"),
        visitor.html("/style?style=%3Cscript%3Ealert(2)"),
        visitor.html(LOOK),
        visitor.html(
            "/fragments/caption?style=16&path=%3Cimg%20src=x%20onerror=alert(1)%3E'%22%26.png"
        ),
        visitor.form("/fragments/plan", ("style", "16"), ("command", "push")).body.decode(),
    ]
    for html in pages:
        reader = Reader(html)
        for tag, has in reader.found:
            assert not [name for name in has if name.startswith("on")], html
            assert tag != "script" or (has["src"] or "").startswith("/static/"), html
            assert tag != "style"
            assert "style" not in has
        assert "alert" not in "".join(
            part.partition("</script>")[0] for part in html.split("<script")[1:]
        )
    assert EVIL in Reader(pages[3]).paths()
    assert evil in Reader(pages[0]).text


def test_a_page_takes_nothing_from_elsewhere(visitor: Visitor) -> None:
    for page in ("/", "/style?style=16", LOOK):
        for _, has in Reader(visitor.html(page)).found:
            for name in ("src", "href", "action", "hx-get", "hx-post"):
                if (value := has.get(name)) is not None:
                    assert value.startswith(("/", "#", "data:,")), value
                    assert not value.startswith("//")
    for name in ("page.css", "page.js", "htmx.min.js", "sync.js", "gallery.js"):
        assert visitor.ask("GET", f"/static/{name}").status == 200
    for name in ("../app.py", "%2e%2e/app.py", "..%2fapp.py", "/etc/hostname"):
        assert visitor.ask("GET", f"/static/{name}").status == 404


def test_a_person_without_the_token_is_told_so_in_words(visitor: Visitor) -> None:
    headers = {"Authorization": None, "Accept": "text/html"}
    answer = visitor.ask("GET", "/", headers=headers)
    assert (answer.status, answer.headers["content-type"]) == (401, "text/html; charset=utf-8")
    assert "open the address" in answer.body.decode()


def test_a_style_that_is_not_there_is_404(visitor: Visitor) -> None:
    for page in ("/style", "/fragments/summary", "/fragments/cards", "/thumbnails/x"):
        assert visitor.ask("GET", f"{page}?style=nothing").status == 404
