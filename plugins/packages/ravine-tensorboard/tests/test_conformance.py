"""The tracker keeps the promises of its kind."""

from ravine.testing import conformance

from ravine_tensorboard.tracker import TensorBoard

test_tensorboard = conformance(TensorBoard())
