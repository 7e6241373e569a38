"""Methods of rules as compiled loops: the same bits as NumPy's, or NumPy."""

import functools
import operator
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from ravine.engine.in_place import Slots
from ravine.fusion import assembly, fused
from ravine.fusion.fused import Fused, Piece
from ravine.fusion.tape import Traced

SIZES = (1, 15, 16, 17, 100)


def arrays(n, dtype, count, seed=0):
    """Arrays of numbers of all sizes, zeros of both signs, numbers that are not finite, and denormal ones."""
    rng = np.random.default_rng(seed)
    special = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45, -1e-39, 3e38, -3e38, 5e-324]
    made = []
    for _ in range(count):
        numbers = rng.normal(size=n) * 10.0 ** rng.uniform(-20, 20, n)
        made.append(np.where(rng.random(n) < 0.3, rng.choice(special, n), numbers).astype(dtype))
    return made


def same(one, other):
    """Whether arrays have the same bits, but for those of a NaN."""
    bits = np.uint32 if one.itemsize == 4 else np.uint64
    return bool(((one.view(bits) == other.view(bits)) | (np.isnan(one) & np.isnan(other))).all())


def both(step, given, *, t=1, lr=0.1, readonly=1):
    """Arrays after a step by NumPy and after the same step fused, with what was said of it."""
    results = []
    for fuse in (False, True):
        theta, g, *state = (array.copy() for array in given)
        g.flags.writeable = not readonly
        if fuse:
            one = Fused([Piece([theta, g], Slots(state))])
            ran = one(step, t, lr, {})
            results.append(([theta, g, *state], one.fault))
            assert ran is not bool(one.fault)
        else:
            with np.errstate(all="ignore"):
                step(theta, g, Slots(state), t=t, lr=lr)
            results.append([theta, g, *state])
    return results


def step_of(function):
    """A step that writes what a function of two arrays returns."""

    def step(theta, g, state, *, t, lr):
        theta[...] = function(theta, g)

    return step


FUNCTIONS = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "number first": lambda x, y: 0.1 - x / y, "whole number": lambda x, y: 2 * x + 3 - y,
    "negative": lambda x, y: -x, "absolute": lambda x, y: abs(x), "sqrt": lambda x, y: np.sqrt(x),
    "square": lambda x, y: np.square(x), "sign": lambda x, y: np.sign(x), "copysign": np.copysign,
    "reciprocal": lambda x, y: np.reciprocal(x), "power 2": lambda x, y: x**2, "power 0.5": lambda x, y: y**0.5,
    "power -1": lambda x, y: x**-1, "power 1": lambda x, y: x**1.0,
    "clip": lambda x, y: np.clip(x, -1.5, 1.5), "clip at 0": lambda x, y: np.clip(x, 0.0, 1),
    "where": lambda x, y: np.where(x > y, x, y), "where of numbers": lambda x, y: np.where(x > 0, 1.5, 0.1) * y,
    "comparisons": lambda x, y: np.where((x < y) & (x != 0) | (y >= 1), x, -y),
    "not": lambda x, y: np.where(~(x <= y), x, y), "nan": lambda x, y: np.where(np.isnan(x), y, x),
    "finite": lambda x, y: np.where(np.isfinite(x), x, y), "mask": lambda x, y: (x > 0) * y,
    "double": lambda x, y: x * np.float64(0.1) + y, "single": lambda x, y: np.float32(0.1) * x + y,
    "array of one number": lambda x, y: np.array(0.3) * x - y, "like": lambda x, y: np.ones_like(x) * 0.3 + x,
    "cast": lambda x, y: (x.astype(np.float64) * 0.1 + y).astype(x.dtype),
    "equal": lambda x, y: np.where(x == y, 1.0, x), "logical": lambda x, y: np.where(np.logical_not(x > y), x, y),
}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_gives_numpys_bits(name, dtype):
    for n in SIZES:
        (by_numpy, (by_loop, fault)) = both(step_of(FUNCTIONS[name]), arrays(n, dtype, 2, n))
        assert not fault
        assert all(map(same, by_numpy, by_loop))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", [np.maximum, np.minimum])
