"""Promises of a figure: it draws runs or says what it needs, names what it shows, and leaves no trace."""

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
from ravine.testing.numerics import meant, same_chance
from ravine.testing.runs import BALLS, PLANS, Plan, Same, contents, in_words

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Picture

_ODD = r"a$b_c\frac{^$"  # no mathematics, whatever it looks like


@dataclass
class Sitting:
    """How a study was drawn.

    Attributes
    ----------
    picture : matplotlib Figure or None
        What was drawn; of an animation its first frame.
    refused : Exception or None
        Why it was not drawn.
    broke, late : str
        What went wrong instead, or only when texts were read and ticks found.
    changed, warned : list of str
        What is not as it was before, and what was warned of.
    """

    picture: Picture | None = None
    refused: Exception | None = None
    broke: str = ""
    late: str = ""
    changed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)


def _sit(figure: Figure, plan: Plan) -> Sitting:
    """Return how a figure draws a study, which is tried once."""
    return _sitting(Same(figure), plan)


@functools.lru_cache(maxsize=16)
def _sitting(figure: Same, plan: Plan) -> Sitting:
    sitting, study = Sitting(), plan.study()
    with _watching(sitting, study):
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
    """Note what a block changes of matplotlib and a study, and what it warns of; settings are put back."""
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
    """Return the figures that pyplot holds."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return list(pyplot.get_fignums()) if pyplot else []


def _picture(drawn: object) -> Picture:
    """Return a picture, or the first frame of an animation."""
    from matplotlib.animation import Animation
    from matplotlib.figure import Figure as Picture

    if isinstance(drawn, Animation):
        drawn._init_draw()  # type: ignore[attr-defined]  # there is no public way to one frame
        drawn = drawn._fig  # type: ignore[attr-defined]
    assert isinstance(drawn, Picture), (
        f"draw returned {type(drawn).__name__}: it is a matplotlib.figure.Figure, or an Animation"
    )
    return drawn


@contextmanager
def _without_layout(picture: Picture) -> Iterator[None]:
    """Leave out a picture's layout, which takes longer than all the rest."""
    engine = picture.get_layout_engine()
    picture.set_layout_engine("none")
    try:
        yield
    finally:
        picture.set_layout_engine(engine)


@functools.lru_cache(maxsize=2)
def _saved(picture: Picture, suffix: str) -> bytes:
    """Return a picture as a file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    content = io.BytesIO()
    with _without_layout(picture), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        canvas: Any = {"png": FigureCanvasAgg, "svg": FigureCanvasSVG}[suffix](picture)
        getattr(canvas, f"print_{suffix}")(content)
    return content.getvalue()


def _drawn(figure: Figure) -> Iterator[tuple[str, Plan, Picture]]:
    """Yield the kit's studies that a figure draws, with what is in them, and the pictures."""
    for what, plan in PLANS.items():
        if (picture := _sit(figure, plan).picture) is not None:
            yield what, plan, picture


def _first_drawn(figure: Figure) -> Iterator[tuple[str, Plan, Picture]]:
    """Yield the first of them, if there is one."""
    return itertools.islice(_drawn(figure), 1)


def _single(plan: Plan) -> Plan:
    """Return a study of one run."""
    return replace(plan, balls=plan.balls[:1], rates=plan.rates[:1], seeds=plan.seeds[:1])


def _small(figure: Figure) -> Iterator[tuple[Plan, Picture]]:
    """Yield a study that is drawn, of one run if that is, and its picture, if there is one."""
    for _, plan, picture in _first_drawn(figure):
        alone = _sit(figure, _single(plan)).picture
        yield (_single(plan), alone) if alone else (plan, picture)


def _texts(picture: Picture) -> list[Any]:
    """Return the texts that are seen."""
    from matplotlib.text import Text

    return [text for text in picture.findobj(Text) if text.get_visible() and text.get_text()]


# ---- it draws, or says what it needs -------------------------------------------------------------------------


