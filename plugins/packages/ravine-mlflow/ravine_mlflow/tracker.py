"""MLflow."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from filelock import FileLock
from ravine import RunLog, TrackedRun, Tracker

# MLflow's own settings, unless they are set: a server that does not answer costs seconds, and not minutes; the
# address of each run is not printed.
_SETTINGS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}

# A message takes some hundredths of a second: there is one a second, with 1000 metrics at most.
_EVERY, _MOST = 1.0, 1000

_STATUS = {"completed": "FINISHED", "diverged": "FINISHED", "pruned": "KILLED", "failed": "FAILED"}


@dataclass(frozen=True)
class MLflow(Tracker):
    """MLflow: a study is an experiment; its runs have their metrics, their settings as parameters, and tags.

    A run is found again by its tag ``ravine.run``, and what MLflow has of a step is not sent again.

    Parameters
    ----------
    uri : str or None
        A server, ``http://127.0.0.1:5000``, or a database, ``sqlite:///mlflow.db``. None for the variable
        MLFLOW_TRACKING_URI, and without it for ``mlflow.db`` in the folder of studies.
    experiment : str or None
        The experiment's name; None for the study's.
    """

    uri: str | None = None
    experiment: str | None = None

    def begin(self, run: TrackedRun) -> RunLog:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient
        from mlflow.entities import Param

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        here = f"sqlite:///{(run.root / 'mlflow.db').as_posix()}"
        uri = self.uri or os.environ.get("MLFLOW_TRACKING_URI") or here
        with _alone(uri):
            client = MlflowClient(uri)
            experiment = _experiment(client, self.experiment or run.study)
        tags = {"ravine.run": run.id, "ravine.study": run.study, "ravine.label": run.label}
        if found := client.search_runs([experiment], f"tags.`ravine.run` = '{run.id}'", max_results=1):
            known = found[0].info.run_id
            client.update_run(known, "RUNNING", run.name)
            client.set_tag(known, "ravine.label", run.label)
            of = [client.get_metric_history(known, name) for name in found[0].data.metrics]
            return _Log(client, known, {(metric.key, metric.step) for history in of for metric in history})
        made = client.create_run(experiment, tags=tags, run_name=run.name).info.run_id
        settings = {key: one if isinstance(one, str) else json.dumps(one) for key, one in run.settings.items()}
        params = [Param(_name(key), text[:6000]) for key, text in settings.items()]
        for first in range(0, len(params), 100):
            client.log_batch(made, params=params[first : first + 100])
        return _Log(client, made)


@dataclass
class _Log(RunLog):
    """A run: a client, MLflow's id, what MLflow has of it, and what is not sent yet."""

    client: Any
    run: str
    known: set[tuple[str, int]] = field(default_factory=set)
    waiting: list[Any] = field(default_factory=list)
    sent: float = 0.0

    def evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        from mlflow.entities import Metric

        told = [Metric(_name(key), value, int(time.time() * 1000), step) for key, value in metrics.items()]
        self.waiting += [metric for metric in told if (metric.key, step) not in self.known]
        if time.monotonic() - self.sent > _EVERY or len(self.waiting) > _MOST / 2:
            self._send()

    def end(self, status: str, final: Mapping[str, float]) -> None:
        self._send()
        self.client.set_tag(self.run, "ravine.status", status)
        self.client.set_terminated(self.run, _STATUS[status])

    def _send(self) -> None:
        for first in range(0, len(self.waiting), _MOST):
            self.client.log_batch(self.run, self.waiting[first : first + _MOST])
        self.waiting, self.sent = [], time.monotonic()


def _experiment(client: Any, name: str) -> str:
    """Return the id of an experiment; it is made, unless another process does so at the same time."""
    from mlflow.exceptions import MlflowException

    if not (found := client.get_experiment_by_name(name)):
        with contextlib.suppress(MlflowException):
            return str(client.create_experiment(name))
        found = client.get_experiment_by_name(name)
    return str(found.experiment_id)


def _name(key: str) -> str:
    """Return a name that MLflow takes."""
    return re.sub(r"[^\w .:/-]", "_", key)[:250]


def _alone(uri: str) -> contextlib.AbstractContextManager[Any]:
    """Hold a SQLite file against other processes: two that make its tables at once leave it broken."""
    path = uri.removeprefix("sqlite:///").partition("?")[0]
    return FileLock(f"{path}.lock") if path and path != uri else contextlib.nullcontext()
