"""Make the reference numbers of MNIST-1D from its authors' package, and from the file that they have published.

By hand, in an environment with scipy and mnist1d:

    python tests/golden/datasets.py [mnist1d_data.pkl]

The file is ``mnist1d_data.pkl`` of https://github.com/greydanus/mnist1d; its hash is checked before it is opened,
because it is a pickle. Without it, what is there of it stays. The package computes with ``scipy.interpolate`` and
``scipy.ndimage``, so that its signals are also the numbers for our interpolation and our filter.
"""

import hashlib
import importlib.metadata
import json
import pickle
import sys
from pathlib import Path

import numpy as np
from mnist1d.data import get_dataset_args, make_dataset

PLACE = Path(__file__).parents[2] / "plugins" / "ravine_plugins" / "references" / "dataset" / "mnist1d.json"
SHA256 = "e95257676e9fb04568e46dda007da22cc8664ccba1451456afde55d7f6dd6aa5"


def numbers(made):
    """What is kept: some examples, and sums in which every number counts."""
    x, target = np.concatenate([made["x"], made["x_test"]]), np.concatenate([made["y"], made["y_test"]])
    return {
        "first": made["x"][0].tolist(),
        "last": made["x_test"][-1].tolist(),
        "classes": target[:40].tolist(),
        "mean_by_place": x.mean(axis=0).tolist(),
        "variance_by_class": [x[target == digit].var().item() for digit in range(10)],
        "neighbours_by_class": [
            np.corrcoef(x[target == digit, :-1].ravel(), x[target == digit, 1:].ravel())[0, 1].item()
            for digit in range(10)
        ],
    }


def generated(*, permuted=False, data_seed=42):
    args = get_dataset_args()
    args.shuffle_seq, args.seed = permuted, data_seed
    call = f"mnist1d.data.make_dataset(shuffle_seq={permuted}, seed={data_seed})"
    version = f"mnist1d {importlib.metadata.version('mnist1d')}, scipy {importlib.metadata.version('scipy')}"
    fields = {"permuted": permuted, "data_seed": data_seed}
    return {"call": call, "version": version, "fields": fields, "differs": "", **numbers(make_dataset(args))}


def published(path):
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{path}: another file than the one whose numbers are kept")
    about = {"call": "mnist1d_data.pkl", "version": f"SHA-256 {SHA256}", "fields": {}, "differs": ""}
    return {**about, **numbers(pickle.loads(content))}


if __name__ == "__main__":
    sources = [generated(), generated(permuted=True), generated(data_seed=7)]
    if sys.argv[1:]:
        sources.append(published(Path(sys.argv[1])))
    elif PLACE.exists():
        before = json.loads(PLACE.read_text())["sources"]
        sources += [source for source in before if source["call"] == "mnist1d_data.pkl"]
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    made = {"made_by": "tests/golden/datasets.py", "sources": sources}
    PLACE.write_text(json.dumps(made, indent=1) + "\n")
