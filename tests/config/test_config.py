"""From overrides to experiments: what works, and what a mistake is told."""

from pathlib import Path

import numpy as np
import pytest
import ravine
from hydra.core.plugins import Plugins
from omegaconf import OmegaConf
from ravine.base.errors import ConfigError
from ravine.config.build import build_both
from ravine.config.explain import making
from ravine.config.grid import study_name
from ravine.config.presets import conf_folder
from ravine.records.run import identify
from ravine.registry.provenance import origin


def error(*overrides):
    with pytest.raises(ravine.ConfigError) as caught:
        ravine.build(ravine.compose(overrides))
    text = str(caught.value)
    assert len(text.splitlines()) <= 2
    return text


# What was typed, and what the answer must contain: what is wrong, where, and what is possible.
MISTAKES = {
    "optimizer=adma": ["optimizer=adma", "did you mean adam"],
    "optimizr=adam": ["'optimizr'", "did you mean optimizer"],
    "optimizer.foo=1": ["optimizer has no field 'foo'", "lr"],
    "++optimizer.foo=1": ["SGD has no field 'foo'", "lr"],
    "optimizer.lr=abc": ["optimizer.lr = 'abc'", "a number"],
    "optimizer.lr=-1": ["optimizer: SGD: lr = -1.0 is not in [0, inf)"],
    "optimizer.lr=nan": ["optimizer.lr = nan: it is a finite number"],
    "optimizer.lr=null": ["optimizer.lr = null: it needs a value"],
    "optimizer.lr=1,2": ["optimizer.lr=1,2 has several values", "ravine -m"],
    "optimizer.name=adma": ["optimizer.name = 'adma' chooses nothing", "optimizer="],
    "optimizer=adam optimizer.name=sgd": ["optimizer.name = 'sgd' chooses nothing: write optimizer=sgd"],
    "problem=ravine problem.start=[nan,1]": ["problem.start[0] = nan: it is a finite number"],
    "+optimizer=adam": ["optimizer is chosen already", "without +"],
    "~optimizer.lr": ["optimizer.lr cannot be deleted"],
    "seed=bad": ["seed = 'bad'", "a whole number"],
    "seed=-1": ["seed = -1", "0 or more"],
    "study=../elsewhere": ["study = '../elsewhere'", "letters, digits"],
    "foo=1": ["no setting 'foo'", "optimizer"],
    "+foo=1": ["no setting 'foo'", "optimizer"],
    "training.stpes=4": ["training has no field 'stpes'", "did you mean steps"],
    "training.steps=-1": ["steps = -1 is not in [0, inf)"],
    "training.steps=5 training.epochs=3": ["steps and epochs are both given", "null for the other"],
    "training.dtype=float16": ["training.dtype = 'float16'", "float32, float64"],
    "network.hidden=[0]": ["hidden = (0,) is not in [1, inf)"],
    "network.hidden=100": ["network.hidden is a list"],
    "network.activation=rleu": ["no layer is named 'rleu'", "did you mean relu"],
    "network.normalization=batchnorm": ["did you mean batch_norm"],
    "network=layers network.layers=[{nme:affine}]": ["layer 0 of the network", "the key 'name'"],
    "network=layers network.layers=[{name:affine,unit:3}]": ["Affine has no field 'unit'", "units"],
    "network=layers network.layers=[{name:affine,units:x}]": ["units = 'x'", "a whole number"],
    "dataset=idx": ["folder is missing: Idx needs it"],
    "dataset.validation=1.5": ["validation = 1.5 is not in [0, 1)"],
    "figures=[path]": ["no figure is named 'path'", "did you mean paths"],
    "figures=[{name:paths,columns:1},paths]": ["figures: paths is asked for twice"],
    "figures=paths": ["figures = 'paths'", "a list"],
    "figures=[{name:paths,columns:0}]": ["columns = 0 is not in [1, inf)"],
    "experiment=optimzer_paths": ["no such experiment", "did you mean optimizer_paths"],
    "problem=rosenbroc": ["no such problem", "did you mean rosenbrock"],
    "problem=ravine problem.start=[1]": ["start = [1.0]: it must have 2 items, not 1"],
    "problem=ravine dataset=mnist": ["dataset makes no sense with this problem, a surface", "supervised"],
    "problem=ravine +dataset=mnist": ["dataset makes no sense with problem=ravine, a surface"],
    "problem=ravine dataset.train=10": ["dataset makes no sense"],
    "problem=ravine network.hidden=[3]": ["network makes no sense"],
    "problem=ravine regularizer=l2": ["regularizer makes no sense"],
    "problem=ravine probes=[masks]": ["probes makes no sense with this problem, a surface"],
    "layers=relu": ["there is no setting 'layers': layers are chosen with network.activation=NAME or "],
    "probe=masks": ["there is no setting 'probe': probes are chosen with 'probes=[NAME]'"],
    "optimizers=adam": ["there is no setting 'optimizers': optimizers are chosen with optimizer=NAME"],
    "problem=ravine training=supervised": ["training=supervised is for problem=supervised; problem=ravine, a surface, has training=surface"],
    "training=surface": ["training=surface is for surfaces; problem=supervised has training=supervised"],
    "problem=ravine training.batch_size=3": ["training has no field 'batch_size'", "steps"],
    "++optimizer._target_=os.system": ["optimizer: components are chosen by registered name"],
    "network=layers network.layers=[{name:affine,_target_:os.system}]": ["never by _target_"],
    "experiment=optimizer_paths optimizer.lr=${values.lr.none}": ["refers to", "give optimizer.lr=VALUE"],
    "optimizer=???": ["optimizer is not chosen: write optimizer=NAME"],
    "optimizer.lr=nope(3)": ["optimizer.lr=nope(3): Unknown function 'nope'"],
    "figures={}": ["figures is a list, [a,b], not a mapping"],
    "values=[1]": ["values is a mapping, {a:b}, not a list"],
    "optimizer.lr": ["optimizer.lr"],
    "a=[": ["["],
}  # fmt: skip


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_is_told_what_where_and_what_is_possible(typed):
    text = error(*typed.split())
    for part in MISTAKES[typed]:
        assert part in text


