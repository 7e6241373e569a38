"""The tracker keeps the promises of its kind."""

from ravine.testing import conformance

from ravine_trackio.tracker import Trackio

test_trackio = conformance(Trackio())
