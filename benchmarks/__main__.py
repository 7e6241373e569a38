"""The command ``python -m benchmarks``: runs the benchmarks one after the other and prints their tables."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine, memory, overhead, startup, step

BENCHMARKS: dict[str, Callable[[argparse.Namespace], None]] = {
    "step": step.run,
    "overhead": overhead.run,
    "startup": startup.run,
    "memory": memory.run,
}


def parser() -> argparse.ArgumentParser:
    width = max(map(len, BENCHMARKS))
    what = [f"  {name:{width}}  {inspect.getmodule(run).__doc__.splitlines()[0]}" for name, run in BENCHMARKS.items()]
    made = argparse.ArgumentParser(
        "python -m benchmarks",
        description="Time ravine against a floor and against its peers, side by side in one run.",
        epilog="\n".join(["benchmarks:", *what, "", "Nothing is asserted: read the ratios, not the seconds."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--only",
        metavar="NAME",
        choices=BENCHMARKS,
        action="append",
        help=f"run only this benchmark: {', '.join(BENCHMARKS)}; may be given again",
    )
    made.add_argument(
        "--book",
        metavar="FOLDER",
        type=Path,
        help="a copy of the book's repository, deep-learning-from-scratch, to time its code in 'step'",
    )
    made.add_argument(
        "--repeats",
        metavar="N",
        type=_positive,
        help="rounds in which every case has its turn; by default each benchmark has a number of its own",
    )
    return made


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text}: at least 1")
    return value


def main() -> None:
    options = parser().parse_args()
    print(machine.describe(), flush=True)
    for name in options.only or BENCHMARKS:
        print(flush=True)
        BENCHMARKS[name](options)


if __name__ == "__main__":
    main()