def check_draws_a_study(figure: Figure) -> None:
    """At least one of the kit's studies is drawn: optimizers on a surface or on data, at one rate or at two."""
    sittings = {what: _sit(figure, plan) for what, plan in PLANS.items()}
    assert any(sitting.picture for sitting in sittings.values()), (
        "none of the kit's studies is drawn: "
        + "; ".join(f"of {what}: {sitting.refused or sitting.broke}" for what, sitting in sittings.items())
        + "; give it fields with which it draws one, or exempt it if it needs what they lack"
    )


def check_says_what_it_needs(figure: Figure) -> None:
    """A study that holds nothing to show is refused with a ValueError whose text says what is needed."""
    for what, plan in PLANS.items():
        sitting = _sit(figure, plan)
        assert not sitting.broke, (
            f"of {what} it breaks with {sitting.broke}: look for what it draws first, and raise a ValueError "
            "that says what it needs where that is not there"
        )
        assert sitting.refused is None or in_words(sitting.refused), (
            f"of {what} it says {str(sitting.refused)!r}: say in a sentence what it needs"
        )


def check_draws_a_single_run(figure: Figure) -> None:
    """One run is drawn, or refused in words, where many are drawn."""
    for what, plan, _ in _first_drawn(figure):
        _assert_copes(_sit(figure, _single(plan)), f"one run of {what}")


def check_draws_beside_lost_runs(figure: Figure) -> None:
    """Runs that diverged or failed do not keep the others from being drawn."""
    for what, plan, _ in _first_drawn(figure):
        sitting = _sit(figure, replace(plan, lost="some"))
        _assert_copes(sitting, f"{what}, where some diverged or failed")
        assert sitting.picture is not None, (
            f"{what} are drawn, and refused as soon as some diverged or failed ({sitting.refused}): leave out "
            "what holds no numbers; a failed run has none, a diverged one those up to its end"
        )


def check_survives_where_all_is_lost(figure: Figure) -> None:
    """Where every run diverged, they are drawn to their end, or refused in words."""
    for what, plan, _ in _first_drawn(figure):
        lost = replace(plan, balls=plan.balls[:1], lost="all")
        _assert_copes(_sit(figure, lost), f"{what}, where all diverged")


def _assert_copes(sitting: Sitting, what: str) -> None:
    broke = sitting.broke or sitting.late
    assert not broke, f"of {what} it breaks with {broke}: draw what there is, or refuse it in words"
    assert sitting.refused is None or in_words(sitting.refused), (
        f"of {what} it says {str(sitting.refused)!r}: say in a sentence what it needs"
    )


# ---- it leaves no trace --------------------------------------------------------------------------------------


def check_needs_no_pyplot(figure: Figure) -> None:
    """The picture is made from ``matplotlib.figure.Figure``; pyplot, which keeps what it makes, holds none."""
    for _, plan, _ in _drawn(figure):
        assert "pyplot" not in _sit(figure, plan).changed, (
            "pyplot made the picture and keeps it for ever: "
            "from matplotlib.figure import Figure as Picture; picture = Picture(layout='constrained')"
        )


def check_leaves_settings_alone(figure: Figure) -> None:
    """Matplotlib's settings are afterwards what they were."""
    for _, plan, _ in _drawn(figure):
        changed = [key for key in _sit(figure, plan).changed if key.startswith("settings ")]
        assert not changed, (
            f"{', '.join(changed)} changed, and every later figure with it: style the axes that are drawn on, "
            "or draw within matplotlib.rc_context"
        )


def check_leaves_the_study_alone(figure: Figure) -> None:
    """Runs are only read, and none is taken away, whether or not some diverged or failed."""
    beside = [
        (f"{what}, where some diverged or failed", replace(plan, lost="some"))
        for what, plan, _ in _first_drawn(figure)
    ]
    for what, plan in [*((what, plan) for what, plan, _ in _drawn(figure)), *beside]:
        changed = _sit(figure, plan).changed
        assert "runs of the study" not in changed, (
            f"of {what}, study.runs has other runs than before: choose among them in a dict or list of its own"
        )
        written = [key for key in changed if key.startswith("run ")]
        assert not written, f"of {what}, {', '.join(written)} changed: work on copies (x = x * 2, not x *= 2)"


