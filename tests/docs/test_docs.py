"""What README and docs print is run, block by block, page by page."""

import contextlib
import functools
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import ravine
from documentation import PAGES, ROOT, blocks, named_file
from factories import ends
from ravine.cli import reproduce
from ravine.evidence.verdicts import judge_study
from ravine.records.ledger import Ledger
from ravine.records.study import Study
from ravine.reports import chapter, pages
from ravine_plugins.figures import _moving

FOR_AUTHORS = ("write_a_plugin.md", "publish_a_plugin.md", "reference.md")  # test_plugin_pages runs them
# Each makes several experiments of the chapter.
OF_EXPERIMENTS = ("batch_normalisation.md", "initial_weights.md", "overfitting.md", "search.md", "updates.md")

ids = {"ids": lambda page: page.name}
CHAPTER = {item.name: item for item in chapter.chapter()}
FEWER_EXAMPLES = ["dataset.test=100", "training.evaluation_samples=100"]
LESS = [*FEWER_EXAMPLES, "seed=0", "training.epochs=null", "training.steps=20", "network.hidden=[20,20]"]


@functools.cache
def composed(experiment):
    return ravine.compose([f"experiment={experiment}"])


def brief(words):
    """A command with less to do.

    An experiment is the quick one; on data it has one seed, 20 updates and a small network. Whatever is trained
    on data is judged on fewer of them.
    """
    named = [word.removeprefix("experiment=") for word in words if word.startswith("experiment=")]
    if named and named[0] in CHAPTER and "-m" in words:
        at = words.index(f"experiment={named[0]}") + 1
        less = LESS if composed(named[0]).problem.name == "supervised" else []
        return [*words[:at], *CHAPTER[named[0]].quick, *words[at:], *less]
    on_data = all("=" in word and not word.startswith(("--", "problem=")) for word in words if word != "-m")
    return [*words, *FEWER_EXAMPLES] if on_data else words


def split(line):
    """The words of a line, as a shell finds them."""
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("page", PAGES, **ids)
def test_every_block_is_of_a_kind_that_is_run_or_compared(page):
    assert {kind for kind, _ in blocks(page)} <= {"console", "python", "text", "yaml", "toml", "sh", "diff"}
    for kind, text in blocks(page):
        assert kind not in ("yaml", "toml") or named_file(text), text


@pytest.fixture
def in_brief(monkeypatch):
    """A chapter of one experiment, and animations of a few moments."""
    one = [chapter.Item("Updating parameters", "optimizer_paths", ())]
    for module in (chapter, reproduce):
        monkeypatch.setattr(module, "chapter", lambda: one)
    monkeypatch.setattr(_moving, "_MOST", 3)


# With less to do than printed, some claims have no run.
@pytest.mark.filterwarnings("ignore:no or several runs of a seed fit")
@pytest.mark.usefixtures("in_brief")
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.long] if page.name in OF_EXPERIMENTS else [])
        for page in PAGES
        if page.name not in FOR_AUTHORS
    ],
)
def test_the_page_runs_as_printed(page, tmp_path, ravine_here):
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def done(line):
        if re.search("[|<>;&]", re.sub(r"\$\(.*?\)", "", line)):
            return subprocess.run(
                ["bash", "-c", line], capture_output=True, text=True, env=environment, timeout=300, check=False
            )
        command, *words = split(line)
        assert command == "ravine"
        return ravine_here(*brief(words))

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
                ended = done(line[2:])
                assert ended.returncode == 0, f"{line}\n{ended.stderr}"
                assert "warning" not in ended.stderr, ended.stderr
        elif kind == "text" and printed is not None:
            assert printed == text
            printed = None


def test_the_tour_has_ten_commands():
    assert sum(kind == "console" for kind, _ in blocks(ROOT / "README.md")) == 10


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
    asked = {name: [claim["says"] for claim in composed(name).claims] for name in CHAPTER}
    assert written == asked
    assert list(written) == list(asked)
    assert sum(map(len, asked.values())) >= 25


# ---- the page for a browser ----------------------------------------------------------------------------------


def test_what_is_wide_on_the_page_of_studies_scrolls_in_itself():
    claim = {
        "says": "It learns.",
        "metric": {"name": "final", "of": "train_accuracy"},
        "is": "higher",
        "than": 0.5,
    }
    study = Study(Path("one"), Ledger("ravine", [], [claim], ["0"]), {"0": ends(0.9)})
    page = pages.index_page("Studies", {"A section": [judge_study(study)]}, Path())
    assert "It learns." in page
    style = dict(re.findall(r"([\w.]+) \{ (.*?) \}", page, re.DOTALL))
    assert "overflow-x: auto" in style["pre"]
    assert "overflow-x: auto" in style[".wide"]
    assert "max-width: 100%" in style["img"]
    assert "overflow-wrap: break-word" in style["body"]
    assert page.count("<table>") == page.count('<div class="wide"><table>') == page.count("</table></div>") == 1
