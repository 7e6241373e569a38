"""Make the references of optimizers: paths of other libraries' rules, and of papers' formulas in many digits.

Run by hand, with an interpreter that has ravine, torch, optax, keras, mpmath and the packages named below:

    KERAS_BACKEND=jax JAX_ENABLE_X64=1 python tests/golden/optimizers.py [NAME ...]

It writes ``plugins/ravine_plugins/references/optimizer/NAME.json`` for each rule. What it compares with what, and the
sentence where two conventions part, is the table at the end. Nothing of ravine takes part but the three problems.
"""

import importlib
import json
import re
import sys
import types
from importlib import metadata
from pathlib import Path
from unittest.mock import patch

import jax
import keras
import numpy as np
import optax
import papers
import torch
from ravine.testing.references.rule import PROBLEMS, RECORDED, SHAPES, START

torch.set_default_dtype(torch.float64)
keras.config.set_floatx("float64")

FOLDER = Path(__file__).parents[2] / "plugins" / "ravine_plugins" / "references"
NO_EPS = 1e-300  # where libraries add it in different places


def split(flat):
    """Return the arrays by name."""
    arrays, at = {}, 0
    for name, shape in SHAPES.items():
        size = int(np.prod(shape))
        arrays[name] = np.array(flat[at : at + size]).reshape(shape)
        at += size
    return arrays


def flat(arrays):
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in arrays])


# ---- libraries ---------------------------------------------------------------------------------------------


def torch_rule(cls, only=SHAPES, weight_decay=0.0, turned=False, group=(), **kwargs):
    """Return what steps a class of PyTorch's form; ``only`` names the arrays that it is given.

    Where it matters which axis counts the units, in PyTorch the first, arrays are ``turned``; ``group`` is what
    else a group of parameters must say.
    """

    def turn(array):
        return array.T.copy() if turned else array

    leaves = {name: torch.tensor(turn(array), requires_grad=True) for name, array in split(START).items()}
    groups = [
        {"params": [leaf], "weight_decay": weight_decay if leaf.ndim > 1 else 0.0, **dict(group)}
        for name, leaf in leaves.items()
        if name in only
    ]
    optimizer = cls(groups, **kwargs)
    schedule_free = hasattr(optimizer, "train") and hasattr(optimizer, "eval")

    def step(problem, t):
        if schedule_free:
            optimizer.train()
        _, g = problem(flat(turn(leaf.detach().numpy()) for leaf in leaves.values()), t)
        for leaf, array in zip(leaves.values(), split(g).values(), strict=True):
            leaf.grad = torch.tensor(turn(array))
        optimizer.step()
        if schedule_free:
            optimizer.eval()
        return {name: turn(leaves[name].detach().numpy()).copy() for name in only}

    return step


def optax_rule(make, only=SHAPES, **kwargs):
    """Return what steps a rule of Optax."""
    mask = {name: len(shape) > 1 for name, shape in SHAPES.items()}
    kwargs = {key: mask if value == "MASK" else value for key, value in kwargs.items()}
    optimizer = make(**kwargs)
    held = {"theta": {name: jax.numpy.array(array) for name, array in split(START).items()}}
    held["state"] = optimizer.init(held["theta"])

    def step(problem, t):
        _, g = problem(flat(held["theta"][name] for name in SHAPES), t)
        g = {name: jax.numpy.array(array) for name, array in split(g).items()}
        updates, held["state"] = optimizer.update(g, held["state"], held["theta"])
        held["theta"] = optax.apply_updates(held["theta"], updates)
        return {name: np.array(held["theta"][name]) for name in only}

    return step


def keras_rule(cls, only=SHAPES, **kwargs):
    """Return what steps a class of Keras; vectors do not decay."""
    optimizer = cls(**kwargs)
    theta = {name: keras.Variable(array, dtype="float64") for name, array in split(START).items()}
    optimizer.exclude_from_weight_decay(var_list=[v for v in theta.values() if len(v.shape) < 2])
    optimizer.build([theta[name] for name in only])

    def step(problem, t):
        _, g = problem(flat(variable.numpy() for variable in theta.values()), t)
        optimizer.apply([split(g)[name] for name in only])
        return {name: theta[name].numpy().copy() for name in only}

    return step


