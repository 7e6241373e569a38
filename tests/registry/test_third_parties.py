"""Strangers' packages, installed beside the command: swept, drawn, broken, taken away, and what that costs."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from commands import run_all
from distributions import describe

COMMAND = Path(sys.executable).parent / "ravine"

OPTIMIZER = '''
from dataclasses import dataclass
from ravine import Optimizer, hookimpl

@dataclass(frozen=True)
class Mine(Optimizer):
    """Mine: a step against the gradient."""
    lr: float = 0.5

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g

@hookimpl
def ravine_optimizers():
    return {"NAME": Mine}
'''
HOOK = "from ravine import hookimpl, Optimizer\nfrom dataclasses import dataclass\n@hookimpl\ndef "
BROKEN = {
    "b_import": ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
    "c_exit": ("raise SystemExit('no licence')", "SystemExit: no licence"),
    "d_type": (HOOK + "ravine_layers(): return {'x': int}", "layer 'x' is the class int, not a subclass of ravine.Layer"),
    "e_abstract": (
        OPTIMIZER.replace("def step(self, theta, g, state, *, t, lr):\n        theta -= lr * g", "beta: float = 0.5"),
        "optimizer 'mine': Mine lacks step",
    ),
    "f_unknown": (HOOK + "ravine_optimiser(): return {}", "no hook 'ravine_optimiser'; did you mean ravine_optimizers"),
    "g_duplicate": (
        OPTIMIZER.replace("NAME", "adam"),
        "optimizer 'adam' is offered twice, ravine_plugins.optimizers.adam of ravine",
    ),
    "h_arrays": (
        OPTIMIZER.replace("lr: float = 0.5", "lr: float = 0.5\n    scale: object = None"),
        "field scale is of type object, which no configuration can hold",
    ),
    "i_raises": (HOOK + "ravine_surfaces(): return {}['nothing']", "ravine_surfaces: KeyError: 'nothing'"),
    "j_future": ("RAVINE_HOOKS = 9\n" + OPTIMIZER, "written for version 9 of the hooks, and this ravine has version 1: upgrade ravine"),
    "k_list": (HOOK + "ravine_optimizers(): return [Optimizer]", "not a dict of names and classes"),
}  # fmt: skip


def installer(folder):
    """What puts packages in a folder as an installer would."""

    def install(name, source, version="1.0", **files):
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
        describe(folder, f"stranger-{name}", version, f"{name} = {name}")
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(textwrap.dedent(text))

    install.folder = folder
    return install


@pytest.fixture
def site(tmp_path_factory):
    """A folder that is on Python's path, and what puts packages there."""
    return installer(tmp_path_factory.mktemp("site"))


@pytest.fixture
def run(site):
    def run(*arguments, **environment):
        return subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"PYTHONPATH": str(site.folder)} | environment,
            check=False,
        )

    return run


def warnings_of(done):
    return [line for line in done.stderr.splitlines() if line.startswith("ravine: warning: ")]


def test_ten_broken_packages_are_ten_warnings_and_the_eleventh_works(site, run, tmp_path):
    site("a_good", OPTIMIZER.replace("NAME", "mine"))
    for name, (source, _) in BROKEN.items():
        site(name, source.replace("NAME", "mine"))
    done = run("-m", "optimizer=adam,mine", "problem=ravine", "study=s", "figures=[]")
    assert done.returncode == 0, done.stderr
    said = warnings_of(done)
    assert len(said) == len(BROKEN) == 10
    for line, (name, (_, reason)) in zip(said, BROKEN.items(), strict=True):
        left_out = "is partly left out" if name == "g_duplicate" else "is left out"
        assert line.startswith(f"ravine: warning: plugin {name} of stranger-{name} 1.0 {left_out}")
        assert reason in line
    assert "Traceback" not in done.stderr
    assert re.findall(r"^(adam|mine) ", done.stdout, re.MULTILINE) == ["adam", "mine"]

    doctor = run("doctor")
    assert doctor.returncode == 1
    assert not doctor.stderr
    for name, (_, reason) in BROKEN.items():
        (row,) = re.findall(rf"^stranger-{name} 1\.0 +{name} +(loaded|left out)", doctor.stdout, re.MULTILINE)
        assert (row == "loaded") == (name == "g_duplicate")
        (why,) = re.findall(rf"^plugin {name} of .*$", doctor.stdout, re.MULTILINE)
        assert reason in why
    assert f"nothing_of_that_name' ({site.folder}/b_import.py:1)" in doctor.stdout
    assert re.search(r"^stranger-a_good 1\.0 +a_good +loaded +optimizer mine$", doctor.stdout, re.MULTILINE)

    strict = run("list", RAVINE_STRICT_PLUGINS="1")
    assert strict.returncode == 2
    assert strict.stdout == ""
    assert all(f"plugin {name} of stranger-{name}" in strict.stderr for name in BROKEN)
    calm = run("list", "optimizer", RAVINE_STRICT_PLUGINS="1", RAVINE_DISABLE_PLUGINS=",".join(BROKEN))
    assert (calm.returncode, calm.stderr) == (0, "")
    assert "mine" in calm.stdout