GLOBAL = "# @package _global_\n"
PARAMS = GLOBAL + "hydra: {sweeper: {params: "
# Files of the user's with a mistake each, how they are chosen, and what the answer must contain after their name.
OF_FILES = {
    "initializer/low.yaml": ("defaults: [normal, _self_]\nstd: -1", "initializer: Normal: std = -1.0 is not in [0, inf)"),
    "initializer/bare.yaml": ("std: 1", "it has no name; a preset's file begins with defaults: [NAME, _self_]"),
    "initializer/list.yaml": ("- normal", "initializer = ['normal']: it is a mapping of settings"),
    "initializer/typo.yaml": ("name: norml", "no initializer is named 'norml'; did you mean normal"),
    "initializer/field.yaml": ("defaults: [normal, _self_]\nsdt: 1", "initializer has no field 'sdt'; did you mean std"),
    "experiment/chosen.yaml": (GLOBAL + "defaults: [override /optimizer: adma]", "optimizer=adma: there is no such optimizer; did you mean adam"),
    "experiment/group.yaml": (GLOBAL + "defaults: [override /optimzer: adam]", "there is no setting 'optimzer'; did you mean optimizer"),
    "experiment/word.yaml": (GLOBAL + "optimizer: adma", "'adma' is where a component's settings belong: defaults: [override /GROUP: adma] chooses one"),
    "experiment/value.yaml": (GLOBAL + "optimizer: {lr: -1}", "optimizer: SGD: lr = -1.0 is not in [0, inf)"),
    "experiment/layer.yaml": (GLOBAL + "network: {activation: rleu}", "network: activation = 'rleu': no layer is named 'rleu'; did you mean relu"),
    "experiment/figure.yaml": (GLOBAL + "figures: [path]", "figures[0]: no figure is named 'path'; did you mean paths"),
    "experiment/claim.yaml": (GLOBAL + "claims: [{says: x, metric: finl, is: lower}]", "claims[0]: no metric is named 'finl'; did you mean final"),
    "experiment/whole.yaml": (GLOBAL + "training: {steps: -1}", "steps = -1 is not in [0, inf)"),
    "experiment/unheard.yaml": (GLOBAL + "colour: red", "there is no setting 'colour'"),
    "experiment/key.yaml": (GLOBAL + "hydra: {sweeper: {params: {1: 2}}}", "hydra.sweeper.params.1: Key 1 (int) is incompatible with (str)"),
    "experiment/items.yaml": (GLOBAL + "- adam", "a list is where a mapping, key: value, belongs, or the other way round"),
    "experiment/forgotten.yaml": (GLOBAL + "defaults: [/problem: ravine]", "problem is chosen already: its defaults need override /problem: ravine"),
    "experiment/relative.yaml": (GLOBAL + "defaults: [optimizer: adam]", "there is no experiment/optimizer/adam: its defaults need override /optimizer: adam"),
    "experiment/relation.yaml": (GLOBAL + "defaults: [/optimizer: sgd, optimizr: adam]", "there is no experiment/optimizr/adam"),
    "optimizer/other.yaml": (GLOBAL + "defaults: [/schedule: step]", "schedule is chosen already: schedule=step is for the command line, override /schedule: step for an experiment"),
    "optimizer/own.yaml": ("defaults: [optimizer: adam]", "there is no optimizer/optimizer/adam: a preset's file begins with defaults: [adam, _self_]"),
    "experiment/swept.yaml": (PARAMS + "{optimizer.lr: [0.1, 0.2]}}}", "hydra.sweeper.params.optimizer.lr = [0.1,0.2]: values are written as text there: '0.1,0.2' sweeps, '[0.1,0.2]' is one value that is a list"),
    "experiment/lists.yaml": (PARAMS + "{network.hidden: [[100, 100], [50]]}}}", "'[100,100],[50]' sweeps, '[[100,100],[50]]' is one value that is a list"),
    "experiment/names.yaml": (PARAMS + "{network.normalization: [null, batch_norm]}}}", "'null,batch_norm' sweeps"),
    "experiment/nested.yaml": (PARAMS + "{optimizer: {lr: 0.1}}}}", "hydra.sweeper.params.optimizer is a mapping: settings have their full names there, optimizer.lr: 0.1"),
    "experiment/empty.yaml": (PARAMS + "{network.normalization: null}}}", "hydra.sweeper.params.network.normalization = null: values are written as text there: 'null'"),
    "experiment/text.yaml": (PARAMS + "seed=0}}", "hydra.sweeper.params is a mapping of settings, key: 'values'"),
    "experiment/headless.yaml": ("seed: 1", "an experiment is settings, key: value, below the line # @package _global_"),
    "experiment/list.yaml": ("- adam", "an experiment is settings, key: value, below the line # @package _global_"),
}  # fmt: skip


