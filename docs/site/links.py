"""Links: finds those of a built site that lead nowhere.

``python docs/site/links.py SITE`` prints them, and ends with 1 if there are any. Other sites are not asked.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["broken"]

# What leads to another file, by the attribute that has it.
_TO = {"href", "src", "poster"}


class _Page(HTMLParser):
    """The places of a page that a link can lead to, and the links that it has, each with its line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[tuple[int, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up one element."""
        for key, value in attrs:
            if value is None:
                continue
            if key == "id" or (key == "name" and tag == "a"):
                self.places.add(value)
            elif key in _TO:
                self.links.append((self.getpos()[0], value))


def broken(site: Path) -> list[str]:
    """Return the links inside a site whose file or place is not there, each as ``PAGE:LINE: LINK``."""
    site = site.resolve()
    pages = {path: _Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site).as_posix()}:{line}: {link}"
        for path, page in pages.items()
        for line, link in page.links
        if not _leads_somewhere(link, path, pages, site)
    ]


def _leads_somewhere(link: str, path: Path, pages: dict[Path, _Page], site: Path) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    there = path
    if parts.path:
        start = site if parts.path.startswith("/") else path.parent
        there = (start / unquote(parts.path).lstrip("/")).resolve()
    if there.is_dir():
        there /= "index.html"
    if not there.is_relative_to(site) or not there.is_file():
        return False
    # The top of a page is always there, and only a page has places with names.
    place = unquote(parts.fragment)
    return place in ("", "top") or there not in pages or place in pages[there].places


if __name__ == "__main__":
    found = broken(Path(sys.argv[1]))
    print("\n".join(found))
    sys.exit(bool(found))
