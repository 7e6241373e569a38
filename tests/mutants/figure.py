"""Figures with one mistake each."""

import random
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from ravine import Figure


@dataclass(frozen=True)
class Good(Figure):
    """Training loss by step, a line a group."""

    def draw(self, study):
        groups = self.groups(study)
        picture = self.picture()
        axes = picture.add_subplot(xlabel="step", ylabel="loss")
        for label, runs in groups.items():
            self.line(axes, label, runs)
        self.legend(picture, axes)
        return picture

    def groups(self, study):
        groups = {
            label: [run for run in runs if len(run.arrays["loss"])] for label, runs in study.groups().items()
        }
        groups = {label: runs for label, runs in groups.items() if runs}
        if not groups:
            raise ValueError("it needs a run with at least one step; there is none")
        return groups

    def picture(self):
        from matplotlib.figure import Figure as Picture

        return Picture(figsize=(4, 3), layout="constrained")

    def line(self, axes, label, runs):
        axes.plot(np.arange(1, len(runs[0].arrays["loss"]) + 1), runs[0].arrays["loss"], label=label)

    def legend(self, picture, axes):
        for text in picture.legend(loc="outside right center").get_texts():
            text.set_parse_math(False)


@dataclass(frozen=True)
class NeedsWhatIsNotThere(Good):
    """Wants what no run has."""

    def groups(self, study):
        raise ValueError("it needs runs with a number that nobody records; there is none")


@dataclass(frozen=True)
class ReturnsAxes(Good):
    """Returns the axes instead of the picture."""

    def draw(self, study):
        return super().draw(study).axes[0]


@dataclass(frozen=True)
class TakesWhatItWants(Good):
    """Draws accuracy, whether there is one or not."""

    def line(self, axes, label, runs):
        axes.plot(runs[0].arrays["evaluation.train_accuracy"], label=label)


@dataclass(frozen=True)
class SaysNothing(Good):
    """Refuses a study without a word."""

    def groups(self, study):
        if any("path" in run.arrays for run in study.runs.values()):
            raise ValueError("paths")
        return super().groups(study)


@dataclass(frozen=True)
class NeedsTwoRuns(Good):
    """Takes for granted that there is a second seed."""

    def line(self, axes, label, runs):
        axes.plot(runs[1].arrays["loss"], label=label)

    def groups(self, study):
        return {
            label: runs
            for label, runs in super().groups(study).items()
            if len(runs) > 1 or len(study.runs) == 1
        }


@dataclass(frozen=True)
class StacksSeeds(Good):
    """Takes for granted that all runs are as long as each other."""

    def line(self, axes, label, runs):
        axes.plot(np.mean([run.arrays["loss"] for run in runs], axis=0), label=label)


@dataclass(frozen=True)
class RefusesLostRuns(Good):
    """Draws only where every run came to its end."""

    def groups(self, study):
        if any(run.status != "completed" for run in study.runs.values()):
            raise ValueError("it needs runs that have all come to their end")
        return super().groups(study)


@dataclass(frozen=True)
class ReadsFailedRuns(Good):
    """Goes through all runs, those that failed and have no arrays, too."""

    def groups(self, study):
        longest = max(len(run.arrays["loss"]) for run in study.runs.values())
        return super().groups(study) if longest else {}


@dataclass(frozen=True)
class CountsOnTheEnd(Good):
    """Scales by the best of the runs that came to their end, whether there is one or not."""

    def groups(self, study):
        best = min(run.arrays["loss"].min() for run in study.runs.values() if run.status == "completed")
        return super().groups(study) if best < np.inf else {}


@dataclass(frozen=True)
class UsesPyplot(Good):
    """Leaves its picture with pyplot."""

    def picture(self):
        import matplotlib.pyplot as plt

        return plt.figure(layout="constrained")


@dataclass(frozen=True)
class ChangesSettings(Good):
    """Sets the size of all texts for ever."""

    def picture(self):
        import matplotlib as mpl

        mpl.rcParams["font.size"] = 7
        return super().picture()


@dataclass(frozen=True)
class ScalesInPlace(Good):
    """Divides the runs' own arrays by their maximum."""

    def line(self, axes, label, runs):
        runs[0].arrays["loss"] /= np.abs(runs[0].arrays["loss"]).max()
        super().line(axes, label, runs)


@dataclass(frozen=True)
class DropsLostRuns(Good):
    """Takes runs that did not come to their end out of the study."""

    def groups(self, study):
        for lost in [name for name, run in study.runs.items() if run.status != "completed"]:
            del study.runs[lost]
        return super().groups(study)


@dataclass(frozen=True)
class Overflows(Good):
    """Squares what is large already."""

    def line(self, axes, label, runs):
        axes.plot(runs[0].arrays["loss"] ** 64, label=label)


@dataclass(frozen=True)
class Complains(Good):
    """Warns of something each time."""

    def picture(self):
        warnings.warn("this picture is only a draft", stacklevel=2)
        return super().picture()


@dataclass(frozen=True)
class JittersGlobally(Good):
    """Moves lines a little by global random numbers, so that they can be told apart."""

    def line(self, axes, label, runs):
        axes.plot(runs[0].arrays["loss"] + random.random() / 10, label=label)


@dataclass(frozen=True)
class Jitters(Good):
    """Moves lines a little by numbers of its own."""

    def line(self, axes, label, runs):
        axes.plot(runs[0].arrays["loss"] + np.random.default_rng().random(), label=label)