@pytest.mark.long
def test_what_a_stranger_brings_is_typed_listed_completed_and_swept(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "family/mine"))
    assert "optimizer: " in run("--help").stdout
    assert "family/mine" in run("--help").stdout
    assert re.search(r"^  lr  float  = 0\.5$", run("list", "family/mine").stdout, re.MULTILINE)
    line = "ravine optimizer=fam"
    assert run("-sc", "query=bash", COMP_LINE=line).stdout.split() == ["optimizer=family/mine"]
    wrong = run("problem=ravine", "optimizer=family/main")
    assert wrong.returncode == 2
    assert "optimizer=family/main: there is no such optimizer; did you mean family/mine" in wrong.stderr
    assert "lr = 'x': it is a number" in run("problem=ravine", "optimizer=family/mine", "optimizer.lr=x").stderr
    done = run(
        "-m", "problem=ravine", "optimizer=family/mine,sgd", "optimizer.lr=0.1,0.2", "study=s", "figures=[]"
    )
    assert done.returncode == 0
    assert "family/mine lr=0.1" in done.stdout


def test_pairs_of_whole_numbers_are_taken_for_pairs_of_numbers(site, run):
    field = "lr: float = 0.5\n    pairs: tuple[tuple[float, float], ...] = ((0.0, 1.0),)"
    site("stranger", OPTIMIZER.replace("NAME", "mine").replace("lr: float = 0.5", field))
    done = run("problem=ravine", "optimizer=mine", "optimizer.pairs=[[1,2],[3,4]]", "study=s", "figures=[]")
    assert done.returncode == 0, done.stderr
    record = json.loads(next(Path("runs/s").glob("*/run.json")).read_text())
    assert record["config"]["optimizer"]["pairs"] == [[1.0, 2.0], [3.0, 4.0]]
    wrong = run("problem=ravine", "optimizer=mine", "optimizer.pairs=[[1,2,3]]")
    assert wrong.returncode == 2
    assert "it must have 2 items, not 3" in wrong.stderr


def test_a_component_whose_dataclass_has_slots_keeps_its_fields(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "mine").replace("frozen=True", "frozen=True, slots=True"))
    done = run("-m", "problem=ravine", "optimizer=mine", "optimizer.lr=0.1,0.2", "study=s", "figures=[]")
    assert done.returncode == 0, done.stderr
    records = [json.loads(file.read_text()) for file in Path("runs/s").glob("*/run.json")]
    assert sorted(record["config"]["optimizer"]["lr"] for record in records) == [0.1, 0.2]
    assert "kept    is_frozen" in run("check", "mine").stdout


WITH_YAML = """
from pathlib import Path
from ravine import hookimpl

@hookimpl
def ravine_config_dirs():
    return [Path(__file__).parent / "stranger_conf"]
"""


@pytest.mark.long
def test_a_stranger_brings_presets_and_experiments(site, run):
    site(
        "stranger",
        WITH_YAML,
        **{
            "stranger_conf/optimizer/heavy.yaml": "defaults: [momentum, _self_]\nmomentum: 0.99\n",
            "stranger_conf/optimizer/adam.yaml": "defaults: [sgd, _self_]\n",
            "stranger_conf/experiment/theirs.yaml": """\
                # @package _global_
                question: >-
                  Does a stranger's
                  file have a place?
                defaults: [{override /problem: sphere}]
                hydra: {sweeper: {params: {optimizer: "sgd,heavy"}}}
                figures: []
                """,
            "stranger_conf/experiment/sgd_on_ravine.yaml": "question: Is it mine?\n",
            "stranger_conf/experiment/short.yaml": "# @package _global_\ndefaults: [{override /problem: sphere}]\n",
        },
    )
    assert "theirs" in run("--help").stdout
    rows = run("list", "experiment", "--from", "stranger-stranger").stdout.splitlines()[1:]
    assert [row.split(maxsplit=4)[1:] for row in rows] == [
        ["short", "stranger-stranger", "1.0"],
        ["theirs", "stranger-stranger", "1.0", "Does a stranger's file have a place?"],
    ]
    done = run("-m", "experiment=theirs", "seed=0")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^(sgd|heavy) ", done.stdout, re.MULTILINE) == ["sgd", "heavy"]
    assert "beta1: 0.9" in run("--cfg", "job", "optimizer=adam").stdout, (
        "a plugin's file took a component's name"
    )
    doctor = run("doctor")
    assert doctor.returncode == 1
    shadowed = f"{site.folder}/stranger_conf/optimizer/adam.yaml is never chosen: the component optimizer/adam comes first"
    assert doctor.stdout.splitlines()[-1] == shadowed
    offers = "experiment/sgd_on_ravine.yaml, experiment/short.yaml, experiment/theirs.yaml, optimizer/adam.yaml, optimizer/heavy.yaml"
    assert re.search(rf"^stranger-stranger 1\.0  stranger +loaded  {offers}$", doctor.stdout, re.MULTILINE)


