"""Strangers' rules that break their contract in a run: a line for each, and the other runs go on."""

import importlib
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import ravine
from distributions import describe
from ravine import registry

HEAD = '''
from dataclasses import dataclass

import numpy as np
from ravine import Optimizer, Transform, hookimpl

KEPT = []


def fail(text):
    raise RuntimeError(text)


@dataclass(frozen=True)
class Heavy(Optimizer, slots=("v",), sees="all"):
    """Heavy: a velocity."""

    lr: float = 0.1

    def step(self, theta, g, state, *, t, lr):
        (v,) = state
        v += g
        theta -= lr * v
'''
TAIL = """

@hookimpl
def ravine_optimizers():
    return {cls.__name__.lower(): cls for cls in Heavy.__subclasses__()}
"""
START = "    def start(self, theta):\n        "
STEP = "    def step(self, theta, g, state, *, t, lr, gradient_at):\n        gradient_at("
EVALUATED = "    def evaluated(self, theta, state, *, t):\n        return "
# By name: what a call gets, the method, and what is said of it. THETA is the shape of all parameters.
WRONG = {
    "long": ("all", START + 'return {"v": np.zeros(theta.size + 1)}', "operands could not be broadcast together"),
    "short": ("all", STEP + "theta[:-1])", "gradient_at got an array of shape LESS in TYPE, not of shape THETA in TYPE"),
    "number": ("all", STEP + "0.5)", "gradient_at got 0.5, not an array of shape THETA in TYPE"),
    "row": ("all", STEP + "theta[None])", ", not of shape THETA in TYPE"),
    "complex": ("all", STEP + "theta * 1j)", "gradient_at got an array of shape THETA in complex"),
    "text": ("all", STEP + "['a'] * theta.size)", "gradient_at got a list, not an array of shape THETA in TYPE"),
    "whole": ("all", STEP + "theta.astype(int))", "gradient_at got an array of shape THETA in int64, not of shape THETA in TYPE"),
    "half": ("all", STEP + "theta.astype(np.float16))", "gradient_at got an array of shape THETA in float16, not of shape THETA in TYPE"),
    "whole_by_name": ("named", STEP + "{name: array.astype(int) for name, array in theta.items()})", "gradient_at got an array of shape ONE in int64 for NAME, not of shape ONE in TYPE"),
    "kept": ("all", STEP + "theta) if t == 1 else KEPT[0](theta)\n        KEPT.append(gradient_at)", "gradient_at is of an earlier call, and its batch is gone: use the one that this call gets"),
    "two_lines": ("all", STEP + "theta) if t == 1 else fail('boom\\nsecond line')", "RuntimeError: boom second line ("),
    "by_number": ("named", STEP + "{name: array.ravel()[:1] * np.ones((1, 1)) for name, array in theta.items()})", "for NAME, not of shape ONE in TYPE"),
    "by_first": ("named", STEP + "{name: 0.5 for name in theta})", "gradient_at got 0.5 for NAME, not an array of shape ONE in TYPE"),
    "none": ("named", STEP + "{})", "gradient_at got nothing for NAME, which is a name of theta"),
    "more": ("named", STEP + "{'more': g, **theta})", "gradient_at got 'more', which is not a name of theta"),
    "flat": ("named", STEP + "np.zeros(3))", "gradient_at got an array of shape (3,) in float64, not arrays with the names of theta"),
    "judged_late": ("all", EVALUATED + "theta if t < 2 else theta[None]", ", not of shape THETA in TYPE"),
}  # fmt: skip
# What is certain before the first update is refused before the first run.
REFUSED = {
    "cut": (
        "block", START + 'return {"v": np.zeros(theta.size + 1)}',
        "start: v has shape (MORE,), and its parameters have THETA: slots of other shapes go with sees='array'",
    ),
    "nothing": ("all", START + 'return {"v": theta * np.nan}', "start: v has values that are not finite numbers"),
    "endless": ("all", START + 'return {"v": np.array(1e300)}', "start: v has values that are not finite numbers"),
    "nowhere": ("all", START + "pass", "start returned None, not a dict of slots and arrays"),
    "unknown": ("all", START + 'return {"w": theta}', "start returned 'w', which is not one of its slots: v"),
    "writes": ("all", START + 'theta += 1; return {"v": theta}', "output array is read-only"),
    "writes_one": ("array", START + 'theta[...] = 1; return {"v": theta}', "assignment destination is read-only"),
    "judged": ("all", EVALUATED + "theta[:-1]", "evaluated returned an array of shape LESS in TYPE, not of shape THETA in TYPE"),
    "judged_whole": ("all", EVALUATED + "theta.astype(int)", "evaluated returned an array of shape THETA in int64, not of shape THETA in TYPE"),
    "judged_by_name": ("named", EVALUATED + "{name: array[None] for name, array in theta.items()}", "for NAME, not of shape ONE in TYPE"),
    "judged_moves": ("all", EVALUATED + "np.add(theta, 1, out=theta)", "output array is read-only"),
    "judged_keeps": ("array", EVALUATED + "np.add(theta, 1, out=state[0])", "output array is read-only"),
    "judged_keeps_by_name": ("named", EVALUATED + "{name: np.add(array, 1, out=state[name][0]) for name, array in theta.items()}", "output array is read-only"),
    "lacks": ("all", "    def step(self, theta, state, *, t, lr):\n        pass", "step does not take what it is called with: "),
    "judged_moves_blocks": ("block", EVALUATED + "np.add(theta, 1, out=theta)", "output array is read-only"),
}  # fmt: skip
PLACES = {
    "surface": (
        ["problem=ravine", "training.dtype=float32"],
        {"MORE": "3", "LESS": "(1,)", "THETA": "(2,)", "TYPE": "float32", "NAME": "point.x", "ONE": "(1,)"},
    ),
    "net": (
        ["dataset=gaussian", "dataset.features=3", "network.hidden=[]"],
        {
            "MORE": "41",
            "LESS": "(39,)",
            "THETA": "(40,)",
            "TYPE": "float32",
            "NAME": "1.affine.W",
            "ONE": "(3, 10)",
        },
    ),
}


