"""Runs of a study side by side: two workers, and Hydra's joblib launcher with two jobs, over one worker.

Whole commands without figures: an experiment on MNIST, shortened to two seeds and fewer steps, with the digits
unpacked; and a sweep of twelve runs so short that what surrounds them counts.
"""

from __future__ import annotations

import argparse
import functools
import sys
from importlib.util import find_spec

from benchmarks import processes, timing
from benchmarks.table import show

ROUNDS = 3

STUDIES = {
    "optimizers_on_mnist, 10 runs x 400 steps": [
        "experiment=optimizers_on_mnist", "seed=0,1", "training.steps=400", "figures=[]", "claims=[]",
    ],
    "12 runs x 50 steps": ["optimizer=sgd,adam", "seed=range(6)", "training.steps=50", "figures=[]"],
}  # fmt: skip
ONE, TWO, JOBLIB = "one worker", "two workers", "joblib launcher, n_jobs=2"

# In joblib's own processes: ravine's jobs for other machines start one more each.
IN_JOBLIB = """
import sys
from ravine.cli.main import main
def job(cfg):
    from ravine.config.jobs import job_of
    from ravine.execution.run_once import make
    experiment, subject, place = job_of(cfg)
    make(place.parent, experiment, subject)
from ravine.cli import launch
launch.job = job
sys.exit(main())
"""


def run(options: argparse.Namespace) -> None:
    """Time the commands and print them."""
    ways = {ONE: [*processes.RAVINE, "-m", "workers=1"], TWO: [*processes.RAVINE, "-m", "workers=2"]}
    if find_spec("hydra_plugins.hydra_joblib_launcher"):
        chosen = ["hydra/launcher=joblib", "hydra.launcher.n_jobs=2"]
        ways[JOBLIB] = [sys.executable, "-c", IN_JOBLIB, "-m", *chosen]
    else:
        print("left out: joblib launcher, pip install hydra-joblib-launcher")
    for title, words in STUDIES.items():
        with processes.folders() as new:
            cases = {
                name: functools.partial(lambda command: processes.start(command, new()), [*way, *words])
                for name, way in ways.items()
            }
            wall = timing.interleaved(cases, options.repeats or ROUNDS).wall
        rows = [
            [name, f"{timing.Spread.of(seconds):.1f}", f"{timing.Spread.of(wall[ONE] / seconds):.2f}"]
            for name, seconds in wall.items()
        ]
        show(f"parallel: {title}", ["", "s (quartiles)", "times as fast as one worker"], rows)