def test_maximum_and_minimum_give_numpys_bits_or_are_numpys(function, dtype):
    # Which of 0 and -0 is larger NumPy leaves to the processor.
    for given in (
        arrays(100, dtype, 2),
        [np.array([0.0, -0.0] * 20, dtype), np.array([-0.0, 0.0] * 20, dtype)],
    ):
        by_numpy, (by_loop, fault) = both(step_of(function), given)
        assert fault in ("", "the compiled loop gives other bits in array 0")
        if not fault:
            assert all(map(same, by_numpy, by_loop))


# ---- what cannot be fused ------------------------------------------------------------------------------------


def branches(theta, g, state, *, t, lr):
    if (g > 0).any():
        theta -= lr * g


def decides(theta, g, state, *, t, lr):
    if g > 0:
        theta -= lr * g


def sums(theta, g, state, *, t, lr):
    theta -= lr * g / np.linalg.norm(g)


def catches(theta, g, state, *, t, lr):
    try:
        size = float(g[0])
    except Exception:
        size = 3.0
    theta -= lr * size * g


def raises_to(theta, g, state, *, t, lr):
    theta -= lr * abs(g) ** 1.5


def cuts(theta, g, state, *, t, lr):
    theta[:3] -= lr * g[:3]


def writes_to_the_gradient(theta, g, state, *, t, lr):
    g *= 2
    theta -= lr * g


def takes_its_own(theta, g, state, *, t, lr):
    theta -= lr * np.arange(len(g)) * g


def counts(theta, g, state, *, t, lr):
    theta -= lr * (g > 0).astype(int)


