"""Our agent, three times: known dynamics, learned dynamics, and the tutorial's recipe."""

import dataclasses
from typing import ClassVar

import gymnasium as gym
import numpy as np

from ...agents import ActiveInferenceEncoderAgent
from ...envs.acting import act_by, chosen_by
from ...envs.known_world import known_world
from ...envs.stepping import EnvironmentList
from ...training import TrainConfig, Trajectories, fit
from ...training.data.collection import cut_episodes
from ...training.data.episodes import collected
from ...training.learners.estimates import estimate_rewards, fitted_dynamics
from ...training.learners.evidence import configured_recipe
from .base import Contender, EnvFactory

KNOWN = (
    "transition matrix B, before a change only; target state, before and after it; that any state "
    "may come first; that the world has changed; no rewards; random actions to learn from, its own "
    "after a change"
)
CHOSEN = (
    "settings chosen on centre, on scales up to 3 and on up to 50 states, with other training "
    "seeds and no fixed budget"
)
NUM_ENVS, EXPLORATION = 8, 0.1
PRIOR_COUNT = 10.0
"""How many transitions from each state by each action the B before a change is worth."""


class ActiveInference(Contender):
    """Our agent with known dynamics, trained without labels and without rewards."""

    name = "aifgym"
    given = f"{KNOWN}; {CHOSEN}"
    learns = True
    uses_dynamics = True
    seconds_per_step = 0.0001
    fixed_seconds = 1.0
    config: ClassVar[TrainConfig] = TrainConfig()
    fit_arguments: ClassVar[dict] = {}

    def train(self, env_factory, budget, seed) -> None:
        """Collects random actions and fits the encoder, from nothing."""
        env = env_factory()
        config = self._config(env, budget)
        self._agent, history = fit(env, config, seed, **self.fit_arguments)
        self._count(history.num_transitions)
        self.hyperparameters = _settings(config, self._agent)

    def predict(self, observation, state=None, episode_start=None, deterministic=True):
        """The agent's own."""
        return self._agent.predict(observation, state, episode_start, deterministic)

    def disagreements(self, env: gym.Env) -> list[str]:
        """The agent's, where the environment's dynamics are known."""
        world = known_world(env)
        return [] if world is None else self._agent.disagreements(world)

    def adapt(self, env_factory, budget, seed) -> None:
        """Takes over a new target at once, and learns the changed B from its own actions."""
        if not budget:
            self._before = self.reward_free_steps, self.rewarded_steps
            self._trained = self._with_told_goal(env_factory)
        self._agent = self._trained
        if budget:
            self._agent = self._relearned(env_factory, budget, seed)

    def _config(self, env: gym.Env, budget: int) -> TrainConfig:
        return dataclasses.replace(self.config, num_transitions=budget)

    def _count(self, steps: int) -> None:
        self.reward_free_steps = steps

    def _with_told_goal(self, env_factory: EnvFactory) -> ActiveInferenceEncoderAgent:
        return self._agent.with_goal(state=env_factory().get_wrapper_attr("world").rewarded_state)

    def _relearned(self, env_factory: EnvFactory, budget: int, seed: int):
        """B by expectation maximisation, encoder and goal kept."""
        data = own_experience(self._agent, env_factory, budget, seed)
        self.reward_free_steps = self._before[0] + budget
        return with_dynamics(self._agent, data)


class LearnedDynamics(ActiveInference):
    """Our agent that is given the number of states only, and learns the goal from rewards."""

    name = "aifgym learned"
    given = (
        "number of states; rewards, also after a change; that the world has changed; random "
        f"actions to learn from, its own after a change; {CHOSEN}"
    )
    uses_dynamics = False
    config = TrainConfig(dynamics="learned")
    fit_arguments: ClassVar[dict] = {"preferences": "reward"}

    def _config(self, env, budget):
        num_states = env.get_wrapper_attr("world").num_states
        return dataclasses.replace(super()._config(env, budget), num_states=num_states)

    def _count(self, steps: int) -> None:
        self.rewarded_steps = steps

    def _with_told_goal(self, env_factory):
        return self._agent  # no number of its states means anything to anybody

    def _relearned(self, env_factory, budget, seed):
        """B and what is preferred."""
        data = own_experience(self._agent, env_factory, budget, seed, record_rewards=True)
        self.rewarded_steps = self._before[1] + budget
        agent = with_dynamics(self._agent, data)
        model = agent.model
        rewards = estimate_rewards(agent.encoder, model.B, model.D, data, agent.usage)
        return agent.with_preferences(self.config.preference * rewards)


class TutorialRecipe(ActiveInference):
    """Our agent trained and fed as pymdp's tutorial does it, one run, no restarts."""

    name = "tutorial's recipe"
    given = f"{KNOWN}; the tutorial's settings"
    config = TrainConfig(
        objective="tutorial", num_restarts=1, evidence="categorical", ambiguity="epsilon"
    )


def own_experience(
    agent: ActiveInferenceEncoderAgent,
    env_factory: EnvFactory,
    num_steps: int,
    seed: int,
    record_rewards: bool = False,
) -> Trajectories:
    """Trajectories of the agent's own actions in 8 environments, one in ten actions random.

    Args:
        agent: who acts.
        env_factory: makes an environment.
        num_steps: in all.
        seed: of environments and exploration.
        record_rewards: whether the trajectories hold rewards.
    """
    worlds = EnvironmentList([env_factory() for _ in range(NUM_ENVS)])
    rng, of_agent = np.random.default_rng(seed), chosen_by(agent)

    def choose(observations, episode_start) -> np.ndarray:
        actions = of_agent(observations, episode_start)
        explores = rng.random(NUM_ENVS) < EXPLORATION
        drawn = rng.integers(agent.model.num_actions, size=NUM_ENVS)
        return np.where(explores, drawn, actions)

    episodes = collected(act_by(choose, worlds, seed), num_steps // NUM_ENVS * NUM_ENVS)
    data = cut_episodes(episodes, TrainConfig.sequence_length, agent.model.num_actions)
    return data if record_rewards else dataclasses.replace(data, rewards=None)


def with_dynamics(
    agent: ActiveInferenceEncoderAgent, data: Trajectories
) -> ActiveInferenceEncoderAgent:
    """A new agent whose B explains `data` best, given its encoder."""
    model = agent.model
    B, _ = fitted_dynamics(agent.encoder, model.B, model.D, data, PRIOR_COUNT, agent.usage)
    model = dataclasses.replace(model, B=B)
    return ActiveInferenceEncoderAgent(agent.encoder, model, agent.usage, agent.settings)


def _settings(config: TrainConfig, agent: ActiveInferenceEncoderAgent) -> dict:
    """What shows in the report."""
    shared = {
        "objective": config.objective,
        "dynamics": config.dynamics,
        "evidence": config.evidence,
        "ambiguity": config.ambiguity,
        "policy_len": config.policy_len,
        "planner": config.planner,
        "preference": config.preference,
    }
    if config.objective == "tutorial":
        recipe = dataclasses.replace(config.tutorial, num_restarts=config.num_restarts)
        return shared | dataclasses.asdict(recipe)
    recipe = configured_recipe(config, agent.model.num_states)
    return shared | {
        "restarts": recipe.num_restarts,
        "encoder": f"{recipe.encoder_width} x {recipe.encoder_depth}",
        "batch_size": recipe.batch_size,
        **recipe.main._asdict(),
    }
