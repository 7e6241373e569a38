"""Whatever a stranger's component does while runs are made, one line names it, its plugin and the place."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from commands import run_all
from distributions import describe

# What a test looks for is marked with its name at the end of a line.
STRANGER = """
from dataclasses import dataclass
import numpy as np
from ravine import (
    Architecture, Dataset, Figure, Loss, Metric, Optimizer, Probe, Regularizer, Sampler, Proposals, Schedule, StatelessSampler, Surface, Trial, hookimpl,
)

@dataclass(frozen=True)
class Quits(Optimizer):
    lr: float = 0.1
    def step(self, theta, g, state, *, t, lr):
        if t == 3: raise SystemExit("it quits")  # quits

@dataclass(frozen=True)
class Odd(Schedule):  # odd
    gives: str = "minus"
    def factor(self, step, steps):
        return {"minus": -1.0, "none": None, "text": "half", "nan": float("nan"), "array": np.ones(2), "true": True}[self.gives] if step == 2 else 1.0

@dataclass(frozen=True)
class Fat(Regularizer):  # fat
    gives: str = "none"
    def penalty(self, w):
        return {"none": None, "array": np.ones(3)}[self.gives]

@dataclass(frozen=True)
class Off(Loss):  # off
    gives: str = "one"
    def __call__(self, y, target):
        value = float((y ** 2).mean())
        return {"one": value, "none": (None, y), "list": (value, y.tolist()), "text": ("high", y)}[self.gives]

@dataclass(frozen=True)
class Bent(Surface):  # bent
    domain = ((-1.0, 1.0), (-1.0, 1.0))
    start: tuple[float, float] = (0.5, 0.5)
    gives: str = "none"
    def value(self, x, y):
        return {"none": None, "text": "high"}.get(self.gives, x * y)
    def gradient(self, x, y):
        return {"one": x, "three": (x, y, x), "long": (np.ones(5), np.ones(5))}.get(self.gives, (y, x))

@dataclass(frozen=True)
class Looks(Probe):  # looks
    gives: str = "grows"
    def watch(self, problem, rng):
        if self.gives == "nothing": return None
        calls = []
        def look():
            calls.append(0)
            n = len(calls)
            if self.gives == "raises" and n == 3: raise KeyError("layer")  # raises
            return {
                "grows": {"a": np.zeros(n)}, "ragged": {"a": [[1], [1, 2]]}, "list": [1.0], "words": {"a": np.array(["x"])},
                "leaves": {"a": 1.0} if n < 3 else {}, "adds": {"a": 1.0, "b": 2.0} if n == 3 else {"a": 1.0},
                "number": {1: 2.0}, "nameless": {"": 1.0}, "raises": {"a": 1.0},
            }[self.gives]
        return look

@dataclass(frozen=True)
class Halves(Dataset):  # halves
    def load(self):
        from ravine import Data, Examples
        examples = Examples(np.eye(8), np.arange(8) % 2)
        return Data(examples, examples, n_out=2)
    def split(self, data, rng):
        return data.train, data.test

@dataclass(frozen=True)
class Asks(StatelessSampler):  # asks
    gives: str = "none"
    def propose(self, space, trials, *, number, goal):
        if self.gives == "raises": raise RuntimeError("no idea")  # idea
        if self.gives == "refuses": raise ValueError("a space of one setting")  # refuses
        return {
            "none": None, "outside": {"optimizer.lr": 2.0}, "nan": {"optimizer.lr": float("nan")}, "text": {"optimizer.lr": "high"},
            "lacks": {}, "more": {"optimizer.lr": 0.5, "optimizer.rl": 1.0}, "list": [0.5],
        }[self.gives]

@dataclass(frozen=True)
class Begins(Sampler):  # begins
    gives: str = "none"
    def begin(self, space, goal, place, storage):
        given = self.gives
        class Its(Proposals):
            number = 0
            def ask(self, n):
                if given == "few": return None
                if given == "points": return [{"optimizer.lr": 0.5}]
                if given == "many": return [Trial(i, {"optimizer.lr": 0.5}) for i in range(n + 1)]
                return [Trial(0, {"optimizer.lr": 0.5}) for i in range(n)] if given == "same" else [Trial(0, {"optimizer.lr": 0.5})]
            def tell(self, trial, value):
                raise OSError("the disk is full")  # disk
        return None if given == "none" else Its()

@dataclass(frozen=True)
class Measures(Metric):  # measures
    gives: str = "raises"
    def measure(self, run):
        if not len(run.arrays["loss"]): return 1.0
        if self.gives == "raises": raise IndexError("no such step")  # step
        return {"text": "high", "list": [1.0]}[self.gives]

