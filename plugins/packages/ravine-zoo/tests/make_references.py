"""Make references.json: the steps of other implementations, for given gradients, in float64.

It needs torch 2.13.0, schedulefree 1.4.1, prodigyopt 1.1.2 and pytorch-optimizer 4.1.0. The tests do not.
"""

import json
from pathlib import Path

import numpy as np
import torch
from prodigyopt import Prodigy
from pytorch_optimizer import SOAP, Shampoo
from schedulefree import AdamWScheduleFree

RNG = np.random.default_rng(2024)
STEPS = 12


def steps(make, shape, gradient=None, rates=None, seen=None, steps=STEPS):
    """Return gradients and the parameters after them; by default the gradients are random."""
    start = RNG.standard_normal(shape).round(3)
    theta = torch.nn.Parameter(torch.tensor(start))
    optimizer = make([theta])
    rows = []
    for i in range(steps):
        g = RNG.standard_normal(shape).round(3) if gradient is None else gradient(theta.detach().numpy())
        theta.grad = torch.tensor(g)
        if rates:
            optimizer.param_groups[0]["lr"] = rates[i]
        optimizer.step()
        row = {"g": g.tolist(), "theta": theta.detach().numpy().tolist()}
        rows.append(row | ({"lr": rates[i]} if rates else {}) | (seen(optimizer, theta) if seen else {}))
    return {"start": start.tolist(), "steps": rows}


def schedule_free(parameters):
    optimizer = AdamWScheduleFree(parameters, lr=0.1, betas=(0.9, 0.99), weight_decay=0.02)
    optimizer.train()
    return optimizer


def mean(optimizer, theta):
    optimizer.eval()
    x = theta.detach().numpy().tolist()
    optimizer.train()
    return {"evaluated": x}


def adafactor(parameters):
    return torch.optim.Adafactor(parameters, lr=0.2, eps=(1e-30, 1e-3), weight_decay=0)


SCALE = np.array([1.0, 0.3, 4.0, 0.1])

references = {
    "schedule_free_adamw": steps(
        schedule_free, (5,), seen=mean, rates=[0.05, *[0.1] * 6, *np.linspace(0.1, 0.02, 5).round(3).tolist()]
    ),
    "prodigy": steps(
        lambda p: Prodigy(p, betas=(0.9, 0.99), eps=1e-15, d0=1e-3),
        (4,),
        gradient=lambda theta: SCALE * (theta - 2),
        seen=lambda optimizer, _: {"d": optimizer.param_groups[0]["d"]},
        steps=60,
    ),
    "adafactor matrix": steps(adafactor, (4, 3)),
    "adafactor vector": steps(adafactor, (3,)),
    # Rows are outputs there.
    "muon wide": steps(lambda p: torch.optim.Muon(p, lr=0.1, weight_decay=0), (3, 5)),
    "muon tall": steps(lambda p: torch.optim.Muon(p, lr=0.1, weight_decay=0), (5, 3)),
    "shampoo matrix": steps(lambda p: Shampoo(p, lr=0.1, matrix_eps=1e-2), (4, 3)),
    "shampoo vector": steps(lambda p: Shampoo(p, lr=0.1, matrix_eps=1e-2), (4,)),
    "soap matrix": steps(
        lambda p: SOAP(p, lr=0.1, betas=(0.9, 0.95), weight_decay=0, precondition_frequency=100), (4, 3)
    ),
}
Path(__file__).with_name("references.json").write_text(json.dumps(references) + "\n")
