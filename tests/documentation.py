"""The pages, README and docs, and the blocks that they print."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page):
    """Kind and text of every block of a page, in order."""
    return [(found.group(1), found.group(2)) for found in BLOCK.finditer(page.read_text())]


def named_file(text):
    """The path in a first line such as ``# mine/optimizer/heavy.yaml``, for blocks that are files."""
    found = re.match(r"(?:# @package _global_\n)?# (\S+\.(?:py|toml|yaml))\n", text)
    return Path(found.group(1)) if found else None
