"""What a unit gets while its network learns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ravine import Figure, Run, Study, hookimpl

from ravine_plugins.figures._style import looks, renamed, tidy, wrapped

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

# The most panels of a row, and letters in a line over one.
_COLUMNS = 4
_TITLE = 24


@dataclass(frozen=True)
class InputQuantiles(Figure):
    """Input quantiles: of the inputs to one unit by step, the median with a band between the other two.

    For each group one run is drawn, the one with the lowest seed.

    Parameters
    ----------
    unit : int
        Which unit of the layer that the probe looks at, from 0.
    names : dict of str to str
        Parts of the groups' labels, and the words for them over the panels.
    """

    unit: int = 0
    names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.require(unit="[0, inf)")

    def needs(self) -> tuple[str, ...]:
        return ("probe.input_quantiles",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture

        groups = {label: [run for run in runs if self._in(run)] for label, runs in study.groups().items()}
        shown = {label: min(runs, key=lambda run: run.config["seed"]) for label, runs in groups.items() if runs}
        if not shown:
            raise ValueError(
                f"input_quantiles needs completed runs with the probe input_quantiles of a unit {self.unit}; "
                "there is none"
            )
        columns = min(len(shown), _COLUMNS)
        rows = -(-len(shown) // columns)
        picture = Picture(figsize=(max(2.3 * columns, 5), 0.8 + 2.2 * rows), layout="constrained")
        panels = picture.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in panels.flat[len(shown) :]:
            axes.remove()
        styles = looks(study.groups())
        for axes, (label, run) in zip(panels.flat, shown.items(), strict=False):
            self._panel(axes, run, styles[label].color)
            axes.set_title(wrapped(renamed(label, self.names), _TITLE), size=9, parse_math=False)
        low, _, high = next(iter(shown.values())).arrays["probe.input_quantiles.shares"][0]
        picture.suptitle(
            f"one run each; the median of what unit {self.unit + 1} gets,\n"
            f"with a band from its quantile {low:g} to {high:g}",
            x=0.01, ha="left", size=9, color="0.3",
        )  # fmt: skip
        picture.supxlabel("step", size=9)
        picture.supylabel("input", size=9)
        return picture

    def _in(self, run: Run) -> bool:
        seen = run.arrays.get("probe.input_quantiles.median")
        return run.status == "completed" and seen is not None and self.unit < seen.shape[1]

    def _panel(self, axes: Any, run: Run, color: str) -> None:
        steps = run.arrays["evaluation.step"]
        low, median, high = (
            run.arrays[f"probe.input_quantiles.{name}"][:, self.unit] for name in ("low", "median", "high")
        )
        axes.fill_between(steps, low, high, color=color, alpha=0.18, linewidth=0)
        axes.plot(steps, median, color=color, linewidth=1.4)
        for edge in (low, high):
            axes.plot(steps, edge, color=color, linewidth=0.8)
        axes.tick_params(labelsize=7)
        tidy(axes)


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"input_quantiles": InputQuantiles}
