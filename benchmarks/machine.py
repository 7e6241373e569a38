"""What a result depends on besides the code: the processor, versions, and how busy the machine is."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

PACKAGES = ("llvmlite", "hydra-core", "matplotlib", "torch", "jax")


def describe() -> str:
    """Return it as one line."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    parts = [
        _processor(),
        f"{os.cpu_count()} cores",
        f"Python {platform.python_version()}",
        f"NumPy {np.__version__}",
        *(f"{pool['internal_api']} {pool['version']}" for pool in pools),
        *_versions(),
    ]
    if hasattr(os, "getloadavg"):
        parts.append(f"load {os.getloadavg()[0]:.2f}")
    return ", ".join(filter(None, parts))


def _processor() -> str:
    """Return the processor's name; on Linux with family and model, because several have one name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return platform.processor()
    about = dict(tuple(part.strip() for part in line.split(":", 1)) for line in lines if ":" in line)
    name = about.get("model name", platform.processor())
    return f"{name} (family {about['cpu family']}, model {about['model']})" if "cpu family" in about else name


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found
