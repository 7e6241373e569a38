"""What a result depends on besides the code: versions, cores, and how busy the machine is."""

from __future__ import annotations

import os
import platform

import numpy as np
from threadpoolctl import threadpool_info


def describe() -> str:
    """Return it as one line."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    parts = [
        f"Python {platform.python_version()}",
        f"NumPy {np.__version__}",
        *(f"{pool['internal_api']} {pool['version']}" for pool in pools),
        f"{os.cpu_count()} cores",
    ]
    if hasattr(os, "getloadavg"):
        parts.append(f"load {os.getloadavg()[0]:.2f}")
    return ", ".join(parts)
