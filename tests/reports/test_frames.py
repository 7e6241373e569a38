"""Animations as GIFs: the frames that matplotlib would write, and how often they are drawn."""

import io

import numpy as np
import pytest
from matplotlib.animation import ArtistAnimation, FuncAnimation
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image
from ravine.reports.frames import as_gif

X = np.linspace(0, 6, 40)


class Counted(Line2D):
    """A line that counts how often it is drawn."""

    def __init__(self):
        super().__init__([0, 6], [0, 1], color="black", zorder=0)
        self.drawn = 0

    def draw(self, renderer):
        self.drawn += 1
        super().draw(renderer)


def frames(gif):
    """Return the pictures of a GIF and how long they stay, in milliseconds."""
    with Image.open(io.BytesIO(gif)) as image:
        found = []
        for i in range(image.n_frames):
            image.seek(i)
            found.append((np.asarray(image.convert("RGB")), image.info["duration"]))
    return found


def by_matplotlib(animation, path):
    animation.save(path, writer="pillow", dpi=60)
    return frames(path.read_bytes())


def picture(**how):
    # Its size is no whole number of dots.
    made = Figure(figsize=(4.03, 3.01), dpi=80, **how)
    made.add_subplot()
    return made


def play(made, show, steps=(1, 2, 3, 4), interval=100):
    return FuncAnimation(made, show, steps, interval=interval, cache_frame_data=False)


def plain(mark):
    made = picture()
    (axes,) = made.axes
    axes.plot(X, np.cos(X), zorder=3)
    (line,) = axes.plot(X, np.sin(X), animated=mark)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def behind_a_legend_and_the_frame(mark):
    made = picture()
    (axes,) = made.axes
    (area,) = axes.fill([0, 1, 1], [0, 0, 1], color="red", animated=mark)
    axes.plot([0, 2], [2, 0], label="upper", zorder=9, linewidth=8)
    axes.legend(loc="center")
    axes.set(xlim=(0, 2), ylim=(0, 2))
    return play(made, lambda t: area.set_xy([[0, 0], [t, 0], [t, t]]))


def behind_its_own_grid(mark):
    made = picture()
    (axes,) = made.axes
    axes.grid(color="black", linewidth=3)
    axes.set_axisbelow(False)
    (line,) = axes.plot([0, 1], [0, 1], color="red", linewidth=9, animated=mark)
    return play(made, lambda t: line.set_data([0, 1], [t / 4, 0.5]))


def a_title(mark):
    made = picture()
    (axes,) = made.axes
    axes.xaxis.tick_top()
    title = axes.set_title("", loc="left", animated=mark)
    return play(made, lambda t: title.set_text(f"step {t}"))


def limits_too(mark):
    made = picture()
    (axes,) = made.axes
    (line,) = axes.plot(X, X, animated=mark)

    def show(t):
        line.set_ydata(t * X)
        if t == 3:
            axes.set_ylim(0, 9)

    return play(made, show)


def limits_by_themselves(mark):
    made = picture()
    (axes,) = made.axes
    axes.set_ylim(0, 1)
    (line,) = axes.plot(X, X, animated=mark)

    def show(t):
        line.set_ydata(t * X)
        axes.relim()
        if t == 3:
            axes.autoscale()

    return play(made, show)


def more_and_fewer_lines(mark):
    made = picture()
    (axes,) = made.axes
    lines = []

    def show(t):
        if t == 4:
            lines.pop().remove()
        else:
            lines.extend(axes.plot([0, t], [t, 0], animated=mark))

    return play(made, show)


def seen_at_times(mark):
    made = picture()
    (axes,) = made.axes
    (line,) = axes.plot(X, X, animated=mark)
    return play(made, lambda t: line.set_visible(t % 2 == 0))


def a_layout_that_makes_room(mark):
    made = picture(layout="constrained")
    (axes,) = made.axes
    label = axes.set_ylabel("", animated=mark)
    return play(made, lambda t: label.set_text("high\n" * t))


def below_a_twin(mark):
    made = picture()
    (axes,) = made.axes
    (line,) = axes.plot(X, np.sin(X), linewidth=9, animated=mark)
    axes.twinx().plot(X, np.cos(X), color="black", linewidth=9)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def below_words_of_the_picture(mark):
    made = picture()
    (axes,) = made.axes
    (line,) = axes.plot(X, np.sin(X), linewidth=9, animated=mark)
    made.text(0.5, 0.5, "words of the picture", ha="center", size=20)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def in_an_inset(mark):
    made = picture()
    (line,) = made.axes[0].inset_axes((0.2, 0.2, 0.5, 0.5)).plot(X, np.sin(X), animated=mark)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def below_an_inset(mark):
    made = picture()
    (axes,) = made.axes
    (line,) = axes.plot(X, np.sin(X), animated=mark)
    axes.inset_axes((0.2, 0.2, 0.5, 0.5)).plot(X, X)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def without_a_frame(mark):
    made = picture()
    (axes,) = made.axes
    axes.set_axis_off()
    image = axes.imshow(np.eye(4), vmin=0, vmax=4, animated=mark)
    return play(made, lambda t: image.set_data(t * np.eye(4)))


def on_a_polar_panel(mark):
    made = Figure(figsize=(4, 3))
    (line,) = made.add_subplot(projection="polar").plot(X, X, animated=mark)
    return play(made, lambda t: line.set_ydata(X / t))


