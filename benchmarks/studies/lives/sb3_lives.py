"""PPO in worlds that change: trained before, and learning on for all its life."""

import numpy as np
from stable_baselines3.common.callbacks import BaseCallback

from ...contenders.ppo_settings import TUNED_PPO
from ...contenders.sb3 import policy_for, seeded_envs
from ...scenarios.changing import CHANGES

SIDE_BY_SIDE = 8


class _Returns(BaseCallback):
    """Keeps the return of each episode of each environment."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[list[float]] = [[] for _ in range(SIDE_BY_SIDE)]
        self._running = np.zeros(SIDE_BY_SIDE)

    def _on_step(self) -> bool:
        self._running += self.locals["rewards"]
        for place in np.flatnonzero(self.locals["dones"]):
            self.found[place].append(float(self._running[place]))
            self._running[place] = 0
        return True


def sb3_life(name: str, contender: str, seed: int) -> np.ndarray:
    """`(episodes,)`, the return of each episode of one life, in eight worlds that share it.

    Args:
        name: of `CHANGES`.
        contender: `"RecurrentPPO"`, else PPO tuned.
        seed: of the training.
    """
    change = CHANGES[name]
    envs = seeded_envs(change.unchanged, SIDE_BY_SIDE, seed)
    model = _model(contender, envs, seed)
    model.learn(change.training)
    model.set_env(seeded_envs(lambda: change.world(SIDE_BY_SIDE), SIDE_BY_SIDE, seed + 1))
    returns, total = _Returns(), sum(change.episodes) // SIDE_BY_SIDE
    model.learn(SIDE_BY_SIDE * total * change.episode_steps, callback=returns)
    # Episode i of world j is the life's episode 8 i + j: the worlds change together.
    return np.array([own[:total] for own in returns.found]).T.reshape(-1)


def _model(contender: str, envs, seed: int):
    settings = {"seed": seed, "device": "cpu"}
    if contender == "RecurrentPPO":
        import sb3_contrib

        policy = policy_for(envs, "MlpLstmPolicy")
        return sb3_contrib.RecurrentPPO(policy, envs, n_steps=64, **settings)
    import stable_baselines3

    return stable_baselines3.PPO(policy_for(envs, "MlpPolicy"), envs, **TUNED_PPO, **settings)