def module_of(wrong):
    """Return the text of a module with a class for each mistake."""
    classes = [
        f'\n\n@dataclass(frozen=True)\nclass {name}(Heavy, sees="{sees}"):\n    """Wrong: in one line."""\n\n{method}\n'
        for name, (sees, method, _) in wrong.items()
    ]
    return textwrap.dedent(HEAD) + "".join(classes) + TAIL


@pytest.mark.long
@pytest.mark.parametrize("where", PLACES)
def test_what_is_certain_at_the_start_is_refused_before_the_first_run(
    where, ravine_here, tmp_path, monkeypatch
):
    (tmp_path / "refused_rules.py").write_text(module_of(REFUSED))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "refused_rules", raising=False)
    rules = importlib.import_module("refused_rules")
    words, shapes = PLACES[where]
    for name, (_, _, says) in REFUSED.items():
        ravine.register(getattr(rules, name), name=name)
        done = ravine_here("-m", f"optimizer=sgd,{name}", *words, "training.steps=3", "study=s", "figures=[]")
        assert done.returncode == 2
        assert done.stderr.startswith(f"ravine: optimizer '{name}', {name} of "), done.stderr
        for word, shape in shapes.items():
            says = says.replace(word, shape)
        assert says in done.stderr
        assert re.search(r"refused_rules\.py:\d+\)\n$", done.stderr), done.stderr
    assert not Path("runs/s").exists()


SLOTS = {
    ("v", "v"): "slots = ('v', 'v'): two have the same name, and would be one array",
    ("a/b",): "slots ['a/b'] are not names: use letters, digits and _",
    ("", "v"): "slots [''] are not names: use letters, digits and _",
    (1,): "slots [1] are not names: use letters, digits and _",
    "v": "slots = 'v' is not a tuple: one slot needs a comma, slots=(\"m\",)",
    None: 'slots = None is not a tuple: one slot needs a comma, slots=("m",)',
}


@pytest.mark.parametrize("slots", SLOTS)
def test_slots_that_are_not_names_are_refused_before_the_first_run(slots):
    """Found: of two slots of one name a rule got one array, and its run failed with ``not enough values``."""

    @dataclass(frozen=True)
    class Kept(ravine.Optimizer):
        lr: float = 0.1

        @property
        def slots(self):
            return slots

        def step(self, theta, g, state, *, t, lr):
            theta -= lr * g

    experiment = ravine.build(ravine.compose(["problem=ravine"]))
    with pytest.raises(TypeError) as refused:
        replace(experiment, optimizer=Kept()).at_start()
    assert str(refused.value) == SLOTS[slots]


def test_an_optimizer_and_a_transform_of_one_name_cannot_both_say_where_a_run_is_evaluated():
    """Found: they were one entry of a dict, and the run was evaluated where the optimizer said."""
    ema = registry.load().get("transform", "ema")

    @dataclass(frozen=True)
    class Averaged(ravine.Optimizer, slots=("average",)):
        lr: float = 0.1
        step = ema.after

        def evaluated(self, theta, state, *, t):
            return state[0]

    ravine.register(Averaged, name="ema")
    experiment = ravine.build(ravine.compose(["problem=ravine", "optimizer=ema", "transform=[ema]"]))
    with pytest.raises(ValueError, match="ema and ema each say where a run is evaluated; it can be one place"):
        experiment.at_start()


@pytest.mark.parametrize("where", PLACES)
def test_a_rule_at_fault_is_one_line_and_the_other_runs_go_on(where, tmp_path_factory):
    site = tmp_path_factory.mktemp("site")
    (site / "wrong.py").write_text(module_of(WRONG))
    describe(site, "stranger-wrong", "1.0", "wrong = wrong")
    words, shapes = PLACES[where]
    done = subprocess.run(
        [Path(sys.executable).parent / "ravine", "-m", f"optimizer=sgd,{','.join(WRONG)},adam", *words,
         "training.steps=3", "training.evaluate_every=1", "study=s", "figures=[]"],
        capture_output=True, text=True, timeout=120, env=os.environ | {"PYTHONPATH": str(site)}, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "warning" not in done.stderr
    assert re.findall(r"optimizer=(sgd|adam): (?:value|train_loss)", done.stderr) == ["sgd", "adam"]
    for name, (_, _, says) in WRONG.items():
        (line,) = [line for line in done.stderr.splitlines() if f"optimizer={name}: " in line]
        for word, shape in shapes.items():
            says = says.replace(word, shape)
        whose = f"failed: optimizer '{name}', {name} of plugin wrong of stranger-wrong 1.0: "
        assert whose in line
        assert says in line, f"{name}: {line}"
        assert re.search(rf"\({re.escape(str(site))}/wrong\.py:\d+\)", line), line
    assert (
        done.stderr.splitlines()[-1]
        == f"ravine: of {len(WRONG) + 2} runs {len(WRONG)} failed; the same command makes them again"
    )