def in_space(mark):
    made = Figure(figsize=(4, 3))
    axes = made.add_subplot(projection="3d")
    points = axes.scatter(X, X, X, animated=mark)
    (line,) = axes.plot(X, X, X, animated=mark)

    def show(t):
        points.set_alpha(t / 4)
        line.set_data_3d(X, X, X / t)

    return play(made, show)


def in_a_part_of_the_picture(mark):
    made = Figure(figsize=(4, 3))
    left, _ = made.subfigures(1, 2)
    (line,) = left.subplots().plot(X, np.sin(X), animated=mark)
    return play(made, lambda t: line.set_ydata(np.sin(t * X)))


def a_transparent_picture(mark):
    animation = plain(mark)
    animation._fig.set_facecolor("none")
    return animation


def list_of_artists(mark):
    made = picture()
    (axes,) = made.axes
    return ArtistAnimation(made, [axes.plot(X, t * X, animated=mark) for t in (1, 2, 3)], interval=50)


SCENES = [
    plain, behind_a_legend_and_the_frame, behind_its_own_grid, a_title, limits_too, limits_by_themselves,
    more_and_fewer_lines, seen_at_times, a_layout_that_makes_room, below_a_twin, below_words_of_the_picture,
    in_an_inset, below_an_inset, without_a_frame, on_a_polar_panel, in_space, in_a_part_of_the_picture,
    a_transparent_picture, list_of_artists,
]  # fmt: skip


@pytest.mark.parametrize("mark", [True, False], ids=["marked", "unmarked"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_the_frames_are_those_that_matplotlib_writes(scene, mark, tmp_path):
    wanted, found = by_matplotlib(scene(mark), tmp_path / "wanted.gif"), frames(as_gif(scene(mark), 60))
    assert len(wanted) > 1
    assert [stays for _, stays in found] == [stays for _, stays in wanted]
    for (pixels, _), (others, _) in zip(found, wanted, strict=True):
        off = np.abs(pixels.astype(int) - others).max(axis=2)
        # With more colours than a GIF has, the first frame has other ones than matplotlib's, as near.
        has_many = len(np.unique(pixels.reshape(-1, 3), axis=0)) > 200
        assert (off > 8).mean() < 1e-3
        assert has_many or not off.any()


@pytest.mark.parametrize(("mark", "times"), [(True, 1), (False, 4)], ids=["marked", "unmarked"])
def test_what_stands_still_is_drawn_once_and_without_marks_once_a_frame(mark, times):
    animation = plain(mark)
    counted = animation._fig.axes[0].add_line(Counted())
    as_gif(animation, 60)
    assert counted.drawn == times


def test_what_stands_still_is_drawn_again_when_it_has_changed():
    animation = limits_too(True)
    counted = animation._fig.axes[0].add_line(Counted())
    as_gif(animation, 60)
    assert counted.drawn == 2


@pytest.mark.parametrize("mark", [True, False], ids=["marked", "unmarked"])
def test_frames_that_are_one_picture_become_one_that_stays(mark):
    made = picture()
    (line,) = made.axes[0].plot(X, X, animated=mark)
    animation = play(made, lambda t: line.set_ydata(t * X), (1, 1, 2, 3, 3, 3, 1), interval=40)
    assert [stays for _, stays in frames(as_gif(animation, 60))] == [80, 40, 120, 40]


def test_the_picture_is_left_as_it_was():
    animation = behind_a_legend_and_the_frame(True)
    made = animation._fig

    def state():
        return made.dpi, made.canvas, [artist.get_animated() for artist in made.axes[0].get_children()]

    before = state()
    first = as_gif(animation, 60)
    assert state() == before
    assert as_gif(animation, 60) == first


def test_an_animation_without_frames_says_so():
    with (
        pytest.warns(UserWarning, match="Can not start iterating"),
        pytest.raises(ValueError, match=r"^the animation has no frame$"),
    ):
        as_gif(play(picture(), lambda t: None, ()), 60)


def test_an_error_of_a_frame_is_what_is_raised():
    def show(t):
        if t == 2:
            raise ZeroDivisionError("of the frame")

    with pytest.raises(ZeroDivisionError, match=r"^of the frame$"):
        as_gif(play(picture(), show), 60)


def test_a_picture_that_stays_longer_than_a_gif_can_say_is_refused():
    says = "a picture of the animation stays 700000 ms, and in a GIF 655350 at most"
    with pytest.raises(ValueError, match=says):
        as_gif(play(picture(), lambda t: None, range(7), interval=100_000), 60)
    (still,) = frames(as_gif(play(picture(), lambda t: None, range(6), interval=100_000), 60))
    assert still[1] == 600_000


def test_the_first_frame_has_the_colours_of_thin_lines_beside_a_ground_of_many():
    y, x = np.mgrid[:378, :675] / 378
    ground = np.sin(8 * x) * np.cos(6 * y) / 2 + 0.5
    colours = [(0.9, 0.6, 0.0), (0.84, 0.37, 0.0), (0.34, 0.71, 0.91)]
    image = np.dstack([0.3 + 0.6 * ground, 0.5 + 0.4 * ground, 0.7 + 0.25 * ground])
    for place, colour in enumerate(colours):
        image[10 + 8 * place : 12 + 8 * place, 20:45] = colour
    made = Figure(figsize=(6.75, 3.78), dpi=100)
    made.figimage(image)
    (first, _), *_ = frames(as_gif(play(made, lambda t: None), 100))
    for colour in colours:
        distances = np.abs(first.reshape(-1, 3) - 255 * np.array(colour)).max(axis=1)
        assert distances.min() < 3