@dataclass(frozen=True)
class Starts(Metric):  # starts
    def measure(self, run):
        raise IndexError("no such step")  # start

@dataclass(frozen=True)
class Needs(Figure):  # needs
    gives: str = "none"
    def needs(self):
        if self.gives == "raises": raise RuntimeError("unsure")  # unsure
        return None
    def draw(self, study): pass

@dataclass(frozen=True)
class Leaves(Optimizer):
    lr: float = 0.1
    def __post_init__(self):
        if self.lr != 0.1: raise SystemExit("no licence")  # licence
    def step(self, theta, g, state, *, t, lr): pass

@dataclass(frozen=True)
class Stacks(Architecture):  # stacks
    gives: str = "five"
    def stack(self, n_out):
        if self.gives == "leaves": raise SystemExit("no more")  # more
        return {"five": ["flatten", 5], "none": None, "word": ["flaten"], "field": ["flatten", {"name": "affine", "unit": 3}]}[self.gives]

@hookimpl
def ravine_networks(): return {"stacks": Stacks}
@hookimpl
def ravine_optimizers(): return {"quits": Quits, "leaves": Leaves}
@hookimpl
def ravine_schedules(): return {"odd": Odd}
@hookimpl
def ravine_regularizers(): return {"fat": Fat}
@hookimpl
def ravine_losses(): return {"off": Off}
@hookimpl
def ravine_surfaces(): return {"bent": Bent}
@hookimpl
def ravine_probes(): return {"looks": Looks}
@hookimpl
def ravine_datasets(): return {"halves": Halves}
@hookimpl
def ravine_samplers(): return {"asks": Asks, "begins": Begins}
@hookimpl
def ravine_metrics(): return {"measures": Measures, "starts": Starts}
@hookimpl
def ravine_figures(): return {"needs": Needs}
"""

SMALL = "dataset=gaussian network.hidden=[5] training.steps=4 training.evaluate_every=1"
SEARCH = "-m hydra/sweeper=search problem=ravine 'optimizer.lr=interval(0.1,1)' search.trials=2"
CLAIM = "problem=sphere seed=0 'claims=[{says: it is low,metric: {name: measures,gives: GIVES},is: lower,exact: true}]'"

# The command, its status, the component, what it says, and where.
RUNS = {
    "problem=ravine optimizer=quits": ("optimizer 'quits', Quits", "SystemExit: it quits", "quits"),
    f"{SMALL} regularizer=fat": ("regularizer 'fat', Fat", "penalty returned None, not a number", "fat"),
    f"{SMALL} regularizer=fat regularizer.gives=array": ("regularizer 'fat', Fat", "penalty returned array([1., 1., 1.]), not a number", "fat"),
    **{
        f"{SMALL} 'probes=[{{name: looks,gives: {gives}}}]'": ("probe 'looks', Looks", said, place)
        for gives, (said, place) in {
            "grows": ("probe.looks.a has shape (2,), and had (1,) before", "looks"),
            "leaves": ("its arrays are none, and were a before", "looks"),
            "adds": ("its arrays are a, b, and were a before", "looks"),
            "raises": ("KeyError: 'layer'", "raises"),
        }.items()
    },
}  # fmt: skip
REFUSED = {
    **{
        f"problem=ravine schedule=odd schedule.gives={gives}": (
            "schedule 'odd', Odd", f"factor(2, 30) returned {said}, not a finite number from 0", "odd",
        )
        for gives, said in {"minus": "-1.0", "none": "None", "text": "'half'", "nan": "nan", "array": "array([1., 1.])", "true": "True"}.items()
    },
    f"{SMALL} loss=off": ("loss 'off', Off", "it returned a float, not the mean loss and its gradient: end it with return value, dy", "off"),
    f"{SMALL} loss=off loss.gives=none": ("loss 'off', Off", "its value is None, not a number", "off"),
    f"{SMALL} loss=off loss.gives=text": ("loss 'off', Off", "its value is 'high', not a number", "off"),
    f"{SMALL} loss=off loss.gives=list": ("loss 'off', Off", "its gradient is a list, not an array", "off"),
    "problem=bent": ("surface 'bent', Bent", "value returned None, not numbers of shape (1,)", "bent"),
    "problem=bent problem.gives=text": ("surface 'bent', Bent", "value returned 'high', not numbers of shape (1,)", "bent"),
    "problem=bent problem.gives=one": ("surface 'bent', Bent", "gradient returned array([0.5]), not two arrays of shape (1,)", "bent"),
    "problem=bent problem.gives=three": ("surface 'bent', Bent", "gradient returned (array([0.5]), array([0.5]), array([0.5])), not two arrays of shape (1,)", "bent"),
    "problem=bent problem.gives=long": ("surface 'bent', Bent", "not two arrays of shape (1,)", "bent"),
    **{
        f"{SMALL} 'probes=[{{name: looks,gives: {gives}}}]'": ("probe 'looks', Looks", said, place)
        for gives, (said, place) in {
            "nothing": ("watch returned None, not a function: is return missing?", "looks"),
            "ragged": ("probe.looks.a is a list, not an array of numbers", "looks"),
            "words": ("probe.looks.a is an array of type <U1, not of numbers", "looks"),
            "list": ("its function returned a list, not a dict of names and arrays", "looks"),
            "number": ("1 is not a name of an array", "looks"),
            "nameless": ("'' is not a name of an array", "looks"),
        }.items()
    },
    "problem=sphere optimizer=leaves optimizer.lr=0.5": ("optimizer 'leaves', Leaves", "SystemExit: no licence", "licence"),
    **{
        f"dataset=gaussian network=stacks network.gives={gives}": ("network 'stacks', Stacks", said, place)
        for gives, (said, place) in {
            "five": ("layer 1 of the network = 5: it must be a component's name", "stacks"),
            "none": ("TypeError: 'NoneType' object is not iterable", "stacks"),
            "word": ("layer 0 of the network: no layer is named 'flaten'; did you mean flatten or layer_norm?", "stacks"),
            "field": ("layer 1 of the network: Affine has no field 'unit'; did you mean units?", "stacks"),
            "leaves": ("SystemExit: no more", "more"),
        }.items()
    },
    "dataset=halves": ("dataset 'halves', Halves", "split returned a tuple, not a ravine.Split", "halves"),
    **{
        f"{SEARCH} sampler=asks sampler.gives={gives}": ("sampler 'asks', Asks", said, place)
        for gives, (said, place) in {
            "none": ("it proposes no trial at all", "asks"),
            "outside": ("trial 0: optimizer.lr = 2.0 is not in the space, 0.1 to 1", "asks"),
            "nan": ("trial 0: optimizer.lr = nan is not in the space, 0.1 to 1", "asks"),
            "text": ("trial 0: optimizer.lr = 'high' is not in the space, 0.1 to 1", "asks"),
            "lacks": ("trial 0: its point {} does not have the settings of the space: optimizer.lr", "asks"),
            "more": ("trial 0: its point {'optimizer.lr': 0.5, 'optimizer.rl': 1.0} does not have the settings of the space: optimizer.lr", "asks"),
            "list": ("trial 0: its point [0.5] does not have the settings of the space: optimizer.lr", "asks"),
            "raises": ("RuntimeError: no idea", "idea"),
            "refuses": ("a space of one setting", "refuses"),
        }.items()
    },
    **{
        f"{SEARCH} sampler=begins sampler.gives={gives}": ("sampler 'begins', Begins", said, place)
        for gives, (said, place) in {
            "none": ("begin returned None, not Proposals", "begins"),
            "few": ("ask(2) returned None, not a list of up to 2 trials", "begins"),
            "points": ("ask(2) returned [{'optimizer.lr': 0.5}], not a list of up to 2 trials", "begins"),
            "many": ("not a list of up to 2 trials", "begins"),
            "same": ("it proposes trial 0 twice", "begins"),
            "one": ("the disk is full", "disk"),
        }.items()
    },
    CLAIM.replace("{name: measures,gives: GIVES}", "starts"): ("metric 'starts', Starts", "IndexError: no such step", "start"),
    "problem=sphere 'figures=[{name: needs,gives: raises}]'": ("figure 'needs', Needs", "RuntimeError: unsure", "unsure"),
    "problem=sphere 'figures=[needs]'": ("figure 'needs', Needs", "needs returned None, not a tuple of names", "needs"),
}  # fmt: skip
JUDGED = {
    CLAIM.replace("GIVES", gives): ("metric 'measures', Measures", said, place)
    for gives, (said, place) in {
        "raises": ("IndexError: no such step", "step"),
        "text": ("measure returned 'high', not a number or None", "measures"),
        "list": ("measure returned [1.0], not a number or None", "measures"),
    }.items()
}  # fmt: skip


@pytest.fixture(scope="module")
def stranger(tmp_path_factory, cache):
    """The stranger's file, the folder of all commands, and what each of them came to."""
    site, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("tried")
    (site / "stranger.py").write_text(STRANGER)
    describe(site, "stranger", "1.0", "stranger = stranger")
    environment = os.environ | {"PYTHONPATH": str(site), "RAVINE_CACHE": str(cache)}
    typed = [*RUNS, *REFUSED, *JUDGED]
    lines = {str(i): [f"ravine {words} study=s"] for i, words in enumerate(typed)}
    lines = {i: [line + " 'figures=[]'" * ("figures=" not in line) for line in ls] for i, ls in lines.items()}
    done = run_all(lines, folder, environment)
    return site / "stranger.py", folder, dict(zip(typed, done.items(), strict=True))