@pytest.mark.parametrize(
    ("step", "why", "line"),
    [
        (branches, "what follows depends on numbers in an array: its .any", "if (g > 0).any():"),
        (decides, "what follows depends on numbers in an array", "if g > 0:"),
        (sums, "np.linalg.norm", "theta -= lr * g / np.linalg.norm(g)"),
        (catches, "a part of an array", "size = float(g[0])"),
        (raises_to, "a power other than 2, 1, 0.5 and -1", "theta -= lr * abs(g) ** 1.5"),
        (cuts, "a part of an array", "theta[:3] -= lr * g[:3]"),
        (writes_to_the_gradient, "an array that must not be changed is written to", "g *= 2"),
        (takes_its_own, "an array that is not one of the arguments", "theta -= lr * np.arange(len(g)) * g"),
        (counts, "an array of int64", "theta -= lr * (g > 0).astype(int)"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_is_not_for_each_element_is_numpys_with_its_line(step, why, line):
    theta, g = arrays(20, np.float32, 2)
    before = theta.copy()
    one = Fused([Piece([theta, _read_only(g)], Slots())])
    assert one(step, 1, 0.1, {}) is False
    assert same(theta, before)
    assert re.fullmatch(rf"{re.escape(f'{why}: {line}')}  \(test_fused\.py:\d+\)", one.fault)


def _read_only(array):
    array.flags.writeable = False
    return array


def test_what_is_wrong_with_a_method_is_left_to_numpy_to_say():
    theta, g = arrays(20, np.float32, 2)

    def step(theta, g, state, *, t, lr):
        theta -= lr * gradient  # noqa: F821

    one = Fused([Piece([theta, g], Slots())])
    assert one(step, 1, 0.1, {}) is False
    assert one.fault == "NameError: name 'gradient' is not defined"


def test_nothing_has_changed_if_a_later_piece_cannot_be_fused():
    pieces = [Piece([*arrays(n, np.float32, 2, n)], Slots([np.zeros(n, np.float32), np.zeros((), np.float32)]))
              for n in (20, 30)]  # fmt: skip
    before = [[array.copy() for array in (*piece.arrays, *piece.state)] for piece in pieces]

    def step(theta, g, state, *, t, lr):
        m, total = state
        total += 1
        m += g
        theta -= lr * m
        if theta.shape == (30,):
            theta /= g.sum()

    assert Fused(pieces)(step, 1, 0.1, {}) is False
    for piece, arrays_before in zip(pieces, before, strict=True):
        assert all(map(same, (*piece.arrays, *piece.state), arrays_before))


def test_a_limit_that_is_not_a_number_is_numpys():
    theta, g = arrays(20, np.float32, 2)
    one = Fused([Piece([theta, g], Slots())])

    def step(theta, g, state, *, t, lr):
        np.clip(theta, -1.0, np.nan if t == 3 else 1.0, out=theta)

    assert [one(step, t, 0.1, {}) for t in (1, 2, 3)] == [True, True, False]
    assert one.fault.startswith("np.clip with a limit that is not a number: ")


@pytest.mark.parametrize("power", [2, 0.5, -1])
def test_an_array_without_axes_is_numpys(power):
    def step(theta, g, state, *, t, lr):
        theta -= lr * (g * 1) ** power

    _, (_, fault) = both(step, [np.array(1.0), np.array(0.7182818)])
    assert fault.startswith("an array without axes")


def test_an_operator_in_place_changes_the_array_itself():
    def step(theta, g, state, *, t, lr):
        mask = theta > 0
        same = mask
        mask &= g > 0
        other = same
        other |= theta < -1
        theta[same] = 0.0

    by_numpy, (by_loop, fault) = both(step, arrays(100, np.float32, 2))
    assert not fault
    assert all(map(same, by_numpy, by_loop))


class Counting:
    """Counts its calls in itself, which no rule may."""

    def __init__(self):
        self.kept = []

    def step(self, theta, g, state, *, t, lr):
        self.kept.append(t)
        theta -= lr * len(self.kept) * g


class Remembering(Counting):
    """Keeps the last gradient in itself, which no rule may."""

    def step(self, theta, g, state, *, t, lr):
        theta -= lr * (g - self.kept[-1] if self.kept else g)
        self.kept.append(g * 1)


class Summing(Counting):
    """Counts its calls, and computes a sum."""

    def step(self, theta, g, state, *, t, lr):
        self.kept.append(t)
        theta -= lr * len(self.kept) * g / g.sum()


@pytest.mark.parametrize("rule", [Counting, Remembering, Summing])
def test_a_rule_that_keeps_something_in_itself_is_numpys_and_no_call_is_lost(rule):
    found = []
    for fuses in (True, False):
        theta, g = (np.linspace(-1, 1, 50) + n for n in range(2))
        one, own = Fused([Piece([theta, g], Slots())]), rule()
        for t in range(1, 5):
            if not (fuses and one(own.step, t, 0.1, {})):
                own.step(theta, g, Slots(), t=t, lr=0.1)
        assert len(own.kept) == 4
        found.append(theta)
        assert bool(one.fault) == fuses
    assert same(*found)


# ---- what a loop must not be trusted with --------------------------------------------------------------------


def adds(theta, g, state, *, t, lr):
    theta += g * 3.25


@pytest.mark.parametrize(
    "planted",
    [{"add": "fsub"}, {"multiply": "fmul fast"}, {"add": "frem"}, {"multiply": "fadd"}],
    ids=lambda planted: " ".join(planted.values()),
)
def test_a_loop_that_gives_other_bits_is_never_used(monkeypatch, planted):
    theta, g = arrays(1000, np.float32, 2)
    monkeypatch.setattr(fused, "compiled", functools.cache(fused.compiled.__wrapped__))
    monkeypatch.setattr(assembly, "_BINARY", assembly._BINARY | planted)
    if planted == {"multiply": "fmul fast"}:
        # Alone it is the same; products that are fused with sums are not.
        monkeypatch.setattr(assembly, "_BINARY", assembly._BINARY | {"add": "fadd fast"})
    before, one = theta.copy(), Fused([Piece([theta, g], Slots())])
    ran = one(adds, 1, 0.1, {})
    if planted == {"multiply": "fmul fast"} and ran:
        pytest.skip("this processor has no instruction that fuses a product with a sum")
    assert ran is False
    assert one.fault == "the compiled loop gives other bits in array 0"
    assert same(theta, before)


@pytest.mark.parametrize("first", ["impure", "pure"])
def test_a_rule_is_tried_itself_though_another_one_has_the_same_loop(first):
    calls = []

    def impure(theta, g, state, *, t, lr):
        calls.append(t)
        theta += g * 3.25 if isinstance(theta, Traced) else g * 3.0

    order = [impure, adds] if first == "impure" else [adds, impure]
    faults = {}
    for method in order:
        one = Fused([Piece(arrays(1000, np.float32, 2), Slots())])
        one(method, 1, 0.1, {})
        faults[method] = one.fault
    assert faults == {impure: "the compiled loop gives other bits in array 0", adds: ""}


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (lambda x: print(x), "numbers of an array are shown"),
        (lambda x: f"{x:.3f}", "numbers of an array are shown"),
        (lambda x: x.any(), "what follows depends on numbers in an array: its .any"),
        (lambda x: x.item(), "what follows depends on numbers in an array: its .item"),
        (lambda x: np.ascontiguousarray(x), "an array is copied by NumPy"),
        (lambda x: [x[i] for i in range(len(x))], "a part of an array"),
    ],
)
def test_what_is_asked_of_an_array_is_said_in_words(does, says):
    def step(theta, g, state, *, t, lr):
        theta -= lr * g
        does(g)

    one = Fused([Piece(arrays(50, np.float64, 2), Slots())])
    assert not one(step, 1, 0.1, {})
    assert says in one.fault
    assert "test_fused.py" in one.fault


# ---- any program ---------------------------------------------------------------------------------------------


def program(rng):
    """A step of random operations on its arrays, some in place, and its text."""
    operations = ("+", "-", "*", "/")
    lines = []
    names = ["theta", "g", "m", "v"]
    for i in range(rng.integers(2, 9)):
        a, b = rng.choice(names, 2)
        number = round(float(rng.normal()), 3)
        kind = rng.integers(6)
        if kind == 0:
            lines.append(f"{rng.choice(['theta', 'm', 'v'])} {rng.choice(operations)}= {a} * {number}")
        elif kind == 1:
            lines.append(f"{rng.choice(['theta', 'm', 'v'])}[...] = {a} {rng.choice(operations)} {b}")
        elif kind == 2:
            lines.append(f"x{i} = np.where({a} > {b}, {a}, {number})")
        elif kind == 3:
            lines.append(f"x{i} = np.sqrt(abs({a})) {rng.choice(operations)} ({number} + {b})")
        elif kind == 4:
            lines.append(f"x{i} = lr * np.sign({a}) + t * {b}")
        else:
            lines.append(f"x{i} = {a}.copy(); x{i} {rng.choice(operations)}= {b} ** 2")
        if kind > 1:
            names.append(f"x{i}")
    lines.append(f"theta -= {names[-1]}")
    text = "def step(theta, g, state, *, t, lr):\n    m, v = state\n    " + "\n    ".join(lines)
    made = {"np": np}
    exec(text, made)
    return made["step"], text


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_program_of_operations_for_each_element_gives_numpys_bits(dtype):
    rng = np.random.default_rng(7)
    for i in range(60):
        step, text = program(rng)
        by_numpy, (by_loop, fault) = both(step, arrays(37, dtype, 4, i), t=int(rng.integers(1, 9)))
        assert not fault, text
        assert all(map(same, by_numpy, by_loop)), text


def test_numbers_change_from_step_to_step_and_the_loop_does_not(monkeypatch):
    compiled = []
    monkeypatch.setattr(fused, "_fault", lambda loop, *_: compiled.append(loop) or "")
    theta, g, m = arrays(50, np.float64, 3)
    theirs = [one.copy() for one in (theta, m)]

    def step(theta, g, state, *, t, lr):
        (m,) = state
        m *= 0.9**t
        m += g
        theta -= lr / t * m

    one = Fused([Piece([theta, g], Slots([m]))])
    for t in range(1, 6):
        assert one(step, t, 0.1, {})
        step(theirs[0], g, [theirs[1]], t=t, lr=0.1)
    assert same(theta, theirs[0])
    assert same(m, theirs[1])
    assert len(compiled) == 1


def test_threads_that_compile_at_the_same_time_get_their_own_loops():
    given = arrays(1000, np.float32, 2)
    steps = [step_of(lambda x, y, n=n: functools.reduce(operator.add, [x, *[y] * n])) for n in range(1, 9)]

    def run(step):
        by_numpy, (by_loop, fault) = both(step, given)
        return not fault and all(map(same, by_numpy, by_loop))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, steps * 2))
