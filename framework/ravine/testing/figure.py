"""Promises of a figure: it draws runs or says what it needs, names what it shows, and changes nothing else."""

from __future__ import annotations

import functools
import io
import itertools
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ravine.contracts.figure import Figure
from ravine.records.study import Study
from ravine.reports.drawing import matplotlib_as_it_comes
from ravine.testing.numerics import meant, only, same_chance
from ravine.testing.runs import BALLS, PLANS, Plan, Same, contents, in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_ODD = r"a$b_c\frac{^$"
"""A name that looks like mathematics and is not."""


@dataclass
class Sitting:
    """What happened when a study was drawn.

    Attributes
    ----------
    picture : matplotlib Figure or None
        The picture; of an animation its first frame.
    refused : Exception or None
        The error with which the figure refused the study.
    broke, late : str
        An unexpected error while drawing, or later while texts and ticks were laid out.
    changed, warned : list of str
        Names of what was changed, and texts of warnings.
    """

    picture: Picture | None = None
    refused: Exception | None = None
    broke: str = ""
    late: str = ""
    changed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def _sit(figure: Figure, plan: Plan) -> Sitting:
    """Return what happens when a figure draws a study; it is tried only once."""
    return _sitting(Same(figure), plan)


@functools.lru_cache(maxsize=16)
def _sitting(figure: Same, plan: Plan) -> Sitting:
    sitting, study = Sitting(), plan.study()
    with matplotlib_as_it_comes(), _watching(sitting, study):
        try:
            sitting.picture = _picture(figure.component.draw(study))  # type: ignore[attr-defined]
        except Exception as error:
            if meant(error, figure.component):
                sitting.refused = error
            else:
                sitting.broke = f"{type(error).__name__}: {error}"
        if sitting.picture is not None:
            try:
                with _without_layout(sitting.picture):
                    sitting.picture.draw_without_rendering()
            except Exception as error:
                sitting.late = f"{type(error).__name__}: {error}"
    return sitting


@contextmanager
def _watching(sitting: Sitting, study: Study) -> Iterator[None]:
    """Record what a block changes in matplotlib and a study, and its warnings; settings are restored."""
    import matplotlib as mpl

    def found() -> dict[str, Any]:
        settings = {f"settings {key}": mpl.rcParams[key] for key in mpl.rcParams if "backend" not in key}
        runs = {f"run {i} {key}": v for i, run in study.runs.items() for key, v in contents(run).items()}
        return {"pyplot": _open(), "runs of the study": list(study.runs), **settings, **runs}

    with mpl.rc_context(), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        before = found()
        yield
        after = found()
    sitting.changed = [key for key in before | after if key not in after or before.get(key) != after[key]]
    sitting.warned = [str(w.message) for w in seen if issubclass(w.category, RuntimeWarning | UserWarning)]
    for number in set(after["pyplot"]) - set(before["pyplot"]):
        sys.modules["matplotlib.pyplot"].close(number)


def _open() -> list[int]:
    """Return the numbers of pyplot's open figures."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return list(pyplot.get_fignums()) if pyplot else []


def _picture(drawn: object) -> Picture:
    """Return a picture, or the first frame of an animation."""
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    if isinstance(drawn, Animation):
        # There is no public way to draw one frame.
        drawn._init_draw()  # type: ignore[attr-defined]
        drawn = drawn._fig  # type: ignore[attr-defined]
    assert isinstance(drawn, Picture), (
        f"draw returned {type(drawn).__name__}: it must return a matplotlib.figure.Figure, or an Animation"
    )
    return drawn


@contextmanager
def _without_layout(picture: Picture) -> Iterator[None]:
    """Turn a picture's layout off, because it takes longer than everything else."""
    engine = picture.get_layout_engine()
    picture.set_layout_engine("none")
    try:
        yield
    finally:
        picture.set_layout_engine(engine)


@functools.lru_cache(maxsize=2)
def _saved(picture: Picture, suffix: str) -> bytes:
    """Return the bytes of a picture's file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    content = io.BytesIO()
    with _without_layout(picture), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        canvas: Any = {"png": FigureCanvasAgg, "svg": FigureCanvasSVG}[suffix](picture)
        getattr(canvas, f"print_{suffix}")(content)
    return content.getvalue()


def _drawn(figure: Figure) -> Iterator[tuple[str, Plan, Picture]]:
    """Yield the kit's studies that a figure draws: description, plan and picture."""
    for what, plan in PLANS.items():
        if (picture := _sit(figure, plan).picture) is not None:
            yield what, plan, picture