@pytest.mark.parametrize("file", OF_FILES)
def test_a_mistake_in_a_file_of_the_users_is_told_with_its_name(ravine_here, tmp_path, file):
    text, says = OF_FILES[file]
    path = tmp_path / "mine" / file
    path.parent.mkdir(parents=True)
    path.write_text(text)
    chosen = file.removesuffix(".yaml").replace("/", "=")
    done = ravine_here("--config-dir", "mine", chosen)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"ravine: {file}: ")
    assert says in line
    if file.endswith(("low.yaml", "chosen.yaml", "value.yaml", "swept.yaml", "nested.yaml")):
        sweep = ravine_here("--config-dir", "mine", "-m", chosen, "seed=0,1")
        assert sweep.stderr.splitlines() in ([line], [line, f"  in the run {chosen} seed=0"])
    assert [place.name for place in tmp_path.iterdir()] == ["mine"]


def test_a_file_is_not_blamed_for_what_is_typed(ravine_here, tmp_path):
    (tmp_path / "mine" / "initializer").mkdir(parents=True)
    (tmp_path / "mine" / "initializer" / "wide.yaml").write_text("defaults: [normal, _self_]\nstd: 1\n")
    for words in (["initializer.std=-1"], ["-m", "initializer.std=-1"], ["workers=0"], ["figures=[path]"]):
        done = ravine_here("--config-dir", "mine", "initializer=wide", *words)
        assert done.returncode == 2
        assert "wide.yaml" not in done.stderr


@pytest.mark.long
def test_every_option_of_every_group_composes_and_builds():
    components = ravine.registry.load()
    for group, kind in (
        ("optimizer", "optimizer"), ("schedule", "schedule"), ("initializer", "initializer"), ("loss", "loss"),
        ("regularizer", "regularizer"), ("problem", "surface"), ("problem", "function"),
    ):  # fmt: skip
        for name, entry in components.entries[kind].items():
            cfg = ravine.compose([f"{group}={name}"])
            assert cfg[group].name == name
            assert ravine.build(cfg).components[group] == origin(entry)


def test_what_is_typed_is_what_is_composed():
    cfg = ravine.compose(
        ["network.hidden=[100,100]", "network.activation=tanh", "initializer=xavier", "regularizer=l2",
         "regularizer.strength=0.1", "training.steps=500"]
    )  # fmt: skip
    experiment = ravine.build(cfg)
    assert experiment.training.steps == 500
    assert experiment.regularizer.strength == 0.1
    names = list(experiment.problem().network.layers)
    assert names == ["0.flatten", "1.affine", "2.tanh", "3.affine", "4.tanh", "5.affine"]


