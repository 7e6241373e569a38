"""What README and docs print is run, block by block, page by page."""

import contextlib
import functools
import inspect
import io
import os
import pkgutil
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
import ravine
from documentation import PAGES, ROOT, blocks, named_file
from ravine import registry
from ravine.cli import reproduce
from ravine.config.presets import conf_folder
from ravine.engine.training import Loop
from ravine.reports import chapter
from ravine_plugins.figures import _moving

FOR_AUTHORS = (
    "write_a_plugin.md",
    "publish_a_plugin.md",
    "what_a_plugin_can_do.md",
    "reference.md",
)  # test_plugin_pages runs them
# Each makes several experiments of the chapter, or many pictures, or gives many commands.
LONG = (
    "batch_normalisation.md",
    "chapter.md",
    "compose.md",
    "data.md",
    "first_hour.md",
    "how_to.md",
    "initial_weights.md",
    "ko.md",
    "layers.md",
    "overfitting.md",
    "papers.md",
    "play.md",
    "search.md",
    "settings.md",
    "studies.md",
    "surfaces.md",
    "tour.md",
    "updates.md",
)

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
        sweeps_network = "      network: " in (conf_folder() / "experiment" / f"{named[0]}.yaml").read_text()
        if less and (sweeps_network or composed(named[0]).network.name != "mlp"):
            less = [word for word in less if not word.startswith("network.hidden")]
        # A rate that is divided at milestones has them for some lengths only.
        if lengths := composed(named[0])["values"].get("milestones"):
            less = [word for word in less if not word.startswith("training.steps=")]
            less.append(f"training.steps={min(map(int, lengths))}")
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
@pytest.mark.filterwarnings("ignore:.* is not judged")
@pytest.mark.usefixtures("in_brief")
@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, id=page.name, marks=[pytest.mark.long] if page.name in LONG else [])
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


def test_the_page_of_data_has_every_dataset_and_no_other():
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs" / "data.md").read_text(), re.MULTILINE)
    built_in = {plugin.name for plugin in registry.load().plugins if plugin.built_in}
    there = {n for n, entry in registry.load().entries["dataset"].items() if entry.plugin in built_in}
    assert sorted(rows) == sorted(there)


def test_the_tour_has_ten_commands():
    assert sum(kind == "console" for kind, _ in blocks(ROOT / "docs" / "tour.md")) == 10


@pytest.mark.parametrize("page", PAGES, **ids)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("kind", ["layer", "loss", "network"])
def test_the_page_of_layers_names_them_all(kind):
    text = (ROOT / "docs" / "layers.md").read_text()
    there = {
        entry.name
        for entry in registry.load()
        if entry.kind == kind and entry.plugin.startswith("ravine_plugins")
    }
    named = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"network=(\w+)", text))
    assert there - named == set()


# ---- the page of claims --------------------------------------------------------------------------------------


def test_the_page_of_claims_has_every_claim_of_every_experiment_and_no_other():
    page = (ROOT / "docs" / "claims.md").read_text()
    written = {}
    for part in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        name, *rows = part.splitlines()
        cells = [re.split(r" (?<!\\)\| ", row.strip("| ")) for row in rows if row.startswith("| **")]
        written[name] = [says.partition("<br>")[0].replace("\\|", "|") for _, says, _ in cells]
        assert {outcome for outcome, *_ in cells} <= {"**supported**", "**not supported**", "**inconclusive**"}
        assert all(re.search(r"n = \d+", evidence) for *_, evidence in cells)
    asked = {name: [claim["says"] for claim in composed(name).claims] for name in CHAPTER}
    assert written == asked
    assert list(written) == list(asked)
    assert sum(map(len, asked.values())) >= 25


# ---- the page of the architecture ----------------------------------------------------------------------------

ARCHITECTURE = ROOT / "docs" / "architecture.md"
FRAMEWORK = ROOT / "framework" / "ravine"


def section(title):
    """The text below a heading of the page of the architecture."""
    parts = re.split(r"^## (.*)\n", ARCHITECTURE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def rows(title):
    """The rows of a section's table, without its head, as lists of cells."""
    _, _, *found = re.findall(r"^\| (.*) \|$|^\|[-|]+\|$", section(title), re.MULTILINE)
    return [row.split(" | ") for row in found]


def spans(text):
    return re.findall(r"`([^`\n]+)`", text)


@functools.cache
def rooms():
    return [cell.strip("`") for cell, *_ in rows("The rooms")]


def test_the_architecture_names_files_and_functions_that_exist():
    prose = re.sub(r"^```.*?^```$", "", ARCHITECTURE.read_text(), flags=re.DOTALL | re.MULTILINE)
    names = set(spans(prose))
    files = {name for name in names if re.fullmatch(r"[\w/.-]*(/|\.(py|toml|md))", name)}
    functions = {
        name for name in names if name.partition(".")[0] in rooms() and "." in name and name not in files
    }
    assert len(files) > 20
    assert len(functions) > 30
    for name in files - {"figures/"}:  # a study's
        assert (FRAMEWORK / name).exists() or (ROOT / name).exists(), name
    for name in functions:
        pkgutil.resolve_name(f"ravine.{name}")
    assert not {name for name in names if re.match(r"[a-z]+\.[a-z_]+\.", name)} - functions


def test_the_architecture_has_the_rooms_in_the_order_of_the_walls():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = [contract["layers"] for contract in config["contracts"] if contract["type"] == "layers"]
    above = [set(layer.split(" | ")) for layer in reversed(layers)]
    there = iter(rooms())
    assert [{next(there) for _ in layer} for layer in above] == above
    assert not list(there)
    assert set(rooms()) == {
        path.name for path in FRAMEWORK.iterdir() if path.is_dir() and path.name != "__pycache__"
    }


def test_the_architecture_names_who_imports_a_package():
    for packages, who in rows("The walls"):
        for package in spans(packages):
            line = re.compile(rf"^\s*(?:from|import) {re.escape(package)}\b", re.MULTILINE)
            importing = {
                path.relative_to(FRAMEWORK).as_posix()
                for path in FRAMEWORK.rglob("*.py")
                if line.search(path.read_text()) and "templates" not in path.parts
            }
            owners = set(spans(who))
            named = {file if file in owners else file.partition("/")[0] for file in importing}
            assert named == owners, package


def test_the_architecture_quotes_the_update_order():
    (quoted,) = [text for kind, text in blocks(ARCHITECTURE) if kind == "python"]
    body = inspect.getsource(Loop.step).rpartition('"""\n')[2]
    assert quoted.partition("\n")[2] == textwrap.dedent(body)


@pytest.mark.parametrize("title", ["The way of one command", "The way of a plugin's class"])
def test_a_command_goes_the_way_that_the_architecture_tells(title, ravine_here):
    names = [spans(first)[0] for first, *_ in rows(title)]
    codes = {inspect.unwrap(pkgutil.resolve_name(f"ravine.{name}")).__code__: name for name in names}
    called = []

    def follow(frame, event, _):
        name = codes.get(frame.f_code)
        if event == "call" and name and name not in called:
            called.append(name)

    registry.load.cache_clear()
    sys.setprofile(follow)
    try:
        short = ["optimizer=sgd,adam", "seed=0,1", "problem=ravine", "training.steps=2"]
        ended = ravine_here("-m", *short)
    finally:
        sys.setprofile(None)
    assert ended.returncode == 0, ended.stderr
    assert called == names
