"""What JAX was told to run on, where that cannot be had."""

import os


def complaint() -> str | None:
    """What is wrong with the devices that `JAX_PLATFORMS` asks for, in a line; None if nothing."""
    import jax

    asked = os.environ.get("JAX_PLATFORMS", "")
    try:
        jax.devices()
    except (AssertionError, RuntimeError) as error:
        reason = f" ({error})" if str(error) else ""
        return f"JAX finds no device for JAX_PLATFORMS={asked!r}{reason}: unset it or set it to cpu"
    return None