_pictures: dict[tuple[str, ...], Any] = {}


@dataclass(frozen=True)
class KeepsItsPicture(Good):
    """Returns the picture that it drew before."""

    def draw(self, study):
        return _pictures.setdefault(tuple(study.runs), super().draw(study))


@dataclass(frozen=True)
class WritesBadFormulas(Good):
    """Has a title that is not a formula, which comes out when it is saved."""

    def line(self, axes, label, runs):
        axes.set_title(r"$\frac{loss}{$")
        super().line(axes, label, runs)


@dataclass(frozen=True)
class DividesWhereItIsSaved(Good):
    """Has ticks whose names cannot be computed."""

    def line(self, axes, label, runs):
        axes.xaxis.set_major_formatter(lambda x, at: f"{1 // int(x * 0)}")
        super().line(axes, label, runs)


@dataclass(frozen=True)
class LeavesAxesUnnamed(Good):
    """Says what is along one axis only."""

    def line(self, axes, label, runs):
        axes.set_ylabel("")
        super().line(axes, label, runs)


@dataclass(frozen=True)
class HasNoLegend(Good):
    """Draws lines that nobody can tell apart."""

    def legend(self, picture, axes):
        pass


@dataclass(frozen=True)
class ForgetsTheSecond(Good):
    """Has a legend for the first line only."""

    def legend(self, picture, axes):
        picture.legend(handles=axes.lines[:1], loc="outside right center")


@dataclass(frozen=True)
class ReadsNamesAsFormulas(Good):
    """Leaves the legend's texts to mathematics."""

    def legend(self, picture, axes):
        picture.legend(loc="outside right center")


@dataclass(frozen=True)
class SticksOut(Good):
    """Leaves places to chance in a picture that is too small."""

    def picture(self):
        from matplotlib.figure import Figure as Picture

        return Picture(figsize=(1.5, 1))

    def legend(self, picture, axes):
        for text in axes.legend().get_texts():
            text.set_parse_math(False)


@dataclass(frozen=True)
class HidesItsPanel(Good):
    """Puts the legend of the picture over the panel."""

    def legend(self, picture, axes):
        for text in picture.legend(loc="upper right").get_texts():
            text.set_parse_math(False)


@dataclass(frozen=True)
class LeavesItsLegendOut(Good):
    """Has a legend beyond the edge, and tells the layout not to look at it: a saved picture cuts it off."""

    def legend(self, picture, axes):
        made = picture.legend(loc="center left", bbox_to_anchor=(0.99, 0.5))
        made.set_in_layout(False)
        for text in made.get_texts():
            text.set_parse_math(False)


@dataclass(frozen=True)
class NamesWhatIsLost(Good):
    """Says at the end of a line, without end, that its run diverged."""

    def line(self, axes, label, runs):
        super().line(axes, label, runs)
        if runs[0].status == "diverged":
            axes.text(0.5, 0.5, "diverged, " * 30, transform=axes.transAxes).set_in_layout(False)


@dataclass(frozen=True)
class EndsTooWide(Good):
    """Moves, and says more at the end than fits into the picture."""

    def draw(self, study):
        from matplotlib.animation import FuncAnimation

        picture = super().draw(study)
        picture.draw_without_rendering()
        picture.set_layout_engine("none")
        said = picture.axes[0].text(0, 0.5, "", transform=picture.transFigure)
        made = FuncAnimation(picture, lambda t: said.set_text("all is said at the end " * 9 * t), [0, 1])
        made._draw_was_started = True
        return made


SOUND = [Good()]
MUTANTS = [
    (NeedsWhatIsNotThere(), "draws_a_study"),
    (ReturnsAxes(), "draws_a_study"),
    (TakesWhatItWants(), "says_what_it_needs"),
    (SaysNothing(), "says_what_it_needs"),
    (NeedsTwoRuns(), "draws_a_single_run"),
    (StacksSeeds(), "draws_beside_lost_runs"),
    (RefusesLostRuns(), "draws_beside_lost_runs"),
    (ReadsFailedRuns(), "draws_beside_lost_runs"),
    (CountsOnTheEnd(), "survives_where_all_is_lost"),
    (UsesPyplot(), "needs_no_pyplot"),
    (ChangesSettings(), "leaves_settings_alone"),
    (ScalesInPlace(), "leaves_the_study_alone"),
    (DropsLostRuns(), "leaves_the_study_alone"),
    (Overflows(), "warns_of_nothing"),
    (Complains(), "warns_of_nothing"),
    (JittersGlobally(), "draws_nothing_global"),
    (Jitters(), "draws_the_same_twice"),
    (KeepsItsPicture(), "draws_the_same_twice"),
    (WritesBadFormulas(), "can_be_saved"),
    (DividesWhereItIsSaved(), "can_be_saved"),
    (LeavesAxesUnnamed(), "names_its_axes"),
    (HasNoLegend(), "shows_every_group"),
    (ForgetsTheSecond(), "shows_every_group"),
    (ReadsNamesAsFormulas(), "writes_names_as_they_are"),
    (SticksOut(), "keeps_everything_inside"),
    (HidesItsPanel(), "keeps_everything_inside"),
    (LeavesItsLegendOut(), "keeps_everything_inside"),
    (NamesWhatIsLost(), "keeps_everything_inside"),
    (EndsTooWide(), "keeps_everything_inside"),
]
