"""The size of a descent's steps in each coordinate, and the effective learning rate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ravine import Figure, Study, hookimpl, surface_of

from ravine_plugins.figures._style import legend, looks, tidy

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture


@dataclass(frozen=True)
class StepSizes(Figure):
    """Step sizes: the size of each step in x and in y, and this size divided by the gradient.

    The second is the effective learning rate. A hollow point is a step uphill in that coordinate; inertia can
    cause it.
    """

    def needs(self) -> tuple[str, ...]:
        return ("path",)

    def draw(self, study: Study) -> "Picture":
        from matplotlib.figure import Figure as Picture
        from matplotlib.lines import Line2D
        from matplotlib.ticker import LogLocator, NullFormatter

        groups = study.groups()
        surfaces = {label: surface_of(runs[0]) for label, runs in groups.items()}
        if not any(np.diff(runs[0].arrays["path"], axis=0).any() for runs in groups.values()):
            raise ValueError("step_sizes needs a descent that moves; there is none")
        styles, uphill = looks(groups), False
        picture = Picture(figsize=(7.5, 5), layout="constrained")
        panels = picture.subplots(2, 2, sharex=True, sharey="row")
        for label, runs in groups.items():
            path, look = runs[0].arrays["path"], styles[label]
            steps = np.arange(1, len(path))
            with np.errstate(all="ignore"):  # a gradient is 0 at a minimum, and overflows where a path leaves
                gradient = np.column_stack(surfaces[label].gradient(*path[:-1].T))
                moved = np.diff(path, axis=0)
                sizes, rates, products = np.abs(moved), np.abs(moved / gradient), moved * gradient
            for k in range(2):
                against = products[:, k] > 0
                uphill |= bool(against.any())
                for panel, y in zip(panels[:, k], (sizes[:, k], rates[:, k]), strict=True):
                    y = np.where(np.isfinite(y) & (y > 0), y, np.nan)
                    panel.plot(steps, y, color=look.color, linestyle=look.dashes, linewidth=1.1)
                    points = {"color": look.color, "markersize": 4.5, "linestyle": ""}
                    shown = (steps - 1) % max(len(steps) // 40, 1) == 0
                    for which, how in (
                        (~against, {"marker": look.marker}),
                        (against, {"marker": "o", "mfc": "white"}),
                    ):
                        panel.plot(steps[shown & which], y[shown & which], **points, **how)
        handles = [
            Line2D([], [], color=c, marker=m, linestyle=d, markersize=4.5, linewidth=1.1, label=label)
            for label, (c, m, d) in styles.items()
        ]
        if uphill:
            handles.append(
                Line2D([], [], color="0.4", marker="o", mfc="white", linestyle="", label="a step uphill")
            )
        if len(groups) == 1:
            lr = next(iter(groups.values()))[0].config["optimizer"]["lr"]
            lines = [panel.axhline(lr, color="0.4", linewidth=1, linestyle=":") for panel in panels[1]]
            lines[0].set_label(f"lr {lr:g}")
            handles.append(lines[0])
        for row in panels:
            heights = np.concatenate([line.get_ydata() for panel in row for line in panel.lines])
            low, high = np.nanmin(heights), np.nanmax(heights)
            low = max(low, 1e-8 * high)  # below, a step is as good as none
            wider = 3 if high < 10 * low else 1.5  # a rate that is constant, to rounding, needs room
            low, high = low / wider, high * wider
            for panel in row:
                panel.set(yscale="log", ylim=(low, high))
                panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 200 * low else (1,)))
                panel.yaxis.set_major_formatter("{x:g}")
                panel.yaxis.set_minor_formatter(NullFormatter())
                tidy(panel)
        for k, name in enumerate("xy"):
            panels[0, k].set_title(f"in {name}", size=9)
        panels[0, 0].set_ylabel("size of the step")
        panels[1, 0].set_ylabel("size / gradient")
        picture.supxlabel("step", size=9)
        legend(picture, handles, above=4)
        return picture


@hookimpl
def ravine_figures() -> dict[str, type[Figure]]:
    return {"step_sizes": StepSizes}