def test_what_has_the_name_of_a_preset_of_ravine_is_never_chosen_and_doctor_says_so(site, run):
    lines = (
        OPTIMIZER.replace("NAME", "normal_001")
        .replace("Optimizer", "Initializer")
        .replace("optimizers", "initializers")
    )
    body = "    def std_for(self, fan_in, fan_out):\n        return 0.0\n\n    def sample(self, rng, shape, fan_in, fan_out):\n"
    site(
        "stranger",
        lines.replace("    def step(self, theta, g, state, *, t, lr):\n", body).replace(
            "theta -= lr * g", "return 0 * rng.random(shape)"
        ),
    )
    assert "std: 0.01" in run("--cfg", "job", "initializer=normal_001").stdout
    doctor = run("doctor")
    assert doctor.returncode == 1
    said = "initializer normal_001 of stranger-stranger 1.0 is never chosen: "
    assert doctor.stdout.splitlines()[-1].startswith(said)
    assert doctor.stdout.splitlines()[-1].endswith("'s initializer/normal_001.yaml comes first")


NOISY = """
import numpy as np
from dataclasses import dataclass
from ravine import Layer, hookimpl

@dataclass(frozen=True)
class Noisy(Layer):
    def forward(self, x, p, *, training, rng):
        np.random.random()
        return x, lambda dy, need_dx=True: dy

@hookimpl
def ravine_layers():
    return {"noisy": Noisy}
"""


def test_a_strangers_bug_breaks_no_promise_of_another_component(site, run):
    site("stranger", NOISY)
    assert run("check", "noisy").returncode == 1
    done = run("check", "probe", "distributions")
    assert done.returncode == 0, done.stdout


def test_check_tells_of_errors_in_whatever_the_kit_asks(site, run):
    lines = (
        OPTIMIZER.replace("NAME", "mine")
        .replace("Optimizer", "Initializer")
        .replace("optimizers", "initializers")
    )
    body = "    def std_for(self, fan_in, fan_out):\n        return 1 / 0\n\n    def sample(self, rng, shape, fan_in, fan_out):\n"
    site(
        "stranger",
        lines.replace("    def step(self, theta, g, state, *, t, lr):\n", body).replace(
            "theta -= lr * g", "raise SystemExit(5)"
        ),
    )
    done = run("check", "mine")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "SystemExit: 5" in done.stdout
    assert re.search(r"^\d+ promises, \d+ broken$", done.stdout, re.MULTILINE)


def test_a_folder_of_configurations_that_is_not_there_is_a_warning(site, run):
    site("stranger", WITH_YAML)
    done = run("problem=sphere", "figures=[]")
    assert done.returncode == 0
    (line,) = warnings_of(done)
    assert "plugin stranger of stranger-stranger 1.0: ravine_config_dirs: there is no folder" in line


