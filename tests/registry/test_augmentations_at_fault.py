"""Strangers' augmentations that break their contract: a line for each, also from another process."""

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import ravine
from distributions import describe
from ravine import Augmentation

PLUGIN = '''
from dataclasses import dataclass

import numpy as np
from ravine import Augmentation, hookimpl


@dataclass(frozen=True)
class Same(Augmentation):
    """Same: nothing changes."""

    def augment(self, x, target, *, n_out, rng):
        return x, target
'''
# By name: the body of its method, and what is said of it. The last batch of an epoch has 20 examples.
WRONG = {
    "later": ("return (x, target) if len(x) == 50 else None", "not inputs and targets: return x, target"),
    "divides_later": ("return x, target // 1 if 1 // (len(x) == 50) else target", "ZeroDivisionError: "),
}
REFUSED = {
    "divides": ("1 / 0", "ZeroDivisionError: division by zero"),
    "cuts": (
        "return x[:, 1:], target",
        "TypeError: augment returned inputs of shape (50, 27, 28) in float32, not of shape (50, 28, 28) in float32",
    ),
    "forgets": ("pass", "TypeError: augment returned a NoneType, not inputs and targets: return x, target"),
    "invents": ("return x, target + 1", "TypeError: augment returned targets are class numbers from 1 to 10"),
}
SMALL = ("dataset.train=120", "dataset.test=10", "training.batch_size=50", "network.hidden=[]", "training.steps=3",
         "figures=[]", "study=s")  # fmt: skip


def test_what_fails_at_once_is_refused_before_the_first_run(ravine_here):
    for name, (body, says) in REFUSED.items():
        made = {}
        exec(f"def augment(self, x, target, *, n_out, rng):\n    {body}", made)
        cls = type(name, (Augmentation,), {"augment": made["augment"], "__module__": __name__})
        ravine.register(dataclass(frozen=True)(cls), name=name)
        done = ravine_here("-m", f"augment=[],[{name}]", *SMALL)
        assert done.returncode == 2
        assert done.stderr.startswith(f"ravine: augmentation '{name}', {name} of plugin "), done.stderr
        assert says in done.stderr
        assert done.stderr.count("\n") == 1


def test_each_is_one_line_and_the_other_runs_go_on(tmp_path):
    classes = [
        textwrap.dedent(f"""

        @dataclass(frozen=True)
        class {name}(Same):
            r'''Wrong: in one line.'''

            def augment(self, x, target, *, n_out, rng):
                {body}
        """)
        for name, (body, _) in WRONG.items()
    ]
    offer = "\n\n@hookimpl\ndef ravine_augmentations():\n    return {c.__name__: c for c in Same.__subclasses__()}\n"
    (tmp_path / "wrong.py").write_text("".join([PLUGIN, *classes, offer]))
    describe(tmp_path, "stranger-wrong", "1.0", "wrong = wrong")
    chains = ",".join(f"[{name}]" for name in ("", *WRONG, "mixup"))
    done = subprocess.run(
        [Path(sys.executable).parent / "ravine", "-m", f"augment={chains}", *SMALL, "workers=2"],
        capture_output=True, text=True, timeout=120, env=os.environ | {"PYTHONPATH": str(tmp_path)}, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for name, (_, says) in WRONG.items():
        (line,) = [line for line in done.stderr.splitlines() if f"augment=[{name}]: " in line]
        assert f"failed: augmentation '{name}', {name} of plugin wrong of stranger-wrong 1.0: " in line
        assert says in line
        assert re.search(r"wrong\.py:\d+\)", line), line
    assert len(re.findall(r"augment=\[(?:mixup)?\]: train_loss", done.stderr)) == 2
