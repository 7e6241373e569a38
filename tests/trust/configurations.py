"""Configurations: words of commands by a grammar, most of them wrong; every one is answered."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import ravine
from omegaconf import OmegaConf
from ravine import registry
from ravine.records.axes import flat
from ravine.registry.kinds import GROUPS

from trust.battery import Result, command, fault, limited, line, little_memory, watched

WHAT = "commands by a grammar, `--dry-run`: status 0, or 2 and a short message; nothing is written"
BOUNDED = 700
LONG = 10_000

PLAIN = ["0", "1", "2", "-1", "0.5", "1e-3", "null", "true", "false", "none", "adam", "x", "''", '"two words"',
         "'it\\'s'", "'a,b'", "\\,", "a b", "é", "√2", "\u202e", "\x1b[31m", "a\nb", "\t", "a=b", "a:b", "@x", "-", "~"]  # fmt: skip
HUGE = ["1e400", "-1e400", "nan", "inf", "-inf", "1e308", "5e-324", "9" * 30, "-" + "9" * 30, "9" * 5000, "1" + "0" * 18,
        "0x10", "0o7", "1_000", "1e", "x" * 5000, "[" * 200, "[" * 60 + "]" * 60, "{a:" * 40 + "1" + "}" * 40]  # fmt: skip
SWEPT = ["range(3)", "range(0,1,0.3)", "range(3,0)", "range(0,5,0)", "range(1,1e99)", "range(x)", "range()", "0,1", "0,,1", ",",
         "1,", "interval(0,1)", "interval(1,0)", "interval(0,inf)", "interval(a,b)", "tag(log,interval(1e-4,1))",
         "tag(log,interval(-1,1))", "int(interval(1,9))", "int(interval(1,1e99))", "choice(1,2)", "choice()", "choice",
         "shuffle(range(4))", "shuffle(1,2)", "sort(3,1,2)", "sort(a,1)", "glob(*)", "glob([a*],exclude=ada*)", "float(1,2)",
         "str(range(2))", "json_str([1])", "cast(1)", "range(100000)", "extend_list(1)"]  # fmt: skip
RESOLVED = ["${seed}", "${optimizer.lr}", "${nothing}", "${oc.env:HOME}", "${oc.env:NOTHING_OF_THAT_NAME}", "${oc.env:NOTHING,1}",
            "${.lr}", "${..seed}", "${oc.decode:1}", "${oc.create:{a:1}}", "${a:b}", "${seed", "${${seed}}", "$}", "$", "${}",
            "${oc.select:seed,3}", "${oc.dict.keys:optimizer}", "${oc.deprecated:seed}", "${hydra:runtime.cwd}", "${now:%Y}",
            "${study}", "${training}", "'${seed}'", "\\${seed}", "${seed}${seed}", "${oc.decode:'${seed}'}"]  # fmt: skip
KEYS = ["hydra.run.dir", "hydra.sweep.dir", "hydra.job.name", "hydra.job.chdir", "hydra.verbose", "hydra.sweeper.params",
        "hydra.sweeper._target_", "hydra.launcher._target_", "hydra.searchpath", "hydra.mode", "hydra.job.env_set.A",
        "hydra.output_subdir", "hydra/sweeper", "hydra/launcher", "hydra/job_logging", "hydra", "hydra.callbacks", "experiment",
        "study", "question", "figures", "claims", "values", "workers", "on_error", "checkpoint_seconds", "search", "search.trials",
        "weights", "search.objective", "search.direction", "search.batch", "search.seed", "search.storage", "search.prune", "sampler",
        "probes", "metrics", "network.hidden[0]", "network.hidden.0", "training", "optimizer@x", "optimizer@optimizer",
        "optimizer/x", "", ".", "a.b.c", "_target_", "optimizer._target_", "defaults", "_self_", "package", "é"]  # fmt: skip
LAYERS = [
    "flatten",
    "tanh",
    "{name:affine,units:3}",
    "{name:affine}",
    "{units:3}",
    "{name:dropout,ratio:2}",
    "3",
    "null",
    "[flatten]",
]
BASES = [["problem=sphere", "training.steps=2"], ["problem=ravine", "training.steps=3", "optimizer=adam"], ["problem=rosenbrock"],
         ["dataset=gaussian", "dataset.samples=20", "dataset.features=4", "network.hidden=[3]", "training.steps=2"],
         ["dataset=gaussian", "dataset.samples=20", "dataset.features=4", "network.hidden=[3]", "training.epochs=1"],
         ["-m", "hydra/sweeper=search", "problem=sphere", "search.objective=value", "training.steps=2"],
         ["dataset.train=50", "dataset.test=20", "network.hidden=[3]"], ["optimizer=sgd"]]  # fmt: skip
WEIGHTS = [0.3, 0.1, 0.05, 0.2, 0.1, 0.15, 0.07, 0.03]
OPTIONS = [["--config-name", "nothing"], ["--config-dir", "nowhere"], ["--config-path", "nowhere"], ["--cfg", "job"],
           ["--cfg", "all", "--resolve"], ["--cfg", "hydra"], ["--cfg"], ["--package", "optimizer", "--cfg", "job"],
           ["--info"], ["--info", "defaults"], ["--run"], ["--multirun"], ["--help"], ["--hydra-help"], ["-x"], ["--"],
           ["--experimental-rerun", "x"], ["--resolve"], ["-sc", "install=bash"], ["--version"]]  # fmt: skip


class Grammar:
    """Draws words; ``rng`` is the only source of chance."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        made = [
            OmegaConf.to_container(ravine.compose(base), resolve=False) for base in BASES if "-m" not in base
        ]
        self.defaults = {key: value for cfg in made for key, value in flat(cfg).items()}
        self.keys = sorted(self.defaults)
        self.groups = {group: sorted(registry.load().among(group)) for group in GROUPS}

    def one(self, values):
        """Draw one of a list."""
        return values[int(self.rng.integers(len(values)))]

    def value(self, depth: int = 0) -> str:
        """Draw a value."""
        kind = int(self.rng.choice(8, p=[0.34, 0.1, 0.16, 0.16, 0.08, 0.08, 0.04, 0.04]))
        if kind < 4 or depth > 3:
            return self.one((PLAIN, HUGE, SWEPT, RESOLVED)[kind % 4])
        inside = [self.value(depth + 1) for _ in range(int(self.rng.integers(4)))]
        if kind == 4:
            return f"[{','.join(inside)}]"
        if kind == 5:
            return "{" + ",".join(f"{self.one(['name', 'lr', 'a', 'of', '1'])}:{item}" for item in inside) + "}"
        if kind == 6:
            return ",".join(inside)
        return self.one(["'", '"']) + "".join(inside) + self.one(["'", '"', ""])

    def mistyped(self, word: str) -> str:
        """Draw a slip of the fingers in a word."""
        if not word:
            return "x"
        at = int(self.rng.integers(len(word)))
        slip = int(self.rng.integers(4))
        added = ("", word[at] * 2, self.one([".", "/", "=", " ", "_", "x", "@", "é"]), word[at].upper())[slip]
        return word[:at] + added + word[at + 1 :]

    def right(self) -> list[str]:
        """Draw a setting that may well be right: a name of a group, or a value of the default's type."""
        if self.rng.random() < 0.4:
            group = self.one(sorted(self.groups))
            names = self.groups[group] or ["none"]
            return [f"{group}={','.join(self.one(names) for _ in range(int(self.rng.integers(1, 3))))}"]
        key = self.one(self.keys)
        default = self.defaults[key]
        others = {
            bool: ["true", "false"],
            int: ["1", "2", "3", "7"],
            float: ["0.01", "0.1", "0.5"],
            list: ["[]", "[2,2]"],
        }
        known = [
            *others.get(type(default), ["null", "x", "1"]),
            *([str(default)] if isinstance(default, str | int | float) else []),
        ]
        value = self.one(known)
        sweeps = [value, value, f"{value},{self.one(known)}", "range(1,4)", "${seed}", "${.name}"]
        return [f"{key}={self.one(sweeps)}"]

    def setting(self) -> list[str]:
        """Draw a setting, or an option."""
        kind = int(self.rng.choice(6, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05]))
        if kind == 5:
            return self.one(OPTIONS)
        if kind == 4:
            return [
                f"network={self.one(['layers', 'mlp'])}",
                f"network.layers=[{','.join(self.one(LAYERS) for _ in range(3))}]",
            ]
        if kind == 3:
            return [self.one([self.value(), self.mistyped(self.one(self.keys)), self.one(KEYS)])]
        if kind == 1:
            group = self.one(sorted(self.groups))
            name = self.one(self.groups[group] or ["none"])
            value = self.one(
                [name, f"{name},{self.one(self.groups[group] or ['none'])}", self.mistyped(name), self.value()]
            )
            key = group
        else:
            key = self.one(self.keys if kind == 0 else KEYS)
            value = self.value()
        if self.rng.random() < 0.1:
            key = self.mistyped(key)
        before = self.one(["", "", "", "", "", "", "+", "++", "~", "-"])
        return [f"{before}{key}" + ("" if before == "~" and self.rng.random() < 0.5 else f"={value}")]

    def words(self) -> list[str]:
        """Draw the words of a command."""
        words = list(BASES[int(self.rng.choice(len(BASES), p=WEIGHTS))])
        draws = [self.right] if self.rng.random() < 0.45 else [self.setting, self.setting, self.right]
        for _ in range(int(self.rng.choice([1, 2, 3, 6], p=[0.5, 0.3, 0.15, 0.05]))):
            words += self.one(draws)()
        if "-m" not in words and self.rng.random() < 0.4:
            words.append("-m")
        # A word of a command can have no such character.
        return [*(word.replace("\0", "") for word in words), "--dry-run"]


def battery(rng: np.random.Generator, number: int, folder: Path) -> Iterator[Result]:
    """Give commands that only look; yield how each was answered."""
    grammar = Grammar(rng)
    little_memory(3 << 30)
    accepted = 0
    for i in range(number):
        words = grammar.words()
        place = folder / f"{i}"
        place.mkdir()
        with contextlib.chdir(place), watched() as seen:
            told = command(*words)
        os.chdir(folder)
        accepted += told.status == 0
        failure = fault(told)
        if not failure and (seen or any(place.iterdir())):
            failure = f"a dry run: {'; '.join(seen) or [path.name for path in place.iterdir()]}"
        with limited(60):
            shutil.rmtree(place)
        yield Result("words", line(*words)[:2000], failure)
    if number >= 200 and accepted < number // 20:
        yield Result(
            "the battery", f"{number} commands", f"only {accepted} were accepted: the grammar tests nothing"
        )