@pytest.mark.parametrize(
    ("options", "layers"),
    [
        ("network.normalization=batch_norm", "flatten affine batch_norm relu affine"),
        ("network.normalization=batch_norm network.placement=after", "flatten affine relu batch_norm affine"),
        ("network.dropout=0.2", "flatten affine relu dropout affine"),
        ("network.dropout=0.2 network.dropout_form=inverted_dropout", "flatten affine relu inverted_dropout affine"),
        ("network=layers network.layers=[flatten,{name:affine,units:7},tanh,{name:affine,units:10}]",
         "flatten affine tanh affine"),
    ],
)  # fmt: skip
def test_networks_from_options_and_from_a_list(options, layers):
    sizes = [] if "network.layers" in options else ["network.hidden=[20]"]
    network = ravine.build(ravine.compose([*options.split(), *sizes])).problem().network
    assert [name.partition(".")[2] for name in network.layers] == layers.split()


def test_a_network_that_does_not_fit_its_data_is_refused():
    for layers, text in (
        ("[{name:affine,units:10}]", r"layer 0.affine: takes examples that are vectors, got shape \(28, 28\)"),
        ("[flatten,{name:affine,units:9}]", r"outputs have shape \(9,\), the dataset needs \(10,\)"),
    ):
        experiment = ravine.build(ravine.compose(["network=layers", f"network.layers={layers}"]))
        with pytest.raises(ValueError, match=text):
            experiment.problem()


def test_compose_leaves_no_global_state_behind():
    from hydra.core.global_hydra import GlobalHydra

    first = ravine.compose(["optimizer=adam"])
    assert not GlobalHydra.instance().is_initialized()
    assert ravine.compose(["optimizer=adam"]) == first


# Hydra 1.3 has to be told which version to behave as, and 1.4 warns if it is.
@pytest.mark.filterwarnings("ignore:The version_base parameter is deprecated")
def test_compose_works_in_threads_and_inside_a_hydra_app():
    from concurrent.futures import ThreadPoolExecutor

    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra

    with ThreadPoolExecutor(4) as pool:
        composed = list(pool.map(lambda seed: ravine.compose([f"seed={seed}"]).seed, range(8)))
    assert composed == list(range(8))
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        ravine.compose([])
        assert GlobalHydra.instance().is_initialized()


def test_a_configuration_as_plain_values_builds_too():
    cfg = ravine.compose(["problem=ravine", "training.dtype=float32"])
    assert ravine.build(OmegaConf.to_container(cfg)).id == ravine.build(cfg).id


def test_a_configuration_of_the_users_own(tmp_path):
    (tmp_path / "mine" / "optimizer").mkdir(parents=True)
    (tmp_path / "mine" / "optimizer" / "fast.yaml").write_text("defaults: [adam, _self_]\nlr: 0.5\n")
    optimizer = ravine.build(ravine.compose(["optimizer=fast"], config_dir=tmp_path / "mine")).optimizer
    assert (type(optimizer).__name__, optimizer.lr, optimizer.beta1) == ("Adam", 0.5, 0.9)


def test_the_id_is_of_the_science_alone():
    ids = {
        typed: ravine.build(ravine.compose(typed.split())).id
        for typed in ("seed=0", "study=x", "figures=[]", "optimizer.lr=0.01", "seed=1", "optimizer.lr=0.02")
    }
    assert len({ids["seed=0"], ids["study=x"], ids["figures=[]"], ids["optimizer.lr=0.01"]}) == 1
    assert len(set(ids.values())) == 3


# A spelling, what a run's configuration has of it, and other spellings of the same run.
SPELLINGS = [
    ("probes=[]", [], ["probes=null"]),
    ("probes=[masks]", ["masks"], ["probes=[{name:masks}]", "probes=[{samples:null,name:masks}]"]),
    (
        "probes=[{name:masks,samples:5}]",
        [{"name": "masks", "samples": 5}],
        ["probes=[{samples:5,numbers:[1,2,4,8,16,32,64],name:masks}]"],
    ),
    (
        "training.groups=[{name:'*.b',lr:2}]",
        [{"name": "*.b", "lr": 2}],
        ["training.groups=[{name:'*.b',lr:2.0}]", "training.groups=[{lr:2,name:'*.b',decay:1,frozen:false}]"],
    ),
]