def _first_drawn(figure: Figure) -> Iterator[tuple[str, Plan, Picture]]:
    """Yield the first of them, if there is one."""
    return itertools.islice(_drawn(figure), 1)


def _is_drawn(figure: Figure) -> bool:
    """Whether it draws one of the kit's studies; without a picture there is nothing to see a promise by."""
    return any(True for _ in _drawn(figure))


def _single(plan: Plan) -> Plan:
    """Return a study of one run."""
    return replace(plan, balls=plan.balls[:1], rates=plan.rates[:1], seeds=plan.seeds[:1])


def _small(figure: Figure) -> Iterator[tuple[Plan, Picture]]:
    """Yield the plan and the picture of a study that is drawn, if there is one; if possible, of one run."""
    for _, plan, picture in _first_drawn(figure):
        alone = _sit(figure, _single(plan)).picture
        yield (_single(plan), alone) if alone else (plan, picture)


def _texts(picture: Picture) -> list[Any]:
    """Return the texts that are visible."""
    from matplotlib.text import Text

    return [text for text in picture.findobj(Text) if text.get_visible() and text.get_text()]


# ---- it draws, or says what it needs -------------------------------------------------------------------------


def check_draws_a_study(figure: Figure) -> None:
    """At least one of the kit's studies is drawn: optimizers on a surface or on data, at one or two rates."""
    sittings = {what: _sit(figure, plan) for what, plan in PLANS.items()}
    assert any(sitting.picture for sitting in sittings.values()), (
        "none of the kit's studies is drawn: "
        + "; ".join(f"of {what}: {sitting.refused or sitting.broke}" for what, sitting in sittings.items())
        + "; give it fields with which it draws one, or exempt it if it needs something that they do not have"
    )


def check_says_what_it_needs(figure: Figure) -> None:
    """A study without anything to show is refused with a ValueError that says what the figure needs."""
    for what, plan in PLANS.items():
        sitting = _sit(figure, plan)
        assert not sitting.broke, (
            f"of {what} it breaks with {sitting.broke}: first look whether the study has what it draws; if "
            "not, raise a ValueError that says what it needs"
        )
        assert sitting.refused is None or in_words(sitting.refused), (
            f"of {what} it says {str(sitting.refused)!r}: say in a sentence what it needs"
        )


@only(_is_drawn)
def check_draws_a_single_run(figure: Figure) -> None:
    """If many runs are drawn, a single run is drawn too, or refused in words."""
    for what, plan, _ in _first_drawn(figure):
        _assert_copes(_sit(figure, _single(plan)), f"one run of {what}")


@only(_is_drawn)
def check_draws_beside_lost_runs(figure: Figure) -> None:
    """If some runs diverged or failed, the other runs are still drawn."""
    for what, plan, _ in _first_drawn(figure):
        sitting = _sit(figure, replace(plan, lost="some"))
        _assert_copes(sitting, f"{what}, where some diverged or failed")
        assert sitting.picture is not None, (
            f"{what} are drawn, but refused if some diverged or failed ({sitting.refused}): leave out runs "
            "without numbers; a failed run has none, a diverged run has those up to its end"
        )


@only(_is_drawn)
def check_survives_where_all_is_lost(figure: Figure) -> None:
    """If all runs diverged, they are drawn up to their end, or refused in words."""
    for what, plan, _ in _first_drawn(figure):
        lost = replace(plan, balls=plan.balls[:1], lost="all")
        _assert_copes(_sit(figure, lost), f"{what}, where all diverged")


def _assert_copes(sitting: Sitting, what: str) -> None:
    broke = sitting.broke or sitting.late
    assert not broke, (
        f"of {what} it breaks with {broke}: draw the numbers that are there, or refuse it in words"
    )
    assert sitting.refused is None or in_words(sitting.refused), (
        f"of {what} it says {str(sitting.refused)!r}: say in a sentence what it needs"
    )


