"""Planning over beliefs at points, and as if the state were seen soon; the better of both."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from ..models.generative_model import Model
from .beliefs.backup import point_values, state_values
from .beliefs.model import BeliefModel
from .beliefs.points import Choice, chosen_points, imagined
from .protocol import Explanation, explained
from .without_policies import WeighsActions, refuse_prior

# Points of belief, times that they are looked for, and episodes and steps of each search.
NUM_POINTS, SEARCHES, SEARCH_EPISODES, SEARCH_STEPS = 150, 2, 60, 30
# Episodes inside the model in which both plans are judged, and steps of one at most.
JUDGED_EPISODES, JUDGED_STEPS = 200, 100


class PointBasedPlanner(WeighsActions):
    """Value iteration over beliefs, `policy_len` steps deep, for any model.

    What an observation is worth is what can be done with it: an action that only tells something
    is chosen where that pays, without a term for information gain, which adds nothing here. Beliefs
    at which values are backed up come from acting inside the model. Beside it stands QMDP, which
    plans as if the state were seen from the next step on (Littman et al. 1995): exact and cheap
    where little is hidden, and blind to what a look is worth. That plan is taken which brings more
    inside the model. The same model gives the same plan.

    Attributes:
        vectors: `(U, V, K)`: an action is worth the largest product of its vectors with a belief.
        chosen: `"points"` or `"qmdp"`.
        promised: what each brings in an episode inside the model, by its name.
    """

    vectors: Float[Array, "U V K"]
    chosen: str = eqx.field(static=True)
    promised: tuple[tuple[str, float], ...] = eqx.field(static=True)

    def __init__(self, model: Model) -> None:
        refuse_prior(model, "point_based")
        beliefs, num_steps = BeliefModel.of(model), model.joint.policy_len
        plans = {"qmdp": state_values(beliefs, num_steps)}
        plans["points"] = _at_points(beliefs, plans["qmdp"], num_steps)
        steps = min(num_steps, JUDGED_STEPS)
        returns = {
            # The same random numbers for both.
            name: imagined(
                beliefs, _choice(plan), JUDGED_EPISODES, steps, np.random.default_rng(1)
            ).returns.mean()
            for name, plan in plans.items()
        }
        self.chosen = max(plans, key=lambda name: returns[name])
        self.promised = tuple((name, float(value)) for name, value in returns.items())
        self.vectors = jnp.asarray(plans[self.chosen], jnp.float32)
        self.gamma = model.joint.gamma

    def values(self, belief: Float[Array, "N K"]) -> Float[Array, "N U"]:
        """What each action is worth at each belief."""
        return jnp.max(jnp.einsum("nk,uvk->nuv", belief, self.vectors), axis=-1)

    def explain(self, model: Model, beliefs: np.ndarray) -> Explanation:
        """What spoke for each next action; utility counts what follows, and what looks are for."""
        values = _values(np.asarray(self.vectors), np.asarray(beliefs))
        posterior = np.asarray(jax.nn.softmax(self.gamma * values, axis=-1))
        none = np.zeros_like(values)
        return explained(values, none, none, posterior, model.joint.num_actions)

    @property
    def num_multiplications(self) -> int:
        """Of `numpy_best_action` for one belief."""
        return int(self.vectors.size)

    def numpy_best_action(self, belief: np.ndarray) -> np.ndarray:
        """`best_action` in NumPy."""
        return np.argmax(_values(np.asarray(self.vectors), belief), axis=-1)


def _at_points(model: BeliefModel, qmdp: np.ndarray, num_steps: int) -> np.ndarray:
    """`(U, V, K)`, values backed up at beliefs that come up when acting at random, and well."""
    rng, sizes = np.random.default_rng(0), (SEARCH_EPISODES, min(num_steps, SEARCH_STEPS))
    seen = [imagined(model, None, *sizes, rng).beliefs]
    vectors = qmdp
    for _ in range(SEARCHES):
        seen.append(imagined(model, _choice(vectors), *sizes, rng, random=0.2).beliefs)
        points = chosen_points(np.concatenate(seen), model.starts(), NUM_POINTS)
        vectors = point_values(model, points, num_steps)
    return vectors


def _choice(vectors: np.ndarray) -> Choice:
    return lambda belief: _values(vectors, belief).argmax(axis=1)


def _values(vectors: np.ndarray, belief: np.ndarray) -> np.ndarray:
    """`(N, U)`, in one product."""
    num_actions, _, num_states = vectors.shape
    products = belief @ vectors.reshape(-1, num_states).T
    return products.reshape(len(belief), num_actions, -1).max(axis=2)
