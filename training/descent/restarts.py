"""Trainings side by side: one pytree whose arrays have a leading axis of restarts."""

import equinox as eqx
import jax


def take_restarts(stacked, index):
    """The restarts at `index`: a number gives one without the axis, an array several with it."""
    return jax.tree.map(lambda x: x[index] if eqx.is_array(x) else x, stacked)
