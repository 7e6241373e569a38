"""Strangers: files of somebody else's run no code, read no secret and send nothing elsewhere, in whatever words."""

import logging
import sys
from pathlib import Path

import pytest
import ravine
from omegaconf import OmegaConf
from ravine.config.presets import conf_folder

GLOBAL = "# @package _global_\n"
LOGGING = (
    "{version: 1, root: {handlers: [f]}, handlers: {f: {class: logging.FileHandler, filename: KEPT, mode: w}}}"
)
CODE = "{version: 1, root: {handlers: []}, formatters: {f: {(): numpy.save, file: PWNED, arr: [1]}}}"
JOB = "{version: 1, root: null}"
HYDRAS = (
    "defaults: [output: default, launcher: basic, sweeper: basic, help: default, hydra_help: default, "
    "hydra_logging: default, job_logging: default, callbacks: null, env: default]"
)

# What a file brings into the settings of Hydra's own; the first part of the error that names it.
FILES = {
    "logging empties a file": ("experiment/evil.yaml", f"hydra: {{hydra_logging: {LOGGING}}}"),
    "logging runs code": ("experiment/evil.yaml", f"hydra: {{hydra_logging: {CODE}}}"),
    "logging of jobs": ("experiment/evil.yaml", f"hydra: {{job_logging: {LOGGING}}}"),
    "callbacks": ("experiment/evil.yaml", "hydra: {callbacks: {a: {_target_: builtins.open, file: PWNED, mode: w}}}"),
    "environment": ("experiment/evil.yaml", "hydra: {job: {env_set: {LD_PRELOAD: evil.so}}}"),
    "a copy of the environment": ("experiment/evil.yaml", "hydra: {job: {env_copy: [SECRET]}}"),
    "a folder": ("experiment/evil.yaml", "hydra: {sweep: {dir: /etc}}"),
    "a launcher": ("experiment/evil.yaml", "defaults: [override /hydra/launcher: slurm]"),
    "a launcher's shell": ("experiment/evil.yaml", "hydra: {launcher: {setup: [touch PWNED]}}"),
    "a launcher's callable": ("experiment/evil.yaml", "hydra: {launcher: {_target_: hydra_plugins.evil_pkg.X}}"),
    "a sweeper's callable": ("experiment/evil.yaml", "hydra: {sweeper: {_target_: os.system}}"),
    "a sweeper's other key": ("experiment/evil.yaml", "hydra: {sweeper: {_partial_: true}}"),
    "the search path": ("experiment/evil.yaml", "hydra: {searchpath: [pkg://antigravity]}"),
    "all by a reference": ("experiment/evil.yaml", "values: {h: {verbose: true}}\nhydra: ${values.h}"),
    "settings of Hydra's in the sweep": ("experiment/evil.yaml", "hydra: {sweeper: {params: {hydra.job_logging.x: 1}}}"),
    "another group's package": ("experiment/evil.yaml", "defaults: [/schedule@hydra.callbacks: constant]"),
    "in the place of ours": ("hydra/hydra_logging/none.yaml", LOGGING),
    "in the place of our sweeper": ("hydra/sweeper/study.yaml", "{_target_: os.system}"),
    "in the place of Hydra's launcher": ("hydra/launcher/basic.yaml", "{_target_: os.system}"),
    "in the place of Hydra's settings": ("hydra/config.yaml", f"{HYDRAS}\njob_logging: {JOB}"),
    "a preset": ("optimizer/sgd.yaml", f"{GLOBAL}hydra: {{job_logging: {JOB}}}"),
    "a preset's package": ("optimizer/sgd.yaml", f"# @package hydra.job_logging\n{JOB}"),
}  # fmt: skip
# What the error begins with, if it is not the file.
SAID = {
    "a launcher": "experiment/evil.yaml: hydra/launcher=slurm: a launcher is chosen by a word of the command, and not in a file",
    "another group's package": "schedule/constant.yaml: hydra.callbacks.name cannot be set there",
}
WORDS = {
    "a run": [],
    "a sweep": ["-m", "seed=0,1"],
    "a list of runs": ["-m", "--dry-run", "seed=0,1"],
    "help": ["--help"],
    "the configuration": ["--cfg", "job"],
    "Hydra's configuration": ["--cfg", "hydra", "--resolve"],
    "information": ["--info", "config"],
}


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Write a file of a stranger's, with what must not happen beside it."""
    monkeypatch.setenv("SECRET", "s3cr3t")
    # Hydra's --info adds a handler to it, and this process stays.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    def write(name, text):
        (tmp_path / "KEPT").write_text("kept")
        (tmp_path / "mine" / "experiment").mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / "experiment" / "evil.yaml").write_text(f"{GLOBAL}question: Is it safe?\n")
        file = tmp_path / "mine" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(GLOBAL * (name == "experiment/evil.yaml") + text + "\n")

    return write


