"""The tracker keeps the promises of its kind."""

import tempfile

from ravine.testing import conformance

from ravine_mlflow.tracker import MLflow

# MLflow makes its tables in some seconds, once.
test_mlflow = conformance(MLflow(uri=f"sqlite:///{tempfile.mkdtemp()}/mlflow.db"))