# ---- it leaves no trace --------------------------------------------------------------------------------------


@only(_is_drawn)
def check_needs_no_pyplot(figure: Figure) -> None:
    """The picture is made with ``matplotlib.figure.Figure``, not with pyplot, which never frees a picture."""
    for _, plan, _ in _drawn(figure):
        assert "pyplot" not in _sit(figure, plan).changed, (
            "pyplot made the picture and never frees it; write: "
            "from matplotlib.figure import Figure as Picture; picture = Picture(layout='constrained')"
        )


@only(_is_drawn)
def check_leaves_settings_alone(figure: Figure) -> None:
    """Matplotlib's settings are the same after drawing."""
    for _, plan, _ in _drawn(figure):
        changed = [key for key in _sit(figure, plan).changed if key.startswith("settings ")]
        assert not changed, (
            f"{', '.join(changed)} changed, and every later figure with it: style the axes that are drawn on, "
            "or draw within matplotlib.rc_context"
        )


@only(_is_drawn)
def check_leaves_the_study_alone(figure: Figure) -> None:
    """No run is changed or removed, whether or not some diverged or failed."""
    beside = [
        (f"{what}, where some diverged or failed", replace(plan, lost="some"))
        for what, plan, _ in _first_drawn(figure)
    ]
    for what, plan in [*((what, plan) for what, plan, _ in _drawn(figure)), *beside]:
        changed = _sit(figure, plan).changed
        assert "runs of the study" not in changed, (
            f"of {what}, drawing has changed study.runs: choose runs in a new dict or list"
        )
        written = [key for key in changed if key.startswith("run ")]
        assert not written, f"of {what}, {', '.join(written)} changed: work on copies (x = x * 2, not x *= 2)"


@only(_is_drawn)
def check_warns_of_nothing(figure: Figure) -> None:
    """There are no warnings, of numbers or of the picture, whether or not runs diverged."""
    for what, plan, _ in _first_drawn(figure):
        for lost in ("nothing", "some"):
            warned = _sit(figure, replace(plan, lost=lost)).warned
            assert not warned, (
                f"of {what} it warns: {warned[0]}; remove the cause, or use np.errstate if it does no harm"
            )


@only(_is_drawn)
def check_draws_nothing_global(figure: Figure) -> None:
    """No global random number is drawn."""
    for plan, _ in _small(figure):
        with same_chance(figure):
            _again(figure, plan)


@only(_is_drawn)
def check_draws_the_same_twice(figure: Figure) -> None:
    """The same study gives the same picture, dot for dot, and each time a new object."""
    for plan, picture in _small(figure):
        again = _again(figure, plan)
        assert again is not picture, "the same object is returned twice: make a new picture each time"
        assert _saved(again, "png") == _saved(picture, "png"), (
            "the same study gives two different pictures: does it depend on randomness, time or the order of a "
            "set?"
        )


def _again(figure: Figure, plan: Plan) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _picture(figure.draw(plan.study()))


# ---- it can be read ------------------------------------------------------------------------------------------


@only(_is_drawn)
def check_can_be_saved(figure: Figure) -> None:
    """The picture can be saved as PNG and as SVG."""
    for what, plan, _ in _drawn(figure):
        late = _sit(figure, plan).late
        assert not late, f"{what} are drawn, but when the picture is saved it breaks with {late}"
    for _, picture in _small(figure):
        for suffix in ("png", "svg"):
            assert _saved(picture, suffix)


@only(_is_drawn)
def check_names_its_axes(figure: Figure) -> None:
    """Every axis with numbers has a label, or all share one; in a grid of panels the axes at its edge do."""
    for what, _, picture in _drawn(figure):
        in_common = {"x": picture.get_supxlabel(), "y": picture.get_supylabel()}
        for number, panel in enumerate(picture.axes):
            for name in _at_edge(panel):
                axis = getattr(panel, f"{name}axis")
                shown = panel.axison and axis.get_visible()
                numbered = shown and any(label.get_text() for label in axis.get_ticklabels())
                assert not numbered or axis.get_label_text() or in_common.get(name), (
                    f"of {what}, panel {number} has numbers along {name} and no label: "
                    f"panel.set_{name}label(…), or picture.sup{name}label(…) for all"
                )


