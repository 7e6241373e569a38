"""How a disease goes on."""

from dataclasses import dataclass

from ravine import Data, Examples

from ravine_sklearn._shares import Scaling, Shared, standard


@dataclass(frozen=True, kw_only=True)
class Diabetes(Shared):
    """Diabetes: how far the disease of 442 patients is after a year, from ten measurements.

    Targets are numbers, 25 to 346: for loss=mean_squared_error.

    Parameters
    ----------
    scaling : "none" or "standard"
        Inputs as they were measured, or with the mean 0 and the deviation 1 of the training examples, column by
        column.
    target_scaling : "none" or "standard"
        The same for targets: the loss of a constant is then 1, and 5,900 without.
    test_share : float
        The share of the examples that is the test, drawn with ``data_seed``.
    data_seed : int
        Of the draw; the data are the same for every seed of a run.
    train, validation, test
        Which examples to use: see ``ravine.Dataset``.

    References
    ----------
    Efron, Hastie, Johnstone and Tibshirani 2004, Least Angle Regression.

    Notes
    -----
    By default scikit-learn gives inputs that are centred and divided by their deviation times √442; these are
    the measured ones, ``load_diabetes(scaled=False)``.
    """

    scaling: Scaling = "none"
    target_scaling: Scaling = "none"

    def load(self) -> Data:
        from sklearn.datasets import load_diabetes

        x, target = load_diabetes(return_X_y=True, scaled=False)
        train, test = self.parts(Examples(x, target[:, None]))
        x = train.x, test.x
        if self.scaling == "standard":
            x = standard(*x)
        target = train.target, test.target
        if self.target_scaling == "standard":
            target = standard(*target)
        return Data(Examples(x[0], target[0]), Examples(x[1], target[1]), n_out=1)