def _refused(done):
    assert done.returncode == 2, done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    # Hydra's --info prints headings first.
    assert done.stdout == "" or "--info" in done.args
    assert Path("KEPT").read_text() == "kept"
    assert sorted(path.name for path in Path().iterdir()) == ["KEPT", "mine"]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        *((file, "a sweep") for file in FILES),
        *(("logging empties a file", words) for words in WORDS),
        *(("in the place of ours", words) for words in WORDS),
    ],
)
def test_a_file_sets_nothing_of_hydras_own(ravine_here, mine, file, words):
    mine(*FILES[file])
    done = ravine_here("--config-dir", "mine", *WORDS[words], "experiment=evil", "training.steps=2")
    _refused(done)
    assert done.stderr.startswith(f"ravine: {SAID.get(file, FILES[file][0])}")


@pytest.mark.parametrize("file", ["logging runs code", "a launcher", "in the place of ours", "a preset"])
def test_a_file_sets_nothing_of_hydras_own_in_python(mine, file):
    mine(*FILES[file])
    said, words = f"^{SAID.get(file, FILES[file][0])}", ["experiment=evil", "training.steps=2"]
    with pytest.raises(ravine.ConfigError, match=said):
        ravine.sweep([*words, "seed=0,1"], config_dir="mine")
    with pytest.raises(ravine.ConfigError, match=said):
        ravine.run(words, config_dir="mine")
    if file != "a launcher":
        with pytest.raises(ravine.ConfigError, match=said):
            ravine.compose(words, config_dir="mine")
    assert Path("KEPT").read_text() == "kept"


@pytest.mark.parametrize(
    "key",
    [
        "hydra/launcher",
        "+hydra.launcher.x",
        "hydra.searchpath",
        "hydra",
        "+schedule@hydra.callbacks",
        "experiment",
    ],
)
@pytest.mark.parametrize("sweeper", ["study", "search"])
def test_a_sweep_has_settings_of_runs_only(ravine_here, mine, key, sweeper):
    text = f"defaults: [override /hydra/sweeper: {sweeper}]\nhydra: {{sweeper: {{params: {{'{key}': a}}}}}}"
    mine("experiment/evil.yaml", text)
    done = ravine_here("--config-dir", "mine", "-m", "experiment=evil", "optimizer.lr=0.1,0.2")
    _refused(done)
    assert f"hydra.sweeper.params.{key}: a sweep has settings of runs" in done.stderr


SECRETS = {
    "text": "question: ${oc.env:SECRET}",
    "a name that is made": "values: {e: env}\nquestion: ${oc.${values.e}:SECRET}",
    "a name that is made whole": "values: {e: oc.env}\nquestion: ${${values.e}:SECRET}",
    "in an argument": "question: ${oc.select:none,${oc.env:SECRET}}",
    "text that is read again": "question: ${oc.decode:'\\${oc.env:SECRET}'}",
    "a key that is read": "values: {'a}${oc.env:SECRET': 1}\nfigures: ${oc.dict.values:values}",
    "a study's name": "study: ${oc.env:SECRET}",
    "a value that is swept": "hydra: {sweeper: {params: {study: '${oc.env:SECRET}'}}}",
    "a choice": "defaults: [override /optimizer: '${oc.env:SECRET}']",
    "a mapping": "values: {a: '${oc.create:{b:1}}'}",
    "where this is": "question: ${hydra:runtime.cwd}",
    "the time": "study: s${now:%Y}",
}


