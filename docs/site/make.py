"""Gather README, pages, and a card for every experiment and component, and build the site of them.

``python docs/site/make.py SITE`` writes it into the folder SITE. It needs what
``pip install -e '.[docs]'`` installs, and no network. Then it follows every link that stays inside the site.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from cards import component_pages
from gallery import gallery_pages
from links import broken
from sphinx.cmd.build import build_main

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# Pages in the order in which a reader needs them.
CONTENTS = {
    "Begin": ["tour", "first_hour", "how_to", "compose", "play", "python", "tutorial", "ko"],
    "The chapter": [
        "chapter",
        "updates",
        "initial_weights",
        "batch_normalisation",
        "overfitting",
        "choosing",
        "claims",
        "notes",
    ],
    "Beyond it": ["papers", "data", "surfaces", "layers", "weights"],
    "Use": ["studies", "settings", "files", "machines", "trackers", "agents"],
    "Plugins": ["book", "write_a_plugin", "what_a_plugin_can_do", "publish_a_plugin", "plugins", "reference"],
    "Look up": ["gallery/index", "components/index"],
    "Inside": ["architecture", "trust", "benchmarks", "contributing", "changelog"],
}
# Pages that lie elsewhere in the repository, by the name that they have in the site.
ELSEWHERE = {
    "benchmarks": "benchmarks/README.md",
    # Sphinx has a page of its own with this name.
    "choosing": "docs/search.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
_LINK = re.compile(r"(\[(?P<text>[^\[\]]*)|)\]\((?P<target>[^)#\s]+)(?P<anchor>(?:#[^)]*)?)\)")


def main(site: Path) -> None:
    """Build the site."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        gather(source)
        options = ["-W", "--keep-going", "-q", "-b", "html", "-c", str(HERE)]
        if status := build_main([*options, str(source), str(site)]):
            sys.exit(status)
    if dead := broken(site):
        sys.exit("\n".join([f"{len(dead)} links of the site lead nowhere:", *dead]))
    print(f"{site / 'index.html'}")


def gather(source: Path) -> None:
    """Write all pages of the site into a folder."""
    shutil.copytree(ROOT / "docs" / "figures", source / "figures")
    pages = {path.stem: path for path in (ROOT / "docs").glob("*.md") if path.stem != "search"}
    pages |= {name: ROOT / path for name, path in ELSEWHERE.items()}
    pages |= {
        f"packages/{path.parent.name}": path for path in (ROOT / "plugins" / "packages").glob("*/README.md")
    }
    pages["index"] = ROOT / "README.md"
    names = {path.resolve(): name for name, path in pages.items()}
    written: dict[str, str] = {name: _linked(name, path, names) for name, path in pages.items()}
    written |= gallery_pages(ROOT, set(pages))
    written |= component_pages(ROOT)
    written["index"] += _contents(written)
    for name, text in written.items():
        place = source / f"{name}.md"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    for notebook in (ROOT / "docs").glob("*.ipynb"):
        shutil.copy(notebook, source)


def _linked(name: str, path: Path, names: dict[Path, str]) -> str:
    """Return a page's text with links as the site has them; one to a file that is not a page is its name."""
    up = "../" * name.count("/")

    def link(found: re.Match[str]) -> str:
        target, anchor = found["target"], found["anchor"]
        if ":" in target:
            return found[0]
        there = (path.parent / target).resolve()
        if there.is_dir() and (there / "README.md").exists():
            there /= "README.md"
        if there in names:
            place = f"{names[there]}.md"
        elif there.parent == ROOT / "docs" / "figures":
            place = f"figures/{there.name}"
        elif there.suffix == ".ipynb":
            place = there.name
        else:
            # It is in the repository only.
            return f"{found['text']} (`{there.relative_to(ROOT).as_posix()}`)"
        return f"{found[1]}]({up}{place}{anchor})"

    return _LINK.sub(link, path.read_text("utf-8"))


def _contents(pages: dict[str, str]) -> str:
    """Return the site's table of contents; a page that is in no part of it comes last."""
    parts = {part: [name for name in names if name in pages] for part, names in CONTENTS.items()}
    listed = {name for names in parts.values() for name in names}
    parts["More"] = sorted(name for name in pages if name not in listed and "/" not in name and name != "index")
    packages = sorted(name for name in pages if name.startswith("packages/"))
    parts["Packages"] = packages
    blocks = [
        "\n".join(["```{toctree}", ":hidden:", f":caption: {part}", "", *names, "```"])
        for part, names in parts.items()
        if names
    ]
    return "\n\n" + "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