@pytest.mark.parametrize(("typed", "short", "others"), SPELLINGS)
def test_a_run_has_one_id_however_its_lists_are_spelled(typed, short, others):
    """Found: defaults that were written out, and whole numbers with a point, were another run."""
    words = ["dataset=gaussian", "dataset.train=60", "network.hidden=[5]"]
    made = ravine.build(ravine.compose([*words, typed]))
    section = made.config["training"]["groups"] if "groups" in typed else made.config["probes"]
    assert repr(section) == repr(short)
    for other in others:
        assert ravine.build(ravine.compose([*words, other])).id == made.id
    assert ravine.build({**made.config, "figures": []}).id == made.id


def test_the_order_of_a_mapping_counts_also_if_a_key_is_name():
    """Found: every mapping with that key was taken for a component, and two orders for one run."""
    one, other = (
        identify({"optimizer": {"name": "x", "rates": rates}}, {})
        for rates in ({"name": 1.0, "a": 2.0}, {"a": 2.0, "name": 1.0})
    )
    assert one != other


def test_an_experiment_is_its_resolved_configuration():
    cfg = ravine.compose(["experiment=optimizer_paths", "optimizer=momentum"])
    first = ravine.build(cfg)
    assert first.optimizer.lr == 0.1
    again = ravine.build({**first.config, "figures": ["paths"]})
    assert again.id == first.id
    assert (again.run().arrays["path"] == first.run().arrays["path"]).all()
    assert ravine.build(OmegaConf.create(dict(first.config))).id == first.id


def test_building_the_same_experiment_twice_in_a_process_gives_the_same_numbers():
    small = ["dataset.train=100", "dataset.test=50", "network.hidden=[10]", "training.steps=5"]
    runs = [ravine.build(ravine.compose(small)).run() for _ in range(2)]
    assert np.array_equal(runs[0].arrays["loss"], runs[1].arrays["loss"])


@pytest.mark.parametrize(
    ("given", "typed", "name"),
    [
        (None, [], "default"),
        (None, ["optimizer=sgd,adam", "seed=range(3)"], "optimizer=sgd,adam,seed=range3-"),
        (None, ["optimizer=adam", "optimizer.lr=0.01"], "optimizer=adam,optimizer.lr=0.01"),
        ("paths", ["experiment=optimizer_paths"], "paths"),
        ("paths", ["experiment=optimizer_paths", "seed=0,1,2"], "paths"),
        ("paths", ["experiment=optimizer_paths", "training.steps=5"], "paths,training.steps=5"),
        ("mine", ["experiment=optimizer_paths", "training.steps=5", "study=mine"], "mine"),
        (None, ["hydra/launcher=basic", "seed=1"], "seed=1"),
    ],
)
def test_a_study_is_named_after_what_was_asked(given, typed, name):
    assert study_name(given, typed).startswith(name)
    assert study_name(given, typed) == study_name(given, typed)


def test_study_names_are_folders_whatever_was_typed():
    names = {study_name(None, [f"network.hidden=[{'1,' * n}5]"]) for n in range(80)}
    names |= {study_name(None, ["dataset.folder=/a/b"]), study_name(None, ["dataset.folder=/ab"])}
    assert len(names) == 82
    assert all(len(name) < 128 and "/" not in name for name in names)


EXPERIMENTS = sorted(path.stem for path in (conf_folder() / "experiment").glob("*.yaml"))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_every_experiment_of_ours_is_checked_and_has_a_study_of_its_name(name):
    _, subject = build_both(ravine.compose([f"experiment={name}"]))
    assert subject.name == name
    assert subject.figures
    assert subject.question.endswith("?")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("hydra.job.env_set={LD_PRELOAD:evil.so}", "variables are set in the shell"),
        ("hydra.output_subdir=../../out", "a run's settings are in its folder"),
        ("hydra.job.chdir=true", "a command stays in the folder"),
    ],
)
def test_what_jobs_elsewhere_would_obey_is_refused(ravine_here, setting, says):
    done = ravine_here("-m", "problem=ravine", "seed=0,1", "figures=[]", f"++{setting}")
    assert done.returncode == 2
    assert f"++{setting}: {says}" in done.stderr
    assert not Path("runs").exists()


def test_a_sweep_is_one_study_however_its_name_is_made(ravine_here):
    done = ravine_here("-m", "problem=ravine", "seed=0,1", "figures=[]", "study=s${seed}")
    assert done.returncode == 2
    assert "study = s0, s1: a sweep is one study" in done.stderr


