"""The pages for authors of plugins: typed line by line in an environment of their own, and what the code says."""

import contextlib
import importlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import types
from itertools import pairwise
from pathlib import Path

import pytest
import ravine
from documentation import PAGES, ROOT, blocks, named_file
from ravine import registry, testing
from ravine.registry import hookspecs

LION = ROOT / "plugins" / "packages" / "ravine-lion"
OFFLINE = ["--quiet", "--no-index", "--no-build-isolation"]
SCRIPT = """\
#!{python}
import sys
from importlib.metadata import entry_points

sys.argv += {options}
sys.exit(next(iter(entry_points(group="console_scripts", name="{command}"))).load()())
"""


@pytest.fixture
def shell(tmp_path_factory):
    """Run a line in a reader's environment, in which pip installs; the packages of this one lie below it.

    pip has no network: what a package is built with is taken from here.
    """
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    (site / "below.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    for command, options in {"pip": OFFLINE, "pytest": [], "ravine": []}.items():
        script = home / "bin" / command
        script.write_text(SCRIPT.format(python=home / "bin" / "python", command=command, options=options))
        script.chmod(0o755)
    environment = os.environ | {"PATH": f"{home / 'bin'}:{os.environ['PATH']}"}

    def run(line):
        done = subprocess.run(
            ["bash", "-c", line],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}"
        return done.stdout

    return run


def cell(text, monkeypatch, module=None):
    """Run a block as a cell of a notebook; return the notebook, and what was printed."""
    module = module or types.ModuleType("__main__")
    with monkeypatch.context() as here, contextlib.redirect_stdout(io.StringIO()) as out:
        here.setitem(sys.modules, "__main__", module)
        exec(compile(text, "a block", "exec"), vars(module))
    return module, out.getvalue()


@pytest.fixture
def notebook(monkeypatch):
    """Run blocks as the cells of one notebook; plugins that it adds are gone afterwards."""
    module = types.ModuleType("__main__")
    yield lambda text: cell(text, monkeypatch, module)[1]
    registry.load.cache_clear()


def change(text):
    """Do what a block of kind diff says: lines with - become lines with +, among those that stay."""
    name, *changes = re.split(r"^--- (.*)\n|^@@\n", text, flags=re.MULTILINE)[1:]
    path = Path(name)
    for lines in (part.splitlines(keepends=True) for part in changes if part):
        before, after = ("".join(line[1:] for line in lines if line[0] != sign) for sign in "+-")
        assert path.read_text().count(before) == 1, before
        path.write_text(path.read_text().replace(before, after))


def as_printed(printed, output):
    """Whether an output is the one that a page prints, where … stands for anything."""
    pattern = ".*?".join(map(re.escape, printed.strip().split("…")))
    return re.fullmatch(pattern, output.strip(), re.DOTALL)


def follow(page, shell, notebook):
    """Do what a page says, block by block, in this folder."""
    for (kind, text), (following, printed) in pairwise([*blocks(page), (None, None)]):
        if path := named_file(text):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif kind == "diff":
            change(text)
        elif kind in ("python", "console"):
            lines = re.findall(r"^\$ (.*)\n", text, re.MULTILINE)
            output = notebook(text) if kind == "python" else "".join(map(shell, lines))
            if following == "text":
                assert as_printed(printed, output), f"{text}\n{output}"
            else:
                assert "warning" not in output, f"{text}\n{output}"


def without_name(path):
    """A file that a block has made, without the line that names it."""
    return path.read_text().partition("\n")[2]


@pytest.mark.long
def test_the_tutorial_runs_as_printed_and_ends_with_the_package(shell, notebook):
    follow(ROOT / "docs" / "write_a_plugin.md", shell, notebook)
    made = ["ravine_lion.py", "tests/test_lion.py", "ravine_lion_conf/optimizer/lion_text.yaml"]
    for path in made:
        assert without_name(Path(path)) == (LION / path).read_text(), path
    theirs = {path.relative_to(LION).as_posix() for path in LION.rglob("*.*") if "cache" not in str(path)}
    assert theirs == {*made, "pyproject.toml", "README.md"}
    ours, whole = (tomllib.loads((folder / "pyproject.toml").read_text()) for folder in (Path(), LION))
    assert ours["project"].items() <= whole["project"].items()
    assert ours["build-system"] == whole["build-system"]
    assert ours["tool"]["hatch"] == whole["tool"]["hatch"]


def test_the_tutorial_names_every_kind():
    page = (ROOT / "docs" / "write_a_plugin.md").read_text()
    rows = re.findall(r"^\| (\w+) \| (.*) \| `(ravine_\w+)` \|", page, re.MULTILINE)
    assert [(kind, hook) for kind, _, hook in rows] == [
        (kind.name, kind.hook) for kind in registry.KINDS.values()
    ]
    for kind, bases, _ in rows:
        assert f"`{registry.KINDS[kind].base.__name__}`" in bases


def test_every_example_of_another_kind_can_be_pasted_alone(monkeypatch):
    page = (ROOT / "docs" / "write_a_plugin.md").read_text()
    (part,) = re.findall(r"^## Other kinds\n(.*?)^## ", page, re.DOTALL | re.MULTILINE)
    pasted = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", part, re.DOTALL | re.MULTILINE)
    assert len(pasted) == len(re.findall("^### ", part, re.MULTILINE)) == 6
    for text, printed in pasted:
        assert cell(text, monkeypatch)[1] == printed


def test_every_example_of_what_a_plugin_can_do_can_be_pasted_alone(monkeypatch, ravine_here):
    page = (ROOT / "docs" / "what_a_plugin_can_do.md").read_text()
    commands = [text for kind, text in blocks(ROOT / "docs" / "what_a_plugin_can_do.md") if kind == "console"]
    for command in commands:
        done = ravine_here(*shlex.split(command)[2:])
        assert (done.returncode, "warning" in done.stderr) == (0, False), done.stderr
    pasted = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(pasted) == page.count("```python") == 12
    for text, printed in pasted:
        assert cell(text, monkeypatch)[1] == printed


@pytest.mark.long
def test_the_package_of_the_tutorial_is_whole_when_it_is_installed(shell):
    shutil.copytree(LION, "there")
    (typed,) = [text for kind, text in blocks(LION / "README.md") if kind == "sh"]
    for line in typed.splitlines():
        output = shell(f"cd there && {line}")
        assert "warning" not in output, output
    assert re.findall(r"^(adam|my_lion) ", output, re.MULTILINE) == ["adam", "my_lion"]
    elsewhere = shell("ravine --cfg job problem=ravine optimizer=lion_text")
    assert "name: my_lion\n  lr: 0.0001\n  beta1: 0.95\n  beta2: 0.98\n" in elsewhere


@pytest.mark.long
def test_what_is_said_of_publishing_is_so(shell, notebook):
    follow(ROOT / "docs" / "publish_a_plugin.md", shell, notebook)
    assert without_name(Path("ravine-lion/pyproject.toml")) == (LION / "pyproject.toml").read_text()


# ---- the reference -------------------------------------------------------------------------------------------

REFERENCE = ROOT / "docs" / "reference.md"
KINDS = [kind.base for kind in registry.KINDS.values()]


def headings(page):
    return [title.replace("`", "") for title in re.findall(r"^##+ (.*)", page.read_text(), re.MULTILINE)]


def test_the_reference_is_what_the_code_says(monkeypatch):
    monkeypatch.syspath_prepend(REFERENCE.parent)
    made = importlib.import_module("make_reference").page()
    assert made == REFERENCE.read_text(), "python docs/make_reference.py writes it anew"


def test_the_reference_has_everything_that_is_public():
    there = set(headings(REFERENCE))
    assert {*ravine.__all__, *testing.__all__, *registry.__all__} - there == {"KINDS", "registry"}
    assert {name for name in vars(hookspecs) if name.startswith("ravine_")} <= there
    for base in [ravine.Component, *KINDS]:
        written = {
            name for name, member in vars(base).items() if callable(member) or isinstance(member, property)
        }
        methods = {name for name in written if not name.startswith("_")} | written & {"__call__"}
        assert {f"{base.__name__}.{name}" for name in methods} <= there


def test_the_reference_has_an_example_of_every_hook_and_base_class():
    sections = re.split(r"^##+ (.*)\n", REFERENCE.read_text().replace("`", ""), flags=re.MULTILINE)
    texts = dict(zip(sections[1::2], sections[2::2], strict=True))
    hooks = [name for name in vars(hookspecs) if name.startswith("ravine_")]
    without = [name for name in [*hooks, *(base.__name__ for base in KINDS)] if "python\n" not in texts[name]]
    assert not without


def test_the_reference_has_every_promise_once():
    rows = re.findall(r"^\| `(\w+)` \|", REFERENCE.read_text(), re.MULTILINE)
    checks = [check for kind in ("component", "rule", *registry.KINDS) for check in testing.checks(kind)]
    assert rows == [check.__name__.removeprefix("check_") for check in dict.fromkeys(checks)]


def test_the_reference_is_markdown():
    plain = re.sub(r"^```.*?^```$", "", REFERENCE.read_text(), flags=re.DOTALL | re.MULTILINE)
    for left in ("``", "\n---", "\n.. ", "::\n", ">>> "):
        assert left not in plain
    assert not re.search(r"^ +\S", plain, re.MULTILINE), "Markdown takes indented lines for code"


def test_the_examples_of_the_reference_run_each_alone(ravine_here, monkeypatch):
    (command,) = [text for kind, text in blocks(REFERENCE) if kind == "console"]
    assert ravine_here(*command.split()[2:], "figures=[]").returncode == 0
    offered = []
    for (kind, text), (following, printed) in pairwise([*blocks(REFERENCE), (None, None)]):
        if kind == "python":
            module, output = cell(text, monkeypatch)
            assert output == (printed if following == "text" else ""), text
            if "@hookimpl" in text:  # it is a plugin that would be taken in
                assert registry.survey().add(module, "an example", "the reference") == ""
                offered += re.findall(r"def (ravine_\w+)", text)
    assert offered == [name for name in vars(hookspecs) if name.startswith("ravine_")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_headings_lead_somewhere(page):
    for target, anchor in re.findall(r"\]\(([\w./]*)#([^)]+)\)", page.read_text()):
        there = headings(page.parent / target if target else page)
        assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in there}, anchor