@pytest.mark.parametrize(
    ("secret", "words"),
    [*((secret, "a sweep") for secret in SECRETS), ("text", "a run"), ("text", "a list of runs")],
)
def test_an_interpolation_reads_nothing_but_the_configuration(ravine_here, mine, secret, words):
    mine("experiment/evil.yaml", SECRETS[secret])
    done = ravine_here("--config-dir", "mine", *WORDS[words], "experiment=evil", "training.steps=2")
    _refused(done)
    assert "s3cr3t" not in done.stderr
    if secret not in ("a choice", "a key that is read"):
        assert "possible are: ${a.b}, oc.dict.keys, oc.dict.values, oc.select" in done.stderr


@pytest.mark.parametrize("words", ["help", "the configuration", "information"])
@pytest.mark.parametrize("secret", ["text", "a name that is made"])
def test_words_that_only_look_show_no_secret(ravine_here, mine, secret, words):
    mine("experiment/evil.yaml", SECRETS[secret])
    done = ravine_here("--config-dir", "mine", *WORDS[words], "--resolve", "experiment=evil")
    assert "s3cr3t" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_python_reads_no_secret_either(mine):
    mine("experiment/evil.yaml", SECRETS["text"])
    cfg = ravine.compose(["experiment=evil"], config_dir="mine")
    with pytest.raises(ravine.ConfigError, match=r"^question: there is no \$\{oc\.env:…\}"):
        ravine.build(cfg)
    with pytest.raises(ravine.ConfigError, match=r"^question: there is no \$\{oc\.env:…\}"):
        ravine.run(["experiment=evil"], config_dir="mine")


@pytest.mark.parametrize("text", ["optimizer: {name: '${oc.env:SECRET}'}", "optimizer: ${oc.env:SECRET}"])
def test_an_error_in_python_shows_no_secret(mine, text):
    mine("experiment/evil.yaml", text)
    with pytest.raises(ravine.ConfigError) as caught:
        ravine.build(ravine.compose(["experiment=evil"], config_dir="mine"))
    assert "s3cr3t" not in str(caught.value)


def test_the_resolvers_of_a_program_that_uses_ravine_are_there_afterwards():
    ravine.compose([])
    assert OmegaConf.create({"home": "${oc.env:NO_SUCH,none}"}).home == "none"


def test_an_interpolation_may_read_the_configuration(ravine_here, mine):
    mine(
        "experiment/evil.yaml",
        "values: {rates: {slow: 0.1, fast: 0.2}, which: slow}\n"
        "optimizer: {lr: '${values.rates.${values.which}}'}\n"
        "question: ${oc.select:values.none,${oc.dict.keys:values.rates}}",
    )
    done = ravine_here("--config-dir", "mine", "--dry-run", "experiment=evil", "question=${values.which}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", ["pkg://antigravity", "structured://", "s3://bucket"])
@pytest.mark.parametrize("words", ["a run", "a sweep", "help", "information"])
def test_the_search_path_has_folders_only(ravine_here, mine, monkeypatch, path, words):
    monkeypatch.setitem(sys.modules, "antigravity", None)
    mine("config.yaml", f"hydra: {{searchpath: ['{path}']}}")
    said = f"hydra.searchpath: {path}: it is a folder"
    done = ravine_here(*WORDS[words], f"hydra.searchpath=['{path}']")
    _refused(done)
    assert said in done.stderr
    done = ravine_here("--config-path", "mine", *WORDS[words])
    _refused(done)
    assert said in done.stderr


def test_the_search_path_may_have_a_folder_and_no_other(ravine_here, mine):
    mine("optimizer/heavy.yaml", "defaults: [momentum, _self_]\nmomentum: 0.99")
    assert ravine_here("hydra.searchpath=[mine]", "optimizer=heavy", "--dry-run").returncode == 0
    done = ravine_here("hydra.searchpath=[nowhere]", "optimizer=heavy", "--dry-run")
    _refused(done)
    assert "hydra.searchpath: nowhere: no such folder" in done.stderr


