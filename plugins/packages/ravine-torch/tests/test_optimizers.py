"""Every update is PyTorch's, bit for bit, though nothing but ravine's slots remembers."""

import importlib
import inspect
from contextlib import nullcontext
from dataclasses import fields

import numpy as np
import pytest
import torch
from ravine import ParameterSpec
from ravine.engine.parameters import Parameters
from ravine.engine.update import Update

import ravine_torch

SHAPES = {"W": (7, 5), "b": (5,), "V": (3, 13), "c": (3,)}
STEPS, RATE = 50, 0.02

SETTINGS = [
    ("Adadelta", {}),
    ("Adadelta", {"rho": 0.7, "eps": 1e-3, "weight_decay": 0.1}),
    ("Adafactor", {}),
    ("Adafactor", {"beta2_decay": -0.5, "eps": (1e-3, 0.1), "d": 2.0, "weight_decay": 0.1}),
    ("Adagrad", {}),
    ("Adagrad", {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.3, "eps": 1e-3}),
    ("Adam", {}),
    ("Adam", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1, "amsgrad": True}),
    ("Adam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("AdamW", {}),
    ("AdamW", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.3, "amsgrad": True}),
    ("Adamax", {}),
    ("Adamax", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("ASGD", {}),
    ("ASGD", {"lambd": 0.01, "alpha": 0.5, "t0": 10.0, "weight_decay": 0.1}),
    ("Muon", {}),
    ("Muon", {"weight_decay": 0.3, "momentum": 0.8, "nesterov": False, "ns_steps": 3}),
    ("Muon", {"ns_coefficients": (2.0, -1.5, 0.5), "eps": 1e-3, "adjust_lr_fn": "match_rms_adamw"}),
    ("NAdam", {}),
    ("NAdam", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1, "momentum_decay": 0.1}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {}),
    ("RAdam", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}),
    ("RAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.8, "centered": True}),
    ("Rprop", {}),
    ("Rprop", {"etas": (0.3, 1.5), "step_sizes": (1e-3, 0.1)}),
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9, "weight_decay": 0.1, "nesterov": True}),
]
LEFT_OUT = {"params", "foreach", "fused", "capturable", "differentiable", "maximize"}

every_setting = pytest.mark.parametrize(
    ("name", "settings"), SETTINGS, ids=lambda value: value if isinstance(value, str) else "-".join(value)
)
every_class = pytest.mark.parametrize("name", ravine_torch.NAMES)


def component(name):
    return getattr(importlib.import_module(f"ravine_torch.{name.lower()}"), name)


def rate(t):
    return RATE * 0.97**t


class Model:
    """A few arrays, an update of them, and gradients that are always the same."""

    def __init__(self, optimizer, dtype):
        specs = {("layer", name): ParameterSpec(shape, fill=0.0) for name, shape in SHAPES.items()}
        self.parameters = Parameters(specs, dtype)
        self.parameters.theta[:] = np.random.default_rng(1).normal(size=len(self.parameters))
        self.update = Update(optimizer, self.parameters)

    def gradient(self, t):
        """Noisy, with a coordinate that has none and one that seldom has."""
        g = np.random.default_rng([2, t]).normal(size=len(self.parameters)).astype(self.parameters.theta.dtype)
        g[3] = 0
        g[-1] *= t % 7 == 0
        return g

    def run(self, first=1, last=STEPS):
        for t in range(first, last + 1):
            self.parameters.grad[:] = self.gradient(t)
            self.update(t, rate(t))
            assert (self.parameters.grad == self.gradient(t)).all(), f"update {t} wrote into the gradient"
        return self

    @property
    def arrays(self):
        return {"theta": self.parameters.theta, **self.update.state}

    def named(self, flat):
        return {name.removeprefix("layer."): array for name, array in self.parameters.named(flat).items()}


def reference(name, settings, model):
    """Train as one does with PyTorch: a tensor an array, and optimizers that live through all updates.

    Matrices are as PyTorch keeps them for Muon, where the orientation matters: (out, in).
    """
    muon = name == "Muon"
    tensors = {
        key: torch.tensor(array.T if muon and array.ndim == 2 else array).contiguous()
        for key, array in model.named(model.parameters.theta).items()
    }
    if muon:
        matrices = [tensor for tensor in tensors.values() if tensor.ndim == 2]
        others = [tensor for tensor in tensors.values() if tensor.ndim != 2]
        optimizers = [torch.optim.Muon(matrices, lr=rate(1), **settings), torch.optim.AdamW(others, lr=rate(1))]
    else:
        optimizers = [getattr(torch.optim, name)(list(tensors.values()), lr=rate(1), **settings)]
    for t in range(1, STEPS + 1):
        for key, array in model.named(model.gradient(t)).items():
            tensors[key].grad = torch.tensor(array.T if muon and array.ndim == 2 else array).contiguous()
        for optimizer in optimizers:
            optimizer.param_groups[0]["lr"] = rate(t)
            optimizer.step()

    def back(key, tensor):
        array = tensor.numpy()
        return np.broadcast_to(array.T if muon and array.ndim == 2 else array, SHAPES[key])

    state = {key: next(o.state[tensor] for o in optimizers if tensor in o.state) if optimizers[0].state else {}
             for key, tensor in tensors.items()}  # fmt: skip
    return {key: back(key, tensor) for key, tensor in tensors.items()}, {
        key: {slot: back(key, value) for slot, value in kept.items() if slot != "step"}
        for key, kept in state.items()
    }