@pytest.mark.parametrize(
    ("group", "section", "text"),
    [
        (
            "launcher",
            {"_target_": "hydra._internal.core_plugins.basic_launcher.BasicLauncher", "cores": 3},
            "hydra.launcher: TypeError: BasicLauncher.__init__() got an unexpected keyword argument 'cores'",
        ),
        (
            "sweeper",
            {"_target_": "hydra_plugins.ravine_study.StudySweeper", "params": 3},
            "hydra.sweeper.params is a mapping of settings, key: 'values'",
        ),
    ],
)
def test_why_a_launcher_or_a_sweeper_cannot_be_made_is_said(group, section, text):
    make = getattr(Plugins.instance(), f"instantiate_{group}")
    cfg = OmegaConf.create({"hydra": {group: section}})
    with pytest.raises(ConfigError) as caught, making(f"hydra.{group}"):
        make(config=cfg, hydra_context=None, task_function=None)
    assert str(caught.value) == text


@pytest.mark.parametrize("mode", [(), ("-m",)])
@pytest.mark.parametrize(
    "word",
    [
        "optimizer=[1]",
        "optimizer=[adam,sgd]",
        "optimizer=null",
        "~optimizer=[adam]",
        "experiment=3",
        "experiment=[optimizer_paths]",
        "hydra/launcher=[1]",
        "problem=true",
    ],
)
def test_a_group_chooses_one_name(ravine_here, mode, word):
    group = word.lstrip("~").partition("=")[0]
    several = f"; ravine -m {group}=NAME,NAME runs several" if group in ("optimizer", "problem") else ""
    done = ravine_here(*mode, word)
    assert done.returncode == 2
    assert done.stderr == (f"ravine: {word}: a group takes one name, {group}=NAME{several}\n")


@pytest.mark.parametrize("word", ["optimizer=adam,1", "optimizer=adam,[sgd]", "optimizer=range(1,3)"])
def test_every_choice_of_a_sweep_is_one_name(ravine_here, word):
    done = ravine_here("-m", "problem=ravine", word)
    assert done.returncode == 2
    assert done.stderr.startswith(f"ravine: {word}: a group takes one name")


def test_a_script_chooses_one_name_too():
    with pytest.raises(ConfigError, match=r"optimizer=\[adam,sgd\]: a group takes one name"):
        ravine.compose(["optimizer=[adam,sgd]"])


@pytest.mark.parametrize(
    "word", ["optimizer=choice(adam,sgd)", "seed=range(3)", "training.steps=interval(1,2)"]
)
def test_without_m_several_values_are_refused(ravine_here, word):
    done = ravine_here("problem=ravine", word)
    assert done.returncode == 2
    assert done.stderr == f"ravine: {word} has several values: ravine -m runs them\n"


@pytest.mark.parametrize("mode", [(), ("-m",)])
@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (
            "override /initializer: [he, xavier]",
            "initializer: he and xavier are both chosen; a group takes one name",
        ),
        ("override /optimizer: [adam, sgd]", "optimizer: adam and sgd are both chosen; a group takes one name"),
    ],
)
def test_a_file_chooses_one_name_of_a_group(ravine_here, tmp_path, mode, chosen, says):
    (tmp_path / "mine" / "experiment").mkdir(parents=True)
    text = f"# @package _global_\ndefaults:\n  - {chosen}\n"
    (tmp_path / "mine" / "experiment" / "two.yaml").write_text(text)
    done = ravine_here("--config-dir", "mine", *mode, "experiment=two", "--dry-run")
    assert done.returncode == 2
    assert done.stderr == f"ravine: {says}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-m", "optimizer=interval(0,1)"], "optimizer=interval(0,1): a grid needs values, optimizer=NAME,NAME"),
        (["-m", "optimizer=,sgd"], "optimizer=,sgd: a value is missing beside a comma"),
        (["-m", "optimizer=sgd,"], "optimizer=sgd,: a value is missing beside a comma"),
        (["optimizer=SGD"], "optimizer=SGD: there is no such optimizer; did you mean sgd or amsgrad?"),
        (["search.trials=3"], "search belongs to a search: ravine -m hydra/sweeper=search"),
        (["wrkers=1"], "there is no setting 'wrkers'; did you mean workers or probes?"),
        (["study=-x"], "study = '-x': it is a folder's name: a letter or a digit, and then at most 127 letters, digits and . _ = , + -"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_is_possible(ravine_here, words, says):
    done = ravine_here(*words)
    assert done.returncode == 2
    assert done.stderr == f"ravine: {says}\n"
