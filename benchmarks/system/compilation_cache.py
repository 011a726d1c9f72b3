"""Compiled programs kept between runs of the command line."""

from pathlib import Path
from typing import Any

import jax
import platformdirs

OPTION = "--no-compilation-cache"


def folder() -> Path:
    """Where they are kept: JAX_COMPILATION_CACHE_DIR, else the user's cache folder."""
    chosen = _option("jax_compilation_cache_dir")
    return Path(chosen) if chosen else platformdirs.user_cache_path("aifgym") / "jax"


def use() -> None:
    """Turns JAX's persistent compilation cache on, where its folder can be made."""
    path = folder()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a cache that cannot be kept is no reason to stop
    jax.config.update("jax_compilation_cache_dir", str(path))
    # By default JAX keeps only what takes a second to compile; we have many that take a part of it.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)


def environment() -> dict[str, str]:
    """What other processes must find in their environment to use the same cache as this one."""
    chosen = _option("jax_compilation_cache_dir")
    if not chosen:
        return {}
    least = _option("jax_persistent_cache_min_compile_time_secs")
    return {
        "JAX_COMPILATION_CACHE_DIR": str(chosen),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": str(least),
    }


def _option(name: str) -> Any:
    """JAX's options are attributes that it makes while it runs."""
    return getattr(jax.config, name)
