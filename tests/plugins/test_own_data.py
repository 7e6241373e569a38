"""Tables and arrays of the user's own: what is read of them, and what is refused, where it stands in the file."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
import ravine
from ravine import registry
from ravine.engine.data import forget

CSV, NPZ = (registry.load().get("dataset", name) for name in ("csv", "npz"))

IRISES = """\
name,length,width,kind
a,5.1,3.5,setosa
b,7,3.2,versicolor
c,6.3,3.3,virginica
d,4.9,3.0,setosa
e,6.4,3.2,versicolor
"""


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def loaded(path, content, **fields):
    """Inputs and targets of all examples, sorted by the first input."""
    data = CSV(file=written(path / "t.csv", content), **{"target": "kind", **fields}).load()
    x, target = (np.concatenate([getattr(data.train, of), getattr(data.test, of)]) for of in ("x", "target"))
    order = x[:, 0].argsort()
    return x[order].tolist(), target[order].tolist(), data


def refused(cls, **fields):
    with pytest.raises((ValueError, OSError)) as caught:
        cls(**fields).load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


# ---- tables --------------------------------------------------------------------------------------------------


def test_a_table_is_read_with_its_classes_in_the_order_of_the_alphabet(tmp_path):
    x, target, data = loaded(tmp_path, IRISES, leave_out=("name",))
    assert x == [[4.9, 3.0], [5.1, 3.5], [6.3, 3.3], [6.4, 3.2], [7, 3.2]]
    assert target == [0, 0, 2, 1, 1]
    assert (data.n_out, data.scale, len(data.train), len(data.test)) == (3, 1.0, 4, 1)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ("\ufeffx,kind\r\n1,b\r\n\r\n2,a\r\n", {}),
        ("x;kind\n1;b\n2;a\n", {"separator": "semicolon"}),
        ("x\tkind\n 1 \t b\n2\ta", {"separator": "tab"}),
        ("1,b\n2,a\n", {"header": False, "target": "2"}),
        ('"x","kind"\n"1","b"\n"2e0","a"\n', {}),
        ("x,kind\n1,7\n2.0,-3\n", {}),
        ("x,kind\n1,10\n2,9.0\n", {}),
    ],
)
def test_tables_have_the_forms_that_programs_write(tmp_path, content, fields):
    x, target, data = loaded(tmp_path, content, test_share=0.5, **fields)
    assert (x, target, data.n_out) == ([[1], [2]], [1, 0], 2)


def test_targets_that_are_numbers_stay_numbers(tmp_path):
    _, target, data = loaded(tmp_path, "x,kind\n1,10\n2,-0.5\n3,1e3\n", targets="numbers", test_share=0.4)
    assert (target, data.n_out) == ([[10], [-0.5], [1000]], 1)


def test_nothing_is_scaled_unless_that_is_said_and_then_by_the_training_examples(tmp_path):
    rows = "".join(f"{i * i},5,{3 * i}\n" for i in range(20))
    fields = {"targets": "numbers", "data_seed": 3}
    _, _, plain = loaded(tmp_path, "x,same,kind\n" + rows, **fields)
    _, _, scaled = loaded(
        tmp_path, "x,same,kind\n" + rows, **fields, scaling="standard", target_scaling="standard"
    )
    assert scaled.train.x[:, 0].mean() == pytest.approx(0, abs=1e-12)
    assert [scaled.train.x[:, 0].std(), scaled.train.target.std()] == pytest.approx([1, 1])
    assert not scaled.train.x[:, 1].any()
    back = scaled.test.x[:, 0] * plain.train.x[:, 0].std() + plain.train.x[:, 0].mean()
    assert back == pytest.approx(plain.test.x[:, 0])
    assert refused(CSV, file="t.csv", target="kind", target_scaling="standard") == (
        "Csv: target_scaling is for numbers: targets=numbers; classes are not scaled"
    )


def test_a_table_that_is_sorted_is_not_learned_in_its_order_and_the_draw_has_a_seed(tmp_path):
    rows = "x,kind\n" + "".join(f"{i},{i // 50}\n" for i in range(100))
    _, _, data = loaded(tmp_path, rows)
    assert 5 < data.train.target[:20].sum() < 15
    _, _, again = loaded(tmp_path, rows)
    _, _, other = loaded(tmp_path, rows, data_seed=1)
    assert (again.test.x == data.test.x).all()
    assert (other.test.x != data.test.x).any()


BAD = {
    "x,y,kind\n1,2,a\n3,,b\n": "line 3, column 'y': there is no value; fill it, or leave the line out",
    "x,y,kind\n1,2,a\n3,NA,b\n": "line 3, column 'y': 'NA' is not a number",
    "x,y,kind\n1,nan,a\n": "line 2, column 'y': 'nan' is not a number",
    "x,y,kind\n1,1_000,a\n": "line 2, column 'y': '1_000' is not a number",
    'x,y,kind\n1,"2,5",a\n': "line 2, column 'y': '2,5' is not a number; numbers have a decimal point",
    "x,y,kind\n1,1e999,a\n": "line 2, column 'y': '1e999' is larger than any number",
    "x,y,kind\n1,2,a\n\n3,4,\n": "line 4, column 'kind': there is no class; fill it, or leave the line out",
    "x,y,kind\n1,2,3\n3,4,0.5\n": "line 3, column 'kind': '0.5' is not a whole number, as classes are: are they targets=numbers?",
    "x,y,kind\n1,2,a\n3,4\n": "line 3 has 2 values, and there are 3 columns",
    'x,kind\n"1\n2",a\n': "line 3, column 'x': '1\\n2' is not a number",
    'x,kind\n1,"a"b\n': "line 2: ',' expected after '\"'",
    "x,kind\n1,a\n2,a\n": "column 'kind' is 'a' in every line: there is nothing to tell apart",
    "x,x,kind\n1,2,a\n": "two columns have the name 'x'",
    "kind\na\nb\n": "no column is left for the inputs; there are: 'kind'",
    "x,class\n1,a\n": "target = 'kind': there is no such column; there are: 'x', 'class'",
    "x,kind\n": "there are no values below the header",
    "x,kind\n1,a\n2,b\n": "test_share = 0.2 of 2 examples leaves 2 to train and 0 for the test",
    "": "there is nothing in it",
    b"x,kind\n1,\xff\n": "it is not text in UTF-8",
    "x,kind\n" + "9" * 200_000 + ",a\n": "line 2: field larger than field limit (131072)",
}  # fmt: skip


@pytest.mark.parametrize("content", BAD, ids=lambda content: str(content[:30]))
def test_what_is_wrong_with_a_table_is_told_with_its_place(tmp_path, content):
    file = written(tmp_path / "t.csv", content)
    assert refused(CSV, file=file, target="kind") == f"{file}: {BAD[content]}"


def test_other_faults_of_a_table_are_told_too(tmp_path):
    file = written(tmp_path / "t.csv", "x,y\n1,2\n")
    assert refused(CSV, file=file, target="2", header=False) == (
        f"{file}: line 1, column '1': 'x' is not a number (is it the header? dataset.header=true)"
    )
    assert refused(CSV, file=file, target="y", targets="numbers", leave_out=("z",)) == (
        f"{file}: leave_out = 'z': there is no such column; there are: 'x', 'y'"
    )
    assert refused(CSV, file=file, target="y", leave_out=("y",)) == (
        f"{file}: 'y' is the target, and cannot be left out"
    )
    file = written(tmp_path / "t.csv", "x,y\n1,2\n1,\n")
    assert refused(CSV, file=file, target="y", targets="numbers") == (
        f"{file}: line 3, column 'y': there is no value; fill it, or leave the line out"
    )


# ---- arrays --------------------------------------------------------------------------------------------------

X, Y = np.arange(30.0).reshape(10, 3), np.arange(10) % 2


def saved(path, **arrays):
    np.savez(path / "a.npz", **arrays)
    return str(path / "a.npz")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_x_and_y_are_parted(tmp_path, save):
    save(
        tmp_path / "a.npz",
        x=np.asfortranarray(X.astype(">f4")),
        y=Y.astype(np.int8),
        names=np.array(["a"] * 10),
    )
    data = NPZ(file=str(tmp_path / "a.npz")).load()
    assert (len(data.train), len(data.test), data.n_out, data.scale) == (8, 2, 2, 1.0)
    both = np.concatenate([data.train.x, data.test.x])
    assert both[both[:, 0].argsort()].tolist() == X.tolist()
    assert both.dtype == np.float32
    assert (np.concatenate([data.train.target, data.test.target]) == both[:, 0] // 3 % 2).all()
    assert (NPZ(file=str(tmp_path / "a.npz"), data_seed=1).load().test.x != data.test.x).any()


def test_a_test_of_its_own_stays_the_test(tmp_path):
    images = (255 * np.ones((4, 2, 2))).astype(np.uint8)
    file = saved(tmp_path, x_train=images, y_train=[0, 1, 2, 1], x_test=images[:2], y_test=[2, 3])
    data = NPZ(file=file, scale=1 / 255).load()
    assert (data.train.target.tolist(), data.test.target.tolist(), data.n_out) == ([0, 1, 2, 1], [2, 3], 4)
    assert data.train.x.max() * data.scale == 1
    for fields in ({"test_share": 0.5}, {"data_seed": 1}):
        assert refused(NPZ, file=file, **fields) == (
            f"{file}: it has a test of its own: test_share and data_seed change nothing"
        )


def test_rows_of_targets_are_numbers(tmp_path):
    data = NPZ(file=saved(tmp_path, x=X, y=X[:, :2] / 2)).load()
    assert data.n_out == 2
    assert (data.train.target * 2 == data.train.x[:, :2]).all()


EXPECTED = "expected arrays x and y, or x_train, y_train, x_test and y_test; there are: "
WRONG = {
    "no y": ({"x": X}, EXPECTED + "'x'"),
    "all": ({"x": X, "y": Y, "x_train": X, "y_train": Y, "x_test": X, "y_test": Y}, EXPECTED + "both of them"),
    "lengths": ({"x": X, "y": Y[:9]}, "x has 10 examples, and y 9"),
    "flat": ({"x": X[:, 0], "y": Y}, "x has shape (10,): it needs a row of numbers, or more, an example"),
    "nothing": ({"x": X[:0], "y": Y[:0]}, "x has shape (0, 3): it needs a row of numbers, or more, an example"),
    "floats": ({"x": X, "y": X[:, 0]}, "y is of type float64: classes are whole numbers, and numbers have a row each, of shape (10, 1)"),
    "from -1": ({"x": X, "y": Y - 1}, "y has the class -1: classes are numbered from 0"),
    "cube": ({"x": X, "y": Y.reshape(10, 1, 1)}, "y has shape (10, 1, 1): classes have one dimension, rows of numbers two"),
    "words": ({"x": np.array([["a"]] * 10), "y": Y}, "x is of type <U1; it has to be of numbers"),
    "shapes": ({"x_train": X, "y_train": Y, "x_test": X[:, :2], "y_test": Y}, "an example of x_train has shape (3,), one of x_test (2,)"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_with_arrays_is_told(tmp_path, what):
    arrays, said = WRONG[what]
    file = saved(tmp_path, **arrays)
    assert refused(NPZ, file=file) == f"{file}: {said}"


class Canary:
    def __reduce__(self):
        return os.mkdir, ("canary",)


def test_no_pickle_is_opened(tmp_path):
    file = saved(tmp_path, x=np.array([Canary()] * 10, dtype=object), y=Y)
    assert refused(NPZ, file=file) == f"{file}: x is of type object; it has to be of numbers"
    assert not (tmp_path / "canary").exists()


def test_an_array_that_says_that_it_is_longer_than_it_is_is_not_made_room_for(tmp_path):
    for shape, said in (((1 << 26, 1), "x is not as long as its shape (67108864, 1) says"),
                        ((1 << 40, 1), "x has 8796093022208 bytes; at most 1073741824 are read")):  # fmt: skip
        made = io.BytesIO()
        np.lib.format.write_array_header_1_0(made, {"descr": "<f8", "fortran_order": False, "shape": shape})
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
            archive.writestr("x.npy", made.getvalue())
            archive.writestr("y.npy", b"")
        assert refused(NPZ, file=str(tmp_path / "a.npz")) == f"{tmp_path / 'a.npz'}: {said}"


@pytest.mark.parametrize("at", [0, -100, -6, -22])
def test_a_damaged_archive_is_named(tmp_path, at):
    content = bytearray(Path(saved(tmp_path, x=X, y=Y)).read_bytes())
    content[at:] = bytes([content[at] ^ 0x55, *content[at:][1:]])
    file = written(tmp_path / "a.npz", bytes(content))
    assert refused(NPZ, file=file).startswith(f"{file}: ")


# ---- both ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["csv", "npz"])
def test_only_regular_files_are_read(tmp_path, name, ravine_here):
    os.mkfifo(tmp_path / "pipe")
    more = ["dataset.target=y"] if name == "csv" else []
    said = {
        "pipe": "pipe: it is not a regular file",
        "/dev/zero": "/dev/zero: it is not a regular file",
        ".": ".: it is a folder; a file is meant",
        "none": "none: no such file",
    }
    for file, sentence in said.items():
        ended = ravine_here(f"dataset={name}", f"dataset.file={file}", *more)
        assert (ended.returncode, ended.stderr) == (2, f"ravine: {sentence}\n")


def test_a_network_learns_from_a_table_of_ones_own(tmp_path, ravine_here):
    rows = [
        f"{x:.2f},{y:.2f},{'up' if y > x else 'down'}"
        for x, y in np.random.default_rng(0).uniform(size=(300, 2))
    ]
    written(tmp_path / "mine.csv", "x,y,side\n" + "\n".join(rows))
    words = [
        "network.hidden=[]",
        "optimizer=adam",
        "optimizer.lr=0.1",
        "training.epochs=10",
        "training.batch_size=20",
    ]
    cfg = ravine.compose(["dataset=csv", "dataset.file=mine.csv", "dataset.target=side", *words])
    run = ravine.build(cfg).run()
    assert run.final["test_accuracy"] > 0.9
    before = ravine.build(cfg).id
    written(tmp_path / "mine.csv", "x,y,side\n" + "\n".join(rows[1:]))
    forget()
    assert ravine.build(cfg).id != before