@pytest.mark.long
def test_a_study_says_which_of_its_plugins_are_missing_or_changed(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "mine"))
    typed = ["-m", "problem=ravine", "optimizer=mine,sgd", "seed=0,1", "study=s"]
    made = run(*typed)
    assert made.returncode == 0
    assert not warnings_of(made)
    record = json.loads(next(Path("runs/s").glob("*/run.json")).read_text())
    assert record["provenance"]["hooks"] == 1
    assert set(record["provenance"]["made_of"]["components"]["optimizer"]) == {
        "kind",
        "name",
        "class",
        "distribution",
        "sha256",
    }

    def said(**environment):
        done = run("figures", "runs/s", **environment)
        assert done.returncode == 0
        assert re.findall(r"^(mine|sgd) ", done.stdout, re.MULTILINE) == ["mine", "sgd"]
        return [line.removeprefix("ravine: warning: runs/s: ") for line in warnings_of(done)]

    gone = "2 runs were made with optimizer 'mine' of stranger-stranger 1.0"
    assert said() == []
    disabled = f"{gone}, which is disabled (RAVINE_DISABLE_PLUGINS)"
    assert said(RAVINE_DISABLE_PLUGINS="stranger") == [disabled]
    source = site.folder / "stranger.py"
    source.write_text(source.read_text().replace("lr * g", "2 * lr * g"))
    assert said() == [f"{gone}, whose source has changed since"]
    shutil.rmtree(site.folder / "stranger_stranger-1.0.dist-info")
    describe(site.folder, "stranger-stranger", "2.0", "stranger = stranger")
    assert said() == [f"{gone}; now it is stranger-stranger 2.0"]
    again = run(*typed)
    assert "2 done before" in again.stderr, "runs of what has not changed are not made again"
    assert not said()


def test_a_change_in_what_a_component_inherits_is_a_change(site, run):
    base = OPTIMIZER.partition("@hookimpl\ndef")[0].replace("class Mine", "class Base")
    own = "from dataclasses import dataclass\nfrom ravine import hookimpl\nfrom stranger_base import Base\n" \
        "@dataclass(frozen=True)\nclass Mine(Base):\n    pass\n@hookimpl\ndef ravine_optimizers(): return {'mine': Mine}\n"  # fmt: skip
    site("stranger", own, **{"stranger_base.py": base})
    typed = ["problem=ravine", "optimizer=mine", "study=s", "figures=[]"]
    assert run(*typed).returncode == 0
    (site.folder / "stranger_base.py").write_text(textwrap.dedent(base).replace("lr * g", "2 * lr * g"))
    assert "whose source has changed since" in run("figures", "runs/s").stderr
    assert "1 done before" not in run(*typed).stderr


def test_a_change_in_another_module_of_its_package_is_a_change(site, run):
    own = "from stranger.sums import times\n" + OPTIMIZER.replace("lr * g", "times(lr, g)").replace(
        "NAME", "mine"
    )
    (site.folder / "stranger").mkdir()
    (site.folder / "stranger" / "__init__.py").write_text("")
    describe(site.folder, "stranger", "1.0", "stranger = stranger.mine")
    (site.folder / "stranger" / "mine.py").write_text(own)
    sums = site.folder / "stranger" / "sums.py"
    sums.write_text("def times(a, b): return a * b\n")
    assert run("problem=ravine", "optimizer=mine", "study=s", "figures=[]").returncode == 0
    assert run("figures", "runs/s").stderr == ""
    sums.write_text("def times(a, b): return 2 * a * b\n")
    assert "whose source has changed since" in run("figures", "runs/s").stderr


def test_a_run_records_the_versions_of_what_its_plugins_require(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "mine"))
    describe(site.folder, "lends-a-hand", "3.1", "")
    with (site.folder / "stranger_stranger-1.0.dist-info" / "METADATA").open("a") as about:
        about.write("Requires-Dist: lends-a-hand>=3\nRequires-Dist: pytest>=8; extra == 'test'\n")
        about.write("Requires-Dist: not-needed-here; sys_platform == 'plan9'\n")
    assert run("problem=ravine", "optimizer=mine", "study=s", "figures=[]").returncode == 0
    assert run("doctor").returncode == 0
    with (site.folder / "stranger_stranger-1.0.dist-info" / "METADATA").open("a") as about:
        about.write("Requires-Dist: torchbearer<3,>=2.9\n")
    said = "stranger-stranger 1.0 requires torchbearer, which is not installed"
    assert run("doctor").stdout.splitlines()[-1] == said
    made = json.loads(next(Path("runs/s").glob("*/run.json")).read_text())["provenance"]["versions"]
    assert made.keys() == {"ravine", "numpy", "hydra-core", "omegaconf", "stranger-stranger", "lends-a-hand"}
    assert (made["stranger-stranger"], made["lends-a-hand"]) == ("1.0", "3.1")