def place_of(file, mark):
    (line,) = (i for i, text in enumerate(STRANGER.splitlines(), 1) if text.endswith(f"  # {mark}"))
    # A class begins at its decorator.
    return f"({file}:{line - STRANGER.splitlines()[line - 1].startswith('class')})"


def assert_named(said, file, component, reason, mark):
    assert f"{component} of plugin stranger of stranger 1.0: " in said
    assert reason in said
    assert place_of(file, mark) in said


@pytest.mark.parametrize("typed", RUNS)
def test_what_ends_a_run_is_named_and_what_was_trained_is_kept(stranger, typed):
    file, folder, done = stranger
    number, came = done[typed]
    assert came["codes"] == [1]
    (said,) = (line for line in came["err"].splitlines() if ": failed: " in line)
    assert_named(said, file, *RUNS[typed])
    (record,) = (folder / number).glob("runs/s/*/run.json")
    assert json.loads(record.read_text())["status"] == "failed"
    assert said.endswith(f"(see {record.relative_to(folder / number)})")


def test_a_run_that_a_probe_ends_has_the_losses_so_far(stranger):
    _, folder, done = stranger
    number, _ = done[f"{SMALL} 'probes=[{{name: looks,gives: raises}}]'"]
    (file,) = (folder / number).glob("runs/s/*/metrics.npz")
    assert len(np.load(file)["loss"]) == 2
    assert np.load(file)["probe.looks.a"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("typed", REFUSED)
def test_what_stops_a_command_is_named_in_one_line(stranger, typed):
    file, _, done = stranger
    came = done[typed][1]
    assert came["codes"] == [2]
    said = came["err"].splitlines()[-1]
    assert said.startswith("ravine: ")
    assert "Traceback" not in came["err"]
    assert_named(said, file, *REFUSED[typed])


@pytest.mark.parametrize("typed", JUDGED)
def test_a_claim_whose_metric_fails_is_inconclusive_and_the_command_says_so(stranger, typed):
    file, _, done = stranger
    came = done[typed][1]
    assert came["codes"] == [1]
    (verdict,) = (line for line in came["out"].splitlines() if line.startswith("inconclusive: it is low"))
    assert_named(verdict, file, *JUDGED[typed])
    assert came["err"].splitlines()[-1] == "ravine: 1 of 1 claims is not judged: its metric fails or is missing"


LISTENS = """
from ravine import hookimpl

@hookimpl
def ravine_run_start(): raise LookupError("a start")

@hookimpl
def ravine_epoch_end(step): raise LookupError("an epoch")

@hookimpl
def ravine_run_end(): raise LookupError("an end")
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_listener_that_raises_is_heard_of_from_every_process_once(ravine, tmp_path, workers):
    site = tmp_path / "site"
    describe(site, "listens", "1.0", "listens = listens")
    (site / "listens.py").write_text(LISTENS)
    done = ravine(
        *("-m", *SMALL.split(), "seed=0,1,2", f"workers={workers}", "figures=[]", "study=s"),
        PYTHONPATH=str(site),
    )
    assert done.returncode == 0, done.stderr
    warned = [line for line in done.stderr.splitlines() if "warning" in line]
    said = sorted(line for line in warned if " more errors at " not in line)
    # Workers do not count.
    assert len(warned) - len(said) == (3 if workers == 1 else 0)
    assert said == [
        f"ravine: warning: plugin listens of listens 1.0: {hook}: LookupError: {what} ({site}/listens.py:{line})"
        for hook, what, line in (
            ("ravine_epoch_end", "an epoch", 8),
            ("ravine_run_end", "an end", 11),
            ("ravine_run_start", "a start", 5),
        )
    ]
    assert not re.search("Traceback", done.stderr)
    assert len(list(Path("runs/s").glob("*/run.json"))) == 3
