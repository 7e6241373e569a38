"""The promises of a dataset, kept by every one of scikit-learn's."""

from ravine.testing import conformance

from ravine_sklearn.breast_cancer import BreastCancer
from ravine_sklearn.diabetes import Diabetes
from ravine_sklearn.digits import Digits
from ravine_sklearn.iris import Iris
from ravine_sklearn.wine import Wine

test_breast_cancer = conformance(BreastCancer(scaling="standard"))
test_diabetes = conformance(Diabetes(scaling="standard", target_scaling="standard"))
test_digits = conformance(Digits())
test_iris = conformance(Iris())
test_wine = conformance(Wine())