def check_warns_of_nothing(figure: Figure) -> None:
    """No warning comes up, neither of numbers nor of the picture, whether or not runs diverged."""
    for what, plan, _ in _first_drawn(figure):
        for lost in ("nothing", "some"):
            warned = _sit(figure, replace(plan, lost=lost)).warned
            assert not warned, f"of {what} it warns: {warned[0]}; see to it, or say why not with np.errstate"


def check_draws_nothing_global(figure: Figure) -> None:
    """No global random number is drawn."""
    for plan, _ in _small(figure):
        with same_chance():
            _again(figure, plan)


def check_draws_the_same_twice(figure: Figure) -> None:
    """One study gives one picture, dot for dot, and each time a new one."""
    for plan, picture in _small(figure):
        again = _again(figure, plan)
        assert again is not picture, "the same object is returned twice: make a new picture each time"
        assert _saved(again, "png") == _saved(picture, "png"), (
            "one study is drawn in two ways: chance, time or the order of a set joins in"
        )


def _again(figure: Figure, plan: Plan) -> Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _picture(figure.draw(plan.study()))


# ---- it can be read ------------------------------------------------------------------------------------------


def check_can_be_saved(figure: Figure) -> None:
    """The picture can be saved as PNG and as SVG."""
    for what, plan, _ in _drawn(figure):
        late = _sit(figure, plan).late
        assert not late, f"{what} are drawn, but when the picture is saved it breaks with {late}"
    for _, picture in _small(figure):
        for suffix in ("png", "svg"):
            assert _saved(picture, suffix)


def check_names_its_axes(figure: Figure) -> None:
    """Every axis with numbers has a label, or all have one in common; in a grid of panels those at its edge."""
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
    """Return the axes of a panel that no panel below it or left of it has a label for."""
    place = panel.get_subplotspec()
    names = ["x"] if place is None or place.is_last_row() else []
    names += ["y"] if place is None or place.is_first_col() else []
    return [*names, "z"] if panel.name == "3d" else names


def check_shows_every_group(figure: Figure) -> None:
    """Where several optimizers are drawn, the name of each is somewhere: in a legend, a title or a label."""
    for what, plan, _ in _first_drawn(figure):
        if picture := _sit(figure, replace(plan, balls=BALLS)).picture:
            shown = " ".join(text.get_text().replace("\n", " ") for text in _texts(picture))
            lacks = [ball for ball in BALLS if ball not in shown]
            assert not lacks, f"of {what}, {lacks} are nowhere in the picture: which lines are they?"


def check_writes_names_as_they_are(figure: Figure) -> None:
    """A $ or _ in the name of a group is drawn as it is, not as mathematics."""
    for what, plan, _ in _first_drawn(figure):
        picture = _again(figure, replace(plan, balls=(_ODD, *plan.balls[1:])))
        for text in _texts(picture):
            assert _ODD not in text.get_text() or not text.get_parse_math(), (
                f"of {what}, an optimizer's name {_ODD!r} is read as mathematics: text.set_parse_math(False), "
                "for a legend on each of its get_texts()"
            )


def check_keeps_everything_inside(figure: Figure) -> None:
    """Nothing sticks out of the picture, and its legend covers no panel."""
    for what, plan, _ in _first_drawn(figure):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = _again(figure, plan)
            picture.draw_without_rendering()
        box, (width, height) = picture.get_tightbbox(), picture.get_size_inches()
        out = -min(box.x0, box.y0, width - box.x1, height - box.y1)
        assert out < 0.03, f"of {what}, something sticks out by {out:.2f} inches: layout='constrained'"
        panels = [axes.get_window_extent() for axes in picture.axes]
        for legend in picture.legends:
            covers = any(legend.get_window_extent().overlaps(panel) for panel in panels)
            assert not covers, f"of {what}, the legend covers a panel: loc='outside right center', for one"


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