@every_setting
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fifty_updates_are_those_of_an_optimizer_that_lives_on(name, settings, dtype):
    model = Model(component(name)(lr=RATE, **settings), dtype)
    theta, state = reference(name, settings, model)
    model.run()
    assert {array.dtype for array in model.arrays.values()} == {np.dtype(dtype)}
    for key, array in model.named(model.parameters.theta).items():
        assert array.tobytes() == theta[key].tobytes(), f"{key}: {np.abs(array - theta[key]).max()} apart"
    for slot, flat in model.update.state.items():
        for key, array in model.named(flat).items():
            kept = state[key].get(slot, np.zeros(array.shape))
            assert (array == kept).all(), f"slot {slot} of {key}: {np.abs(array - kept).max()} apart"


@every_setting
def test_stopped_and_continued_it_ends_at_the_same_bits(name, settings):
    make = component(name)
    through, stopped = Model(make(**settings), "float32").run(), Model(make(**settings), "float32").run(last=17)
    continued = Model(make(**settings), "float32")
    for slot, array in continued.arrays.items():
        array[:] = stopped.arrays[slot]
    continued.run(first=18)
    for slot, array in through.arrays.items():
        assert array.tobytes() == continued.arrays[slot].tobytes(), slot


@every_class
def test_fields_and_defaults_are_those_of_pytorch(name):
    theirs = {
        key: parameter.default
        for key, parameter in inspect.signature(getattr(torch.optim, name)).parameters.items()
        if key not in LEFT_OUT
    }
    assert {field.name: field.default for field in fields(component(name))} == theirs
    assert list(theirs) == [field.name for field in fields(component(name))]


def test_nothing_of_torch_optim_is_forgotten():
    there = {
        name
        for name, cls in vars(torch.optim).items()
        if inspect.isclass(cls) and issubclass(cls, torch.optim.Optimizer)
    }
    assert there - set(ravine_torch.NAMES) == {"Optimizer", "LBFGS", "SparseAdam"}


@pytest.mark.parametrize("broken", [False, True])
def test_a_step_takes_one_thread_and_gives_the_others_back(monkeypatch, broken):
    seen, before = [], torch.get_num_threads()

    class Spy(torch.optim.SGD):
        def step(self):
            seen.append(torch.get_num_threads())
            if broken:
                raise RuntimeError("in the middle")

    monkeypatch.setattr(torch.optim, "SGD", Spy)
    theta, g = np.ones((2, 4))
    try:
        torch.set_num_threads(3)
        with pytest.raises(RuntimeError, match="in the middle") if broken else nullcontext():
            component("SGD")().step(theta, g, [], t=1, lr=RATE)
        assert (seen, torch.get_num_threads()) == ([1], 3)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("name", "settings", "text"),
    [
        ("SGD", {"nesterov": True}, "nesterov needs a momentum above 0 and no dampening"),
        ("SGD", {"lr": -1.0}, r"lr = -1.0 is not in \[0, inf\)"),
        ("Rprop", {"etas": (1.2, 0.5)}, r"etas = \(1.2, 0.5\) do not lie on both sides of 1"),
        ("Adafactor", {"eps": (-1.0, 0.1)}, r"eps = \(-1.0, 0.1\) is not in \[0, inf\)"),
        ("Muon", {"ns_steps": 100}, r"ns_steps = 100 is not in \[0, 100\)"),
        ("Adam", {"betas": (0.9, 1.0)}, r"betas = \(0.9, 1.0\) is not in \[0, 1\)"),
    ],
)
def test_what_pytorch_would_refuse_is_refused_before_the_run(name, settings, text):
    with pytest.raises(ValueError, match=f"{name}: {text}"):
        component(name)(**settings)
    parameter = torch.ones(2, 2)
    parameter.grad = torch.ones(2, 2)
    with pytest.raises(ValueError):  # noqa: PT011 - in words of PyTorch's own
        getattr(torch.optim, name)([parameter], **settings).step()