@pytest.mark.parametrize("way", ["--config-dir", "--config-path"])
@pytest.mark.parametrize("words", ["a run", "a sweep", "help"])
def test_a_configuration_of_a_strangers_sets_nothing_of_hydras_own(ravine_here, mine, words, way):
    mine("config.yaml", f"hydra: {{hydra_logging: {LOGGING}, job_logging: {CODE}}}")
    _refused(ravine_here(way, "mine", *WORDS[words], "training.steps=2"))


def test_a_configuration_of_a_strangers_chooses_nothing_of_hydras_own(ravine_here, mine):
    mine("config.yaml", "defaults: [override hydra/job_logging: stdout]")
    done = ravine_here("--config-path", "mine", "training.steps=2")
    _refused(done)
    assert "hydra/job_logging/stdout: it cannot be chosen for hydra.job_logging" in done.stderr


def test_completion_runs_nothing_of_a_strangers(ravine_here, mine, monkeypatch):
    mine("config.yaml", f"question: ${{oc.env:SECRET}}\nhydra: {{hydra_logging: {LOGGING}}}")
    monkeypatch.setenv("COMP_LINE", "ravine question=")
    monkeypatch.setenv("COMP_POINT", "16")
    done = ravine_here("--config-path", "mine", "-sc", "query=bash")
    assert "s3cr3t" not in done.stdout + done.stderr
    assert Path("KEPT").read_text() == "kept"


def test_a_copy_of_our_own_configuration_is_not_a_strangers(ravine_here, mine):
    mine("config.yaml", (conf_folder() / "config.yaml").read_text("utf-8"))
    done = ravine_here("--config-path", "mine", "-m", "--dry-run", "problem=ravine", "seed=0,1")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("storage", ["sqlite:///elsewhere.db", "journal:elsewhere.log"])
def test_where_a_search_writes_is_said_by_the_command_only(ravine_here, mine, storage):
    mine("experiment/evil.yaml", f"# @package _global_\nsearch: {{storage: '{storage}'}}\n")
    done = ravine_here("--config-dir", "mine", "-m", "experiment=evil", "problem=sphere", "training.steps=2")
    _refused(done)
    assert (
        "experiment/evil.yaml: search.storage cannot be set there: it says where files are written"
        in done.stderr
    )
    assert not list(Path().glob("elsewhere*"))


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("track", "[{name: lines}]", "it says where runs are sent"),
        ("track", "lines", "it says where runs are sent"),
        ("search.storage", "sqlite:///elsewhere.db", "it says where files are written"),
    ],
)
@pytest.mark.parametrize("as_params", [False, True])
def test_where_something_is_sent_is_said_by_the_command_only(ravine_here, mine, key, value, why, as_params):
    """A tracker sends runs to an address. What a file wants to sweep is a setting, too."""
    section, _, field = key.partition(".")
    setting = f"{section}: {{{field}: '{value}'}}" if field else f"{key}: {value}"
    params = f"hydra: {{sweeper: {{params: {{{key}: '{value}'}}}}}}"
    text = params if as_params else setting
    for word, head in {
        "experiment=evil": "",
        "schedule=evil": "# @package _global_\ndefaults: [constant, _self_]\n",
    }.items():
        name = f"{word.replace('=', '/')}.yaml"
        mine(name, head + text)
        done = ravine_here("--config-dir", "mine", "-m", word, "problem=sphere", "training.steps=2", "seed=0,1")
        _refused(done)
        assert f"{name}: {key} cannot be set there: {why}, " in done.stderr


def test_a_main_file_does_not_say_who_hears_of_runs(ravine_here, mine):
    mine("config.yaml", (conf_folder() / "config.yaml").read_text("utf-8") + "\ntrack: [lines]\n")
    done = ravine_here("--config-path", "mine", "problem=sphere", "training.steps=2", "study=s")
    _refused(done)
    assert "config.yaml: track cannot be set there: it says where runs are sent" in done.stderr
