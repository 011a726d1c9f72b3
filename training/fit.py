"""From an environment to a trained agent, without labels and without rewards."""

import dataclasses
from collections.abc import Callable

import equinox as eqx
import gymnasium as gym
import jax
import jax.random as jr
import numpy as np

from ..agents import ActiveInferenceEncoderAgent, GenerativeModel
from ..agents.generative_model import epsilon_identity
from ..envs import LineWorld
from . import trainer
from .config import TrainConfig
from .data_sources import collect, simulate
from .objectives import DiscreteModel
from .trajectories import Trajectories, hold_out


@dataclasses.dataclass(frozen=True)
class History:
    """What happened in a training, for R restarts and C checkpoints.

    Attributes:
        curves: losses during training, terms `(R, C)`.
        held_out_loss: `(R,)` float32, the final loss of each restart on all held-out sequences.
        best_restart: the restart that became the agent: the lowest held-out loss.
        num_transitions: environment steps taken, all reward-free.
    """

    curves: trainer.Curves
    held_out_loss: np.ndarray
    best_restart: int
    num_transitions: int

    def rows(self) -> list[dict]:
        """One plain dict per restart and checkpoint, as for a table."""
        names = ("train", "held_out")
        return [
            {"restart": restart, "step": int(step)}
            | {
                f"{name}_{term}": float(values[restart, column])
                for name, losses in zip(names, self.curves[1:])
                for term, values in losses._asdict().items()
            }
            for restart in range(len(self.held_out_loss))
            for column, step in enumerate(self.curves.steps)
        ]


def fit(
    env_or_world: gym.Env | LineWorld,
    config: TrainConfig | None = None,
    seed: int = 0,
    *,
    transition_matrix: np.ndarray | None = None,
    target_state: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[ActiveInferenceEncoderAgent, History]:
    """Trains an agent from observations and actions alone.

    Random actions are taken in the environment (or simulated in the world), the encoder is
    trained from several initial weights against the known dynamics, and the restart with the
    lowest loss on held-out sequences becomes the agent. Rewards, `info` and hidden states are
    never looked at.

    Args:
        env_or_world: a Gymnasium environment with `Box` observations `(D,)` and `Discrete`
            actions, or a `LineWorld`.
        config: settings; `None` takes the defaults.
        seed: the same seed gives the same agent.
        transition_matrix: B, `(K, K, U)`, `p(s_{t+1} | s_t, a_t)`. `None` takes it from
            `env.unwrapped.world`.
        target_state: the state that the agent prefers. `None` takes the world's.
        progress: called with the number of gradient steps done since the last call.

    Returns:
        The agent and the history of its training.

    Raises:
        TypeError: the environment's spaces are of another kind.
        ValueError: the dynamics or the target are not known, or a value is out of range.
    """
    config = config or TrainConfig()
    world = env_or_world
    if not isinstance(env_or_world, LineWorld):
        world = getattr(env_or_world.unwrapped, "world", None)
    B = _known_dynamics(world, transition_matrix)
    C = _preference(world, target_state, len(B), config.preference)
    model = GenerativeModel(
        A=epsilon_identity(len(B), config.epsilon),
        B=B,
        C=C,
        D=np.full(len(B), 1 / len(B)),
        policy_len=config.policy_len,
    )
    data_key, encoder_key, train_key = jr.split(jr.key(seed), 3)
    trajectories = _trajectories(env_or_world, config, seed, data_key)
    _check_actions(trajectories, model.num_actions)
    encoder, history = _train(trajectories, model, config, seed, encoder_key, train_key, progress)
    settings = {"config": dataclasses.asdict(config), "seed": seed}
    return ActiveInferenceEncoderAgent(encoder, model, settings, seed=seed), history


def _trajectories(source, config: TrainConfig, seed: int, key) -> Trajectories:
    length = config.sequence_length
    if isinstance(source, LineWorld):
        return simulate(source, max(config.num_transitions // length, 1), length, key)[0]
    return collect(source, config.num_transitions, length, seed)


def _train(trajectories, model, config, seed, encoder_key, train_key, progress):
    train_data, held_out = hold_out(trajectories, config.held_out_fraction, seed)
    discrete = DiscreteModel(*(jax.numpy.asarray(array) for array in (model.A, model.B, model.D)))
    observation_dim = trajectories.observations.shape[-1]

    def start(key_encoder, key_train):
        encoder = trainer.new_encoder(config, observation_dim, model.num_outcomes, key_encoder)
        return trainer.TrainState(encoder, key_train)

    keys = jr.split(encoder_key, config.num_restarts), jr.split(train_key, config.num_restarts)
    states = eqx.filter_vmap(start)(*keys)
    states, curves = trainer.train(states, discrete, train_data, held_out, config, progress)
    losses = np.asarray(trainer.restart_losses(states.encoder, discrete, held_out, config))
    if not np.isfinite(losses).any():
        raise ValueError("every restart diverged: lower learning_rate")
    best = int(np.nanargmin(losses))
    encoder = jax.tree.map(lambda x: x[best] if eqx.is_array(x) else x, states.encoder)
    num_transitions = config.num_transitions
    return encoder, History(curves, losses, best, num_transitions)


def _known_dynamics(world, transition_matrix) -> np.ndarray:
    if transition_matrix is not None:
        B = np.asarray(transition_matrix, np.float32)
        if B.ndim != 3 or B.shape[0] != B.shape[1] or B.shape[0] < 2:
            raise ValueError(f"transition_matrix must have shape (K, K, U), got {B.shape}")
        return B
    if world is None:
        raise ValueError(
            "the dynamics are not known: env.unwrapped has no `world`, so pass "
            "transition_matrix=B with B[next, current, action]"
        )
    return world.transition_matrix


def _preference(world, target_state, num_states: int, preference: float) -> np.ndarray:
    target_state = getattr(world, "rewarded_state", None) if target_state is None else target_state
    if target_state is None or not 0 <= target_state < num_states:
        raise ValueError(
            f"target_state must be a state in 0..{num_states - 1}, got {target_state}; "
            "pass target_state= where the environment has no fixed one"
        )
    return preference * np.eye(num_states)[target_state]


def _check_actions(trajectories: Trajectories, num_actions: int) -> None:
    highest = int(np.max(trajectories.actions))
    if highest >= num_actions:
        raise ValueError(
            f"transition_matrix has {num_actions} actions, the environment took action {highest}"
        )
