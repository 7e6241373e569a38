"""What README and docs print is run, block by block, page by page."""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from ravine import hookspecs, registry
from ravine.chapter import chapter

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

ids = {"ids": lambda page: page.name}
CHAPTER = {item.name: item for item in chapter()}
BRIEF = """
import sys
from ravine import chapter, cli, reproduction
brief = [chapter.Item("Updating parameters", "optimizer_paths", ())]
chapter.chapter = reproduction.chapter = lambda: brief
sys.exit(cli.main(sys.argv[1:]))
"""


def brief(line):
    """A command with less to do: an experiment on data with one seed and 20 updates, a chapter of one experiment."""
    words = shlex.split(line)
    if words[:2] == ["ravine", "reproduce"]:
        return shlex.join([sys.executable, "-c", BRIEF, *words[1:]])
    named = re.search(r"experiment=(\w+)", line)
    if named and named[1] in CHAPTER and "-m" in words:
        supervised = ravine.compose([f"experiment={named[1]}"]).problem.name == "supervised"
        less = " seed=0 training.epochs=null training.steps=20 training.evaluation_samples=100 dataset.test=100"
        return line + less * supervised
    return line


def blocks(page):
    """Kind and text of every block of a page, in order."""
    return [(found.group(1), found.group(2)) for found in BLOCK.finditer(page.read_text())]


def named_file(text):
    """The path in a first line such as ``# mine/optimizer/heavy.yaml``, for blocks that are files."""
    found = re.match(r"(?:# @package _global_\n)?# (\S+\.(?:py|toml|yaml))\n", text)
    return Path(found.group(1)) if found else None


@pytest.mark.parametrize("page", PAGES, **ids)
def test_every_block_is_of_a_kind_that_is_run_or_compared(page):
    assert {kind for kind, _ in blocks(page)} <= {"console", "python", "text", "yaml", "toml", "sh"}
    for kind, text in blocks(page):
        assert kind not in ("yaml", "toml") or named_file(text), text


@pytest.mark.parametrize("page", PAGES, **ids)
def test_the_page_runs_as_printed(page, tmp_path):
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    if page.name == "plugins.md":  # installed without pip: a module beside an entry point
        site = tmp_path / "site" / "ravine_lion-0.1.dist-info"
        site.mkdir(parents=True)
        (site / "METADATA").write_text("Metadata-Version: 2.1\nName: ravine-lion\nVersion: 0.1\n")
        (site / "entry_points.txt").write_text("[ravine]\nlion = ravine_lion\n")
        environment["PYTHONPATH"] = f"{tmp_path / 'site'}:{tmp_path}"
    names, printed = {}, None
    for kind, text in blocks(page):
        if path := named_file(text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, page.name, "exec"), names)
            printed = out.getvalue()
        elif kind == "console":
            for line in text.splitlines():
                assert line.startswith("$ ")
                done = subprocess.run(
                    ["bash", "-c", brief(line[2:])],
                    capture_output=True,
                    text=True,
                    env=environment,
                    timeout=300,
                    check=False,
                )
                assert done.returncode == 0, f"{line}\n{done.stderr}"
                # With less to do than printed, some claims have no run.
                said = re.sub(r"ravine: warning: no or several runs of a seed fit .*", "", done.stderr)
                assert "warning" not in said, said
        elif kind == "text" and printed is not None:
            assert printed == text
            printed = None


def test_the_tour_has_ten_commands():
    assert sum(kind == "console" for kind, _ in blocks(ROOT / "README.md")) == 10


def test_every_hook_is_in_the_page_about_plugins():
    page = (ROOT / "docs" / "plugins.md").read_text()
    hooks = {name for name in vars(hookspecs) if name.startswith("ravine_")}
    assert hooks == set(re.findall(r"`(ravine_[a-z_]+)`", page)) - {"ravine_plugins"}
    for hook, base in registry.KINDS.values():
        assert f"| `{hook}` | `ravine.{base.__name__}` |" in page


@pytest.mark.parametrize("page", PAGES, **ids)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


# ---- the page of claims --------------------------------------------------------------------------------------


def test_the_page_of_claims_has_every_claim_of_every_experiment_and_no_other():
    page = (ROOT / "docs" / "claims.md").read_text()
    written = {}
    for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name, *rows = part.splitlines()
        cells = [re.split(r" (?<!\\)\| ", row.strip("| ")) for row in rows if row.startswith("| **")]
        written[name] = [says.replace("\\|", "|") for _, says, _ in cells]
        assert {outcome for outcome, *_ in cells} <= {"**supported**", "**not supported**", "**inconclusive**"}
        assert all(re.search(r"n = \d+", evidence) for *_, evidence in cells)
    asked = {
        name: [claim["says"] for claim in ravine.compose([f"experiment={name}"]).claims] for name in CHAPTER
    }
    assert written == asked
    assert list(written) == list(asked)
    assert sum(map(len, asked.values())) >= 25
