"""Arithmetic: the kernels that NumPy and its BLAS have chosen for this processor; last bits depend on them."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

__all__ = ["arithmetic"]


@functools.cache
def arithmetic() -> dict[str, str]:
    """Return ``blas``, the library with its version and kernel, and ``simd``, NumPy's vector instructions."""
    built = np.show_config(mode="dicts")
    assert built is not None
    linked = built["Build Dependencies"]["blas"]
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    # Other packages bring a BLAS of their own; where none is NumPy's, the system's is, which all share.
    own = Path(np.__file__).parent
    homes = {own.with_name("numpy.libs"), own / ".dylibs"}
    pools = [pool for pool in pools if Path(pool["filepath"]).parent in homes] or pools
    kernels = [
        f"{pool['internal_api']} {pool['version']} {pool.get('architecture', '')}".strip() for pool in pools
    ]
    vectors = built["SIMD Extensions"]
    return {
        # Some libraries, like that of macOS, do not say what they use.
        "blas": ", ".join(sorted(kernels)) or f"{linked['name']} {linked['version']}",
        "simd": " ".join(vectors["found"] or vectors["baseline"]),
    }
