"""Plugin packages as an installer leaves them in a folder of Python's path: a module beside its metadata."""

from __future__ import annotations

from pathlib import Path

_MODULE = '''
from dataclasses import dataclass

from ravine import Optimizer, hookimpl


@dataclass(frozen=True)
class Stranger(Optimizer):
    """A stranger's: a step against the gradient."""

    lr: float = 0.01

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * g


@hookimpl
def ravine_optimizers():
    return {"NAME": Stranger}
'''


def write(folder: Path, packages: int) -> Path:
    """Write so many packages, each with one optimizer; return the folder."""
    for number in range(packages):
        name = f"stranger_{number}"
        (folder / f"{name}.py").write_text(_MODULE.replace("NAME", name))
        info = folder / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[ravine]\n{name} = {name}\n")
    return folder
