"""No test sends anything: MLflow tells its authors how it is used, unless it is told not to."""

import os

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