def paper_rule(make, only=SHAPES, **kwargs):
    """Return what steps a formula of ``papers.py``, in fifty digits."""
    rule, theta = make(**kwargs), {name: exact(array) for name, array in split(START).items()}

    def step(problem, t):
        _, g = problem(flat([float(number) for number in array] for array in theta.values()), t)
        for name, array in split(g).items():
            theta[name] = rule(name, SHAPES[name], theta[name], exact(array), t)
        return {name: np.array([float(number) for number in theta[name]]) for name in only}

    return step


def exact(array):
    """Return the numbers of an array in fifty digits."""
    return [papers.mpf(float(number)) for number in array.ravel()]


def timm(module, cls):
    """Return a class of timm without importing the rest of it, which needs torchvision."""
    root = Path(torch.__file__).parents[1] / "timm"
    for name in ("timm", "timm.optim"):
        if name not in sys.modules:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__path__ = [str(root.joinpath(*name.split(".")[1:]))]
    return getattr(importlib.import_module(f"timm.optim.{module}"), cls)


VERSIONS = {
    "pytorch_optimizer": "pytorch-optimizer",
    "torch_optimizer": "torch-optimizer",
    "adabelief_pytorch": "adabelief-pytorch",
    "lion_pytorch": "lion-pytorch",
}


def paths_of(make, problems=tuple(PROBLEMS)):
    """Return by problem and array the numbers after the recorded updates of what ``make`` begins."""
    paths = {}
    for problem in problems:
        step, rows = make(), {}
        for t in range(1, RECORDED[-1] + 1):
            there = step(PROBLEMS[problem], t)
            if t in RECORDED:
                for array, value in there.items():
                    rows.setdefault(array, []).append([float(number) for number in value.ravel()])
        paths[problem] = rows
    return paths


def source(text, fields, differs="", problems=tuple(PROBLEMS), in_float64=False, **how):
    """Return one source: the call as text, our fields, and why the two part.

    The text is the call in Python without the parameters; ``how`` has what cannot be in it.
    """
    name, arguments = re.fullmatch(r"([\w.]+)\((.*)\)", text, re.DOTALL).groups()
    kwargs = eval(f"dict({arguments})", {"optax": optax, "NO_EPS": NO_EPS})
    library, cls = name.partition(".")[0], name.rpartition(".")[2]
    if library == "timm":
        build, made = torch_rule, timm(name.split(".")[-2], cls)
    elif library == "papers":
        build, made = paper_rule, getattr(papers, cls)
    else:
        build = {"optax": optax_rule, "keras": keras_rule}.get(library, torch_rule)
        made = getattr(importlib.import_module(name.rpartition(".")[0]), cls)
    with patch.object(torch.Tensor, "bfloat16", torch.Tensor.double if in_float64 else torch.Tensor.bfloat16):
        paths = paths_of(lambda: build(made, **kwargs, **how), problems)
    version = "paper in 50 digits"
    if library != "papers":
        version = f"{library} {metadata.version(VERSIONS.get(library, library)).partition('+')[0]}"
    kwargs |= {key: value for key, value in how.items() if key == "weight_decay"}
    text = f"{name}({', '.join(f'{k}={v!r}' for k, v in kwargs.items())})"
    text = text.replace("'MASK'", "weights")  # the arrays with two axes
    text += ", its iteration in float64" if in_float64 else ""
    return {"call": text, "version": version, "fields": fields, "differs": differs, "paths": paths}


def write(kind, name, sources, script):
    """Write the file of a component."""
    (FOLDER / kind).mkdir(parents=True, exist_ok=True)
    content = {"made_by": script, "sources": sources}
    text = json.dumps(content, indent=1, allow_nan=False)
    innermost = r"([\[{])\s+([^][{}]*?)\s+([\]}])"  # on one line each
    text = re.sub(innermost, lambda found: found[1] + " ".join(found[2].split()) + found[3], text)
    (FOLDER / kind / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    from optimizer_sources import SOURCES

    for name, rows in SOURCES.items():
        if name in sys.argv[1:] or not sys.argv[1:]:
            found = [source(*row[:3], **(row[3] if len(row) > 3 else {})) for row in rows]
            write("optimizer", name, found, "tests/golden/optimizers.py")
            print(name, flush=True)
