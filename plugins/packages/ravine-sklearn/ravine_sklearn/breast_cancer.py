"""Tumours that are malignant or benign."""

from dataclasses import dataclass

from ravine import Data, Examples

from ravine_sklearn._shares import Scaling, Shared, standard


@dataclass(frozen=True, kw_only=True)
class BreastCancer(Shared):
    """Breast cancer: 569 tumours, malignant (0) or benign (1), 30 measurements each.

    Parameters
    ----------
    scaling : "none" or "standard"
        Inputs as they were measured, or with the mean 0 and the deviation 1 of the training examples, column by
        column.
    test_share : float
        The share of the examples that is the test, drawn with ``data_seed``.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Street, Wolberg and Mangasarian 1993, Nuclear Feature Extraction for Breast Tumor Diagnosis.
    """

    scaling: Scaling = "none"

    def load(self) -> Data:
        from sklearn.datasets import load_breast_cancer

        x, target = load_breast_cancer(return_X_y=True)
        train, test = self.parts(Examples(x, target))
        if self.scaling == "standard":
            train_x, test_x = standard(train.x, test.x)
            train, test = Examples(train_x, train.target), Examples(test_x, test.target)
        return Data(train, test, n_out=2)