def _at_edge(panel: Any) -> list[str]:
    """Return the axes of a panel that have no panel below, or to the left, which has the label."""
    place = panel.get_subplotspec()
    names = ["x"] if place is None or place.is_last_row() else []
    names += ["y"] if place is None or place.is_first_col() else []
    return [*names, "z"] if panel.name == "3d" else names


@only(_is_drawn)
def check_shows_every_group(figure: Figure) -> None:
    """If several optimizers are drawn, the name of each is shown: in a legend, a title or a label."""
    for what, plan, _ in _first_drawn(figure):
        if picture := _sit(figure, replace(plan, balls=BALLS)).picture:
            shown = " ".join(text.get_text().replace("\n", " ") for text in _texts(picture))
            missing = [ball for ball in BALLS if ball not in shown]
            assert not missing, f"of {what}, the names {missing} are not in the picture: add a legend"


@only(_is_drawn)
def check_writes_names_as_they_are(figure: Figure) -> None:
    """A $ or _ in the name of a group is drawn as plain text, not as mathematics."""
    for what, plan, _ in _first_drawn(figure):
        picture = _again(figure, replace(plan, balls=(_ODD, *plan.balls[1:])))
        for text in _texts(picture):
            assert _ODD not in text.get_text() or not text.get_parse_math(), (
                f"of {what}, an optimizer's name {_ODD!r} is read as mathematics: text.set_parse_math(False), "
                "for a legend on each of its get_texts()"
            )


@only(_is_drawn)
def check_keeps_everything_inside(figure: Figure) -> None:
    """Nothing is cut off, also at an animation's end and if runs diverged, and the legend covers no panel."""
    for what, plan, _ in _first_drawn(figure):
        _assert_inside(figure, plan, what)
        lost = replace(plan, lost="some")
        if _sit(figure, lost).picture:
            _assert_inside(figure, lost, f"{what}, where some diverged or failed")


def _assert_inside(figure: Figure, plan: Plan, what: str) -> None:
    for when, picture in _moments(figure, plan):
        out = _outside(picture)
        assert out < 0.03, (
            f"of {what}, something extends beyond the picture{when} by {out:.2f} inches: use "
            "layout='constrained', and wrap long texts"
        )
        panels = [axes.get_window_extent() for axes in picture.axes]
        for legend in picture.legends:
            covers = any(legend.get_window_extent().overlaps(panel) for panel in panels)
            assert not covers, f"of {what}, the legend covers a panel: use loc='outside right center'"


def _moments(figure: Figure, plan: Plan) -> Iterator[tuple[str, Picture]]:
    """Yield a picture laid out, of an animation at its start and at its end, and the words for that moment."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn: Any = figure.draw(plan.study())
        picture = _picture(drawn)
        picture.draw_without_rendering()
        yield "", picture
        if drawn is not picture:
            for last in [*drawn.new_saved_frame_seq()][-1:]:
                drawn._draw_frame(last)
            picture.draw_without_rendering()
            yield " at the end", picture


def _outside(picture: Picture) -> float:
    """Return how many inches something extends beyond a picture, also what its layout does not look at."""
    from matplotlib.legend import Legend

    apart = [one for one in (*_texts(picture), *picture.findobj(Legend)) if not one.get_in_layout()]
    extents = [one.get_window_extent() for one in apart if one.get_visible()]
    boxes = [picture.get_tightbbox(), *(box.transformed(picture.dpi_scale_trans.inverted()) for box in extents)]
    width, height = picture.get_size_inches()
    return float(max(max(-box.x0, -box.y0, box.x1 - width, box.y1 - height) for box in boxes))


CHECKS = [
    check_draws_a_study,
    check_says_what_it_needs,
    check_draws_a_single_run,
    check_draws_beside_lost_runs,
    check_survives_where_all_is_lost,
    check_needs_no_pyplot,
    check_leaves_settings_alone,
    check_leaves_the_study_alone,
    check_warns_of_nothing,
    check_draws_nothing_global,
    check_draws_the_same_twice,
    check_can_be_saved,
    check_names_its_axes,
    check_shows_every_group,
    check_writes_names_as_they_are,
    check_keeps_everything_inside,
]
