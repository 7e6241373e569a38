"""The check of the site's links: what it follows, and what it finds."""

import importlib.util

import pytest
from documentation import ROOT

_SPEC = importlib.util.spec_from_file_location("links", ROOT / "docs" / "site" / "links.py")
links = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(links)


@pytest.fixture
def site(tmp_path):
    """A site of two pages in which every link leads somewhere."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "a picture.png").write_bytes(b"")
    (tmp_path / "index.html").write_text(
        "<h1 id='начало'>One</h1>\n<a href='parts/two.html#far'>two</a> <a href='#%D0%BD%D0%B0%D1%87%D0%B0%D0%BB%D0%BE'>up</a>\n"
        "<img src='a%20picture.png'><a href='parts/two.html?q=1'>two</a><a href='#'>top</a><a href='parts'>in</a>\n"
        "<a href='https://example.org/nowhere#x'>out</a><a href='mailto:a@example.org'>mail</a>"
    )
    for name in ("two", "index"):
        (tmp_path / "parts" / f"{name}.html").write_text(
            "<a name=far></a><a href='../index.html'>one</a><a href='/index.html'>one</a>"
        )
    return tmp_path


def test_a_site_without_broken_links_has_none(site):
    assert links.broken(site) == []


@pytest.mark.parametrize(
    "link",
    [
        "gone.html",
        "index.html#gone",
        "#gone",
        "../a_picture.png",
        "../../outside.html",
        "/gone.html",
        "two.html#Far",
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_page_and_line(site, link):
    page = site / "parts" / "two.html"
    (site.parent / "outside.html").write_text("")
    page.write_text(f"{page.read_text()}\n<p><a href='{link}'>x</a>")
    assert links.broken(site) == [f"parts/two.html:2: {link}"]


def test_a_picture_that_is_missing_is_a_broken_link(site):
    (site / "a picture.png").unlink()
    assert links.broken(site) == ["index.html:3: a%20picture.png"]