def test_list_imports_no_drawing_no_disabled_plugin_and_no_class_that_is_not_shown(site, run):
    site("loud", "raise RuntimeError('imported')")
    lazy = OPTIMIZER.replace("Mine}", "'slow_part:Mine'}").replace("NAME", "slow")
    site("lazy", lazy, **{"slow_part.py": OPTIMIZER})
    script = (
        "import sys; from ravine.cli.main import main; status = main(sys.argv[1:]); "
        "loaded = {'matplotlib', 'loud', 'omegaconf', 'hydra'} & set(sys.modules); sys.exit(status or (str(loaded) if loaded else 0))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "list"],
        env=os.environ | {"PYTHONPATH": str(site.folder), "RAVINE_DISABLE_PLUGINS": "loud"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    script = script.replace("'loud'", "'slow_part'")
    done = subprocess.run(
        [sys.executable, "-c", script, "list", "surface"],
        env=os.environ | {"PYTHONPATH": str(site.folder), "RAVINE_DISABLE_PLUGINS": "loud"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


BREAKING = """
from dataclasses import dataclass
import numpy as np
from ravine import Architecture, Dataset, Initializer, Layer, ParameterSpec, Surface, hookimpl

@dataclass(frozen=True)
class Slope(Surface):
    steep: float
    def __post_init__(self):
        self.require(stepe="(0, inf)")  # 10
    def value(self, x, y): return x + y
    def gradient(self, x, y): return x, y

@dataclass(frozen=True)
class Nothing(Dataset):
    def load(self): pass

@dataclass(frozen=True)
class Lost(Dataset):
    def load(self): return np.load("lost.npz")  # 20

@dataclass(frozen=True)
class Odd(Layer):
    shape: bool = False
    def parameters(self, in_shape):
        if self.shape: return {"w": ParameterSpec(7, fill=0.0)}  # 26
        return {"w": ParameterSpec(in_shape, fil=0.0)}  # 27
    def forward(self, x, p, *, training, rng): return x, lambda dy, need_dx=True: dy

@dataclass(frozen=True)
class Unpaired(Layer):
    def parameters(self, in_shape): return {"w": (3, 4)}
    def forward(self, x, p, *, training, rng): return x, lambda dy, need_dx=True: dy

@dataclass(frozen=True)
class Tower(Architecture):
    def stack(self, n_out): return ["affine"] * self.floors  # 37

@dataclass(frozen=True)
class Slip(Layer):  # 40; its decorator is 39
    which: str = "int"
    def out_shape(self, in_shape):
        return {"int": 5, "none": None, "list": [5]}.get(self.which, in_shape)
    def parameters(self, in_shape):
        if self.which == "below": return {"w": ParameterSpec((-1, 2), fill=0.0)}  # 45
        if self.which == "fill": return {"w": ParameterSpec((1,), fill="x")}  # 46
        return {"number": {1: ParameterSpec((1,), fill=0.0)}, "digit": {"2w": ParameterSpec((1,), fill=0.0)}}.get(self.which, {})
    def buffers(self, in_shape):
        return {2: ParameterSpec((1,), fill=0.0)} if self.which == "buffer" else {}
    def forward(self, x, p, *, training, rng):
        def backward(dy, need_dx=True): dy * 2
        return x if self.which == "forward" else (x, backward)

@dataclass(frozen=True)
class Draw(Initializer):
    which: str
    def std_for(self, fan_in, fan_out): return 1.0
    def sample(self, rng, shape, fan_in, fan_out):
        made = {"shape": np.zeros(3), "text": np.full(shape, "x"), "none": None, "nan": np.full(shape, np.nan)}
        return made[self.which]

@hookimpl
def ravine_surfaces(): return {"slope": Slope}
@hookimpl
def ravine_datasets(): return {"nothing": Nothing, "lost": Lost}
@hookimpl
def ravine_layers(): return {"odd": Odd, "unpaired": Unpaired, "slip": Slip}
@hookimpl
def ravine_initializers(): return {"draw": Draw}
@hookimpl
def ravine_networks(): return {"tower": Tower}
"""
BREAKS = {
    "problem=slope problem.start=[1,1] problem.steep=1": (
        "surface 'slope', Slope", "TypeError: require: there is no field 'stepe'; did you mean steep", 10),
    "dataset=nothing": ("dataset 'nothing', Nothing", "Nothing: load returns None", 14),
    "-m dataset=lost seed=0,1": ("dataset 'lost', Lost", "[Errno 2] No such file or directory: 'lost.npz'", 20),
    "dataset=lost": ("dataset 'lost', Lost", "[Errno 2] No such file or directory: 'lost.npz'", 20),
    "network.activation=odd": ("layer 'odd', Odd", "TypeError: ParameterSpec.__init__() got an unexpected keyword argument 'fil'", 27),
    "network=layers network.layers=[flatten,{name:odd,shape:true}]": ("layer 'odd', Odd", "shape = 7: it must be a tuple of whole numbers from 0, like (784, 50)", 26),
    "network.activation=unpaired": ("layer 'unpaired', Unpaired", "TypeError: layer 2.unpaired: parameters: 'w' is a tuple, not a ParameterSpec", 30),
    "network=tower": ("network 'tower', Tower", "AttributeError: 'Tower' object has no attribute 'floors'", 37),
    **{
        f"network=layers network.layers=[flatten,{{name:slip,which:{which}}},affine]": ("layer 'slip', Slip", reason, line)
        for which, (reason, line) in {
            "int": ("TypeError: layer 1.slip: out_shape returned 5, not a tuple like (50,)", 39),
            "none": ("TypeError: layer 1.slip: out_shape returned None, not a tuple like (50,)", 39),
            "list": ("TypeError: layer 1.slip: out_shape returned [5], not a tuple like (50,)", 39),
            "below": ("shape = (-1, 2): it must be a tuple of whole numbers from 0, like (784, 50)", 45),
            "fill": ("fill = 'x': it must be a finite number, or None", 46),
            "number": ("TypeError: layer 1.slip: parameters: 1 is not a name like 'W', which forward finds as p.W", 39),
            "digit": ("TypeError: layer 1.slip: parameters: '2w' is not a name like 'W'", 39),
            "buffer": ("TypeError: layer 1.slip: buffers: 2 is not a name like 'W'", 39),
        }.items()
    },
    **{
        f"initializer=draw initializer.which={which}": ("initializer 'draw', Draw", reason, 54)
        for which, reason in {
            "shape": "sample returned float64 of shape (3,), not an array of numbers of shape (784, 100)",
            "text": "sample returned <U1 of shape (784, 100), not an array of numbers of shape",
            "none": "sample returned object of shape (), not an array of numbers of shape",
            "nan": "sample returned numbers that are not finite, for a weight of shape (784, 100)",
        }.items()
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def broken(tmp_path_factory, cache):
    """The file that breaks, and what each of the commands came to."""
    site = installer(tmp_path_factory.mktemp("site"))
    site("stranger", BREAKING)
    environment = os.environ | {"PYTHONPATH": str(site.folder), "RAVINE_CACHE": str(cache)}
    lines = {str(i): [f"ravine {typed} training.steps=1 'figures=[]'"] for i, typed in enumerate(BREAKS)}
    done = run_all(lines, tmp_path_factory.mktemp("broken"), environment)
    return site.folder / "stranger.py", dict(zip(BREAKS, done.values(), strict=True))


@pytest.mark.parametrize("typed", BREAKS)
def test_what_breaks_before_the_first_run_is_named_in_one_line(broken, typed):
    component, reason, line = BREAKS[typed]
    file, done = broken
    assert done[typed]["codes"] == [2]
    (said,) = done[typed]["err"].splitlines()
    assert f"{component} of plugin stranger of stranger-stranger 1.0: " in said
    assert reason in said
    assert said.endswith(f"({file}:{line})")


def test_python_told_to_raise_warnings_still_hears_of_plugins_in_one_line(site, run):
    site("broken", "import nothing_of_that_name")
    site("stranger", WITH_YAML)
    done = run("problem=sphere", "figures=[]", PYTHONWARNINGS="error")
    assert done.returncode == 0, done.stderr
    assert [line.split(":")[2] for line in warnings_of(done)] == [
        " plugin broken of stranger-broken 1.0 is left out",
        " plugin stranger of stranger-stranger 1.0",
    ]


CHATTY = """
import warnings
print("hello from {name}")
warnings.warn("an old way", FutureWarning)
"""


def test_what_a_plugin_prints_and_warns_of_while_it_is_imported_stays_out_of_the_output(site, run):
    lazy = OPTIMIZER.replace("Mine}", "'slow_part:Mine'}").replace("NAME", "slow")
    site(
        "stranger",
        CHATTY.format(name="stranger") + lazy,
        **{"slow_part.py": CHATTY.format(name="slow_part") + OPTIMIZER},
    )
    done = run("list", "optimizer", "slow")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("optimizer slow, of stranger-stranger 1.0")
    assert "hello" not in done.stdout
    assert "hello from stranger\n" in done.stderr
    assert "hello from slow_part\n" in done.stderr
    said = "ravine: warning: plugin stranger of stranger-stranger 1.0: FutureWarning: an old way"
    assert warnings_of(done) == [said] * 2


def test_presets_are_listed_and_doctor_composes_them(site, run):
    files = {
        "heavy": "# A long memory.\ndefaults: [momentum, _self_]\nmomentum: 0.99\n",
        "typo": "defaults: [adam, _self_]\nbeat2: 0.9\n",
        "word": "defaults: [adam, _self_]\nbeta2: high\n",
        "other": "defaults:\n  - adm\n  - _self_\n",
        "nameless": "beta2: 0.9\n",
        "loses": "defaults: [_self_, adam]\nbeta2: 0.9\n",
        "ring": "defaults: [round, _self_]\n",
        "round": "defaults: [ring, _self_]\n",
    }
    site(
        "stranger", WITH_YAML, **{f"stranger_conf/optimizer/{name}.yaml": text for name, text in files.items()}
    )
    (row,) = re.findall(r"^optimizer +heavy .*", run("list", "optimizer").stdout, re.MULTILINE)
    assert row.split(maxsplit=4)[2:] == ["stranger-stranger", "1.0", "preset of momentum: A long memory."]
    assert "momentum: 0.99" in run("list", "heavy").stdout
    reasons = {
        "loses": "_self_ comes first in its defaults, so its values have no effect: write defaults: [NAME, _self_]",
        "nameless": "optimizer = {'beta2': 0.9}: it has no name; a preset's file begins with defaults: [NAME, _self_]",
        "other": "there is no optimizer 'adm'; did you mean adam or radam or nadam?",
        "ring": "its defaults lead back to it",
        "round": "its defaults lead back to it",
        "typo": "optimizer has no field 'beat2'; did you mean beta2 or beta1?",
        "word": "optimizer.beta2 = 'high': it is a number",
    }
    doctor = run("doctor")
    assert doctor.returncode == 1
    folder = site.folder / "stranger_conf" / "optimizer"
    assert doctor.stdout.splitlines()[-7:] == [f"{folder}/{name}.yaml: {why}" for name, why in reasons.items()]
    for name in ("typo", "ring"):
        done = run("--config-dir", folder.parent, "problem=ravine", f"optimizer={name}")
        assert (done.returncode, done.stderr) == (2, f"ravine: optimizer/{name}.yaml: {reasons[name]}\n")


def test_a_filter_of_the_list_that_nothing_fits_says_what_there_is(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "mine"))
    site("broken", "import nothing_of_that_name")
    for typed, said in {
        "--from nobody": "--from nobody: no plugin is from that distribution; there are: ravine, stranger-broken, stranger-stranger",
        "layer --from stranger-stranger": "--from stranger-stranger: it provides nothing of what was asked for",
        "--from stranger_broken": "nothing of what was asked for: plugin broken of stranger-broken 1.0 is left out: Mod",
        "optimizer --search zzz": "--search zzz: none of 34 has that text in its name or description",
    }.items():
        done = run("list", *typed.split())
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr.replace("ravine-optuna, ", "")  # where it is installed
    assert run("list", "--from", "Stranger_Stranger").stdout.count("\n") == 2


def test_a_component_that_is_not_there_is_said_to_be_disabled_or_left_out(site, run):
    site(
        "stranger",
        OPTIMIZER.replace("NAME", "mine").replace(
            "theta -= lr * g", "pass\n    def __post_init__(self): 1 / 0"
        ),
    )
    done = run("problem=ravine", "optimizer=mine")
    assert done.returncode == 2
    why = "ravine: optimizer=mine: there is no such optimizer: plugin stranger of stranger-stranger 1.0 is left out: "
    assert done.stderr.splitlines()[-1].startswith(why)
    done = run(
        "problem=ravine", "optimizer=adam", RAVINE_DISABLE_PLUGINS="ravine_plugins.optimizers.adam,stranger"
    )
    assert re.search(
        r"optimizer=adam: .*adam of ravine .* is disabled \(RAVINE_DISABLE_PLUGINS\)$", done.stderr
    )
    done = run("list", "optimizer", "mine", RAVINE_DISABLE_PLUGINS="stranger")
    assert re.search(
        r"no optimizer is named 'mine'; did you mean muon or lion\? RAVINE_DISABLE_PLUGINS leaves out stranger$",
        done.stderr,
    )


def test_a_run_that_fails_tells_the_component_and_the_place_in_the_plugin(site, run):
    site(
        "stranger",
        OPTIMIZER.replace("NAME", "mine").replace("theta -= lr * g", "raise ValueError('one\\ntwo')"),
    )
    done = run("problem=ravine", "optimizer=mine", "figures=[]", "study=s")
    assert done.returncode == 1
    (record,) = Path("runs/s").glob("*/run.json")
    whose = "optimizer 'mine', Mine of plugin stranger of stranger-stranger 1.0"
    place = site.folder / "stranger.py"
    assert f": failed: {whose}: one two ({place}:11) (see {record})\n" in done.stderr


def test_where_a_library_raises_the_place_is_where_the_plugin_called_it(site, run):
    line = "import numpy as np; np.linalg.inv(np.eye(2)[:1])"
    site("stranger", OPTIMIZER.replace("NAME", "mine").replace("theta -= lr * g", line))
    done = run("problem=ravine", "optimizer=mine", "figures=[]", "study=s")
    assert re.search(
        r": failed: optimizer 'mine', .*: Last 2 dimensions .* \(.*/stranger.py:11\) \(see ", done.stderr
    )


@pytest.mark.parametrize(
    ("which", "said"),
    [
        (
            "forward",
            "layer 1.slip: forward returned ndarray, not output and function: end it with return y, backward",
        ),
        ("backward", "layer 1.slip: backward returned None, not the gradient of x: is return missing?"),
    ],
)
def test_the_commonest_slips_of_a_layer_are_a_sentence(site, run, which, said):
    site("stranger", BREAKING)
    layers = f"network.layers=[{{name:affine,units:5}},{{name:slip,which:{which}}},{{name:affine,units:10}}]"
    done = run("dataset=gaussian", "network=layers", layers, "training.steps=1", "figures=[]", "study=s")
    whose = "layer 'slip', Slip of plugin stranger of stranger-stranger 1.0"
    assert done.stderr == f"ravine: {whose}: TypeError: {said} ({site.folder}/stranger.py:39)\n"
    assert done.returncode == 2


def test_of_two_plugins_of_one_name_the_second_brings_nothing(site, run):
    site("stranger", WITH_YAML, **{"stranger_conf/optimizer/heavy.yaml": "defaults: [momentum, _self_]\n"})
    describe(site.folder, "zzz", "1.0", "stranger = zzz")
    (site.folder / "zzz.py").write_text(OPTIMIZER.replace("NAME", "mine"))
    doctor = run("doctor").stdout
    assert re.search(r"^zzz 1\.0 +stranger +left out$", doctor, re.MULTILINE)
    assert "that of stranger-stranger 1.0, which keeps the name: rename the entry point of one" in doctor
    (row,) = re.findall(r"^optimizer +heavy .*", run("list", "optimizer").stdout, re.MULTILINE)
    assert row.split()[2] == "stranger-stranger"


def test_doctor_tells_of_what_a_plugin_brings_that_is_never_read_or_does_not_run(site, run):
    files = {
        "optimzer/a.yaml": "defaults: [adam, _self_]\n",
        "optimizer/b.yml": "defaults: [adam, _self_]\n",
        "experiment/good.yaml": "# @package _global_\ndefaults: [{override /problem: sphere}]\n",
        "experiment/bad.yaml": "# @package _global_\noptimizer: {rl: 1}\n",
    }
    site("stranger", WITH_YAML, **{f"stranger_conf/{path}": text for path, text in files.items()})
    describe(site.folder, "unheard", "2.0", b"[ravine.plugins]\nmine = stranger\n[ravines]\nother = x\n")
    folder = site.folder / "stranger_conf"
    done = run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[-4:] == [
        f"{folder}/experiment/bad.yaml: optimizer has no field 'rl'; did you mean lr?",
        f"{folder}/optimzer is not a group of configurations, and never read; did you mean optimizer or initializer?",
        f"{folder}/optimizer/b.yml is never read: its name has to end with .yaml",
        "entry point mine of unheard 2.0 is in group ravine.plugins, which is never read: write ravine",
    ]


def test_a_network_without_layers_is_refused(run):
    done = run("dataset=gaussian", "network=layers", "figures=[]")
    assert (done.returncode, done.stderr) == (
        2,
        "ravine: a network has at least one layer, and this one has none\n",
    )


def test_check_gives_a_place_in_a_file_where_what_dataclasses_write_raises(site, run):
    site("stranger", OPTIMIZER.replace("NAME", "mine").replace("theta -= lr * g", "self.lr = 2.0"))
    done = run("check", "mine")
    assert done.returncode == 1
    assert "FrozenInstanceError: cannot assign to field 'lr' (stranger.py:11)" in done.stdout


def test_doctor_counts_what_a_plugin_offers_where_it_is_much(site, run):
    names = ", ".join(f"'mine{i}': Mine" for i in range(60))
    site("stranger", OPTIMIZER.replace('"NAME": Mine', names))
    done = run("doctor")
    (row,) = re.findall(r"^stranger-stranger 1\.0 .*$", done.stdout, re.MULTILINE)
    assert row.split("loaded")[1].strip() == "60 optimizers"
    assert max(map(len, done.stdout.splitlines())) < 140
