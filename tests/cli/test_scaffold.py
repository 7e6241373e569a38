"""The scaffold: every kind's package works as it is written, and nothing is half-written or overwritten."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import run_all
from distributions import describe
from ravine import registry
from ravine.cli.new_plugin import create, next_steps

# They give many commands.
pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
KINDS = list(registry.KINDS)


def commands(package):
    """The lines of the README's one block."""
    (block,) = re.findall(r"^```sh\n(.*?)^```$", (package / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    return block.splitlines()


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A package of every kind, ``own_KIND``."""
    folder = tmp_path_factory.mktemp("packages")
    for kind in KINDS:
        create(f"own_{kind}", kind, folder)
    return {kind: folder / f"ravine-own-{kind}" for kind in KINDS}


@pytest.fixture(scope="module")
def environment(packages, cache, tmp_path_factory):
    """An environment that has them installed, as pip would from their pyproject.toml."""
    site = tmp_path_factory.mktemp("site")
    for package in packages.values():
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        module = project["name"].replace("-", "_")  # the file that hatchling looks for
        shutil.copy(package / f"{module}.py", site)
        points = "\n".join(f"{k} = {v}" for k, v in project["entry-points"]["ravine"].items())
        describe(site, project["name"], project["version"], points)
    return os.environ | {"PYTHONPATH": str(site), "RAVINE_CACHE": str(cache), "RAVINE_STRICT_PLUGINS": "1"}


@pytest.fixture(scope="module")
def tested(packages, environment, tmp_path_factory):
    """Every package's tests, run by one pytest: by module what each of its cases complains of."""
    report = tmp_path_factory.mktemp("report") / "report.xml"
    options = ["-q", "-W", "error", "-p", "no:cacheprovider", f"--junitxml={report}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *packages.values()],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode < 2, done.stdout + done.stderr
    cases = {}
    for case in ElementTree.parse(report).iter("testcase"):
        lost = [child.get("message") for child in case if child.tag in ("failure", "error", "skipped")]
        cases.setdefault(case.get("classname").rpartition(".")[2], []).append(lost)
    return cases


@pytest.fixture(scope="module")
def used(packages, environment, tmp_path_factory):
    """The README's own commands, each kind's in an empty folder, with fewer steps."""
    fewer = "training.steps=5"
    less = f"{fewer} training.evaluation_samples=100 dataset.test=100"
    lines = {
        kind: [
            re.sub(r"training\.(steps|epochs)=\d+", fewer if "problem=" in line else less, line)
            for line in commands(package)[2:]
        ]
        for kind, package in packages.items()
    }
    return run_all(lines, tmp_path_factory.mktemp("used"), environment)


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_test_passes(tested, kind):
    cases = tested[f"test_own_{kind}"]
    assert len(cases) >= 8
    assert cases == [[]] * len(cases)


@pytest.mark.parametrize("kind", KINDS)
def test_its_readme_runs(packages, used, kind):
    assert commands(packages[kind])[:2] == ['pip install -e ".[test]"', "pytest"]
    did = used[kind]
    assert did["codes"] == [0, 0], did["err"] + did["out"]
    assert "warning" not in did["err"], did["err"]
    assert f"{kind} Own{kind.capitalize()}(" in did["out"]  # what ravine check looked at
    # A tracker is not named in a table; its own test looks at what it writes.
    shown = {"metric": "supported: Momentum", "tracker": "adam     1"}.get(kind, f"own_{kind}")
    assert shown in did["out"].partition("none broken")[2]


def test_the_next_steps_are_those_of_the_readme(packages):
    assert next_steps("own_layer", "layer", Path("somewhere")).splitlines()[2:-2] == [
        "  cd somewhere/ravine-own-layer",
        *(f"  {line}" for line in commands(packages["layer"])),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_whole_and_clean(packages, kind):
    package = packages[kind]
    files = {path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()}
    wanted = {".gitignore", "README.md", "pyproject.toml", f"ravine_own_{kind}.py", f"tests/test_own_{kind}.py"}
    assert {file for file in files if "__pycache__" not in file} == wanted
    for file in wanted:
        assert not re.search(r"\bmy_|my-name|MyName|MyBase", (package / file).read_text()), file
    ruff = [sys.executable, "-m", "ruff"]
    ours = ["--no-cache", "--config", ROOT / "pyproject.toml"]
    for order in (
        ["check", *ours, "--ignore=D102,D103"],
        ["format", "--check", *ours],
    ):  # as for our own plugins
        done = subprocess.run([*ruff, *order, "."], cwd=package, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


# ---- names ---------------------------------------------------------------------------------------------------


def test_a_dash_is_an_underscore_where_python_needs_one(tmp_path):
    made = create("sign-descent_2", "optimizer", tmp_path)
    package = tmp_path / "ravine-sign-descent-2"
    assert package / "ravine_sign_descent_2.py" in made
    assert all(path.is_file() for path in made)
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert project["name"] == "ravine-sign-descent-2"
    assert project["entry-points"]["ravine"] == {"sign_descent_2": "ravine_sign_descent_2"}
    code = (package / "ravine_sign_descent_2.py").read_text()
    assert "class SignDescent2(Optimizer" in code
    assert 'return {"sign_descent_2": SignDescent2}' in code


def test_a_packages_name_is_the_components_too(tmp_path):
    assert tmp_path / "ravine-tiger" / "ravine_tiger.py" in create("ravine-tiger", "optimizer", tmp_path)
    assert "ravine-tiger has the optimizer tiger" in next_steps("ravine-tiger", "optimizer", Path())


def test_what_is_built_of_its_sources_has_its_module(packages, tmp_path):
    def build(what, folder):
        script = f"from hatchling import build; print(build.build_{what}({str(tmp_path)!r}))"
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True
        )
        return tmp_path / done.stdout.split()[-1]

    shutil.unpack_archive(build("sdist", packages["layer"]), tmp_path, filter="data")
    with zipfile.ZipFile(build("wheel", tmp_path / "ravine_own_layer-0.1.0")) as wheel:
        assert [name for name in wheel.namelist() if "dist-info" not in name] == ["ravine_own_layer.py"]
        about = wheel.read("ravine_own_layer-0.1.0.dist-info/METADATA").decode()
    assert re.findall(r"^Requires-Dist: ([^;\n]*)$", about, re.MULTILINE) == ["numpy>=2", "ravine<0.2,>=0.1"]


def test_a_name_that_looks_like_a_templates_is_a_name(tmp_path):
    create("my_name_my_kind", "loss", tmp_path)
    assert '{"my_name_my_kind": MyNameMyKind}' in next(tmp_path.glob("*/ravine_*.py")).read_text()


NOT_A_NAME = "a name is a letter, then letters, digits and _, all lower case, and no _ at the end"
REFUSED = {
    ("own", "problem"): "no kind of component is named 'problem'; did you mean surface?",
    ("own", "layers"): "no kind of component is named 'layers'; did you mean layer?",
    ("own", "optimiser"): "no kind of component is named 'optimiser'; did you mean optimizer",
    ("Own", "layer"): f"a new layer cannot be called 'Own': {NOT_A_NAME}",
    ("", "layer"): NOT_A_NAME,
    ("ravine-", "layer"): NOT_A_NAME,
    ("2nd", "layer"): NOT_A_NAME,
    ("own_", "layer"): NOT_A_NAME,
    ("../own", "layer"): NOT_A_NAME,
    ("family/own", "layer"): NOT_A_NAME,
    ("größe", "layer"): NOT_A_NAME,
    ("lambda", "layer"): "'lambda', which Python or a configuration takes for something else",
    ("none", "layer"): "'none', which Python",  # class None
    ("null", "layer"): "'null', which Python or a configuration",
    ("array", "layer"): "its class would be Array, and its code uses another Array; choose another name",
    ("value_error", "figure"): "its class would be ValueError",
    ("adam", "optimizer"): "optimizer 'adam' is taken: ravine_plugins.optimizers.adam of ravine ",
    ("supervised", "surface"): "problem=supervised is taken: ",
    ("normal_001", "initializer"): "initializer=normal_001 is taken: ",
    ("plugins", "layer"): "module ravine_plugins is there already, in ",
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), REFUSED)
def test_what_cannot_be_is_refused_and_nothing_written(tmp_path, name, kind):
    with pytest.raises(ValueError, match=re.escape(REFUSED[name, kind])):
        create(name, kind, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_name_is_free_where_only_another_kind_has_it(tmp_path):
    create("adam", "metric", tmp_path)
    assert (tmp_path / "ravine-adam" / "ravine_adam.py").is_file()


# ---- folders -------------------------------------------------------------------------------------------------


def test_what_is_there_is_not_overwritten(tmp_path):
    kept = tmp_path / "ravine-own" / "kept"
    kept.mkdir(parents=True)
    with pytest.raises(
        ValueError, match="ravine-own: there is something of that name already; nothing is overwritten"
    ):
        create("own", "layer", tmp_path)
    assert list(tmp_path.rglob("*")) == [kept.parent, kept]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_or_a_link_is_left_alone(tmp_path, kind):
    taken = tmp_path / "ravine-own"
    (tmp_path / "elsewhere").mkdir()
    taken.write_text("mine") if kind == "file" else taken.symlink_to("elsewhere")
    with pytest.raises(ValueError, match="nothing is overwritten"):
        create("own", "layer", tmp_path)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "ravine-own").mkdir()
    made = create("own", "layer", tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(made)


@pytest.mark.parametrize(("method", "call"), [("write_text", 3), ("rename", 1)])
def test_nothing_is_left_of_what_cannot_be_written(tmp_path, monkeypatch, method, call):
    calls, real = [], getattr(Path, method)

    def full(self, *args, **kwargs):
        calls.append(self)
        if len(calls) == call:
            raise OSError(28, "No space left on device", str(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, method, full)
    with pytest.raises(OSError, match="No space left"):
        create("own", "layer", tmp_path)
    assert len(calls) == call
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    place = re.escape(str(tmp_path / "nowhere" / "ravine-own"))
    with pytest.raises(OSError, match=f"No such file or directory: '{place}'$"):
        create("own", "layer", tmp_path / "nowhere")


def test_the_help_can_be_pasted_into_a_shell(ravine):
    lines = [line for line in ravine("--help").stdout.splitlines() if line.startswith("ravine ")]
    assert len(lines) > 10
    for line in lines:
        assert not re.search(r"[()<>&;|]", re.sub("'[^']*'", "", line.partition("   ")[0])), line


def test_the_command_writes_here(ravine, tmp_path):
    done = ravine("new-plugin", "own", "--kind", "layer")
    assert done.returncode == 0, done.stderr
    assert shlex.join(["cd", "ravine-own"]) in done.stdout
    assert (tmp_path / "ravine-own" / "tests" / "test_own.py").is_file()
    assert ravine("new-plugin", "own", "--kind", "layer").returncode == 2
