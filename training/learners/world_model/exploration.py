"""Planning with parameter information gain over counts, and without it."""

import numpy as np

from ....agents.planning.policy_iteration import plan
from .counts import Counts, Growing

# Concentration of an outcome that was never seen; what it leaves open is novelty.
CONCENTRATION = 0.1
# Of a step; what is far away must not outweigh what is unknown nearby.
EXPLORING_DISCOUNT, DISCOUNT = 0.995, 0.999
# Tries after which a pair tells how many outcomes pairs usually have.
WELL_TRIED = 3


def information_gain(tried, outcomes):
    """Nats that one more try is expected to tell about where an action leads.

    `(k - 1) / 2n` for k outcomes, and what is left for one never seen.
    """
    times = np.maximum(tried, 1)
    return (outcomes - 1) / (2 * times) + CONCENTRATION / (CONCENTRATION + times)


def usual_outcomes(tried: np.ndarray, outcomes: np.ndarray) -> float:
    """Mean number of outcomes of pairs that were tried often, and of one more that has two.

    Whoever tried a pair once saw one outcome; how many it has is told by the others.
    """
    often = outcomes[tried >= WELL_TRIED]
    return (often.sum() + 2) / (len(often) + 1)


class Explorer:
    """What each action is worth with novelty.

    It plans over all counts now and then; between, each pair that is tried is backed up at once
    (real-time dynamic programming, Barto et al. 1995), so that nobody runs into the same wall
    until the next plan.

    Args:
        counts: what is known; shared with whoever counts.
        novelty: weight of information gain, in largest rewards for each nat.
    """

    def __init__(self, counts: Counts, novelty: float) -> None:
        self._counts, self._novelty, self._usual = counts, novelty, 2.0
        self._policy = np.zeros(0, int)
        self.scale = counts.scale
        self._neg_efe = Growing(counts.num_actions, self.scale)

    def neg_efe(self, state: int) -> np.ndarray:
        """`(U,)`; the largest reward where nothing was tried."""
        return self._neg_efe.row(state)

    def worth(self, state: int) -> np.ndarray:
        """`(U,)`, `neg_efe` where what is untried is worth no less than the best that was tried.

        Where rewards come at each step, one largest reward is little beside what is known to come.
        """
        neg_efe, untried = self.neg_efe(state), self._counts.tried[state] == 0
        if untried.all() or not untried.any():
            return neg_efe
        return np.where(untried, np.maximum(neg_efe, neg_efe[~untried].max()), neg_efe)

    def replan(self) -> None:
        """Plans over all counts."""
        counts = self._counts
        probabilities, outcomes = counts.probabilities()
        tried, self.scale = counts.tried, counts.scale
        self._usual = usual_outcomes(tried, outcomes)
        gain = information_gain(tried, np.maximum(outcomes, self._usual))
        gain = counts.rewards + self._novelty * self.scale * gain
        gain[tried == 0] = self.scale
        policy = np.pad(self._policy, (0, len(gain) - len(self._policy)))
        found = plan(probabilities * EXPLORING_DISCOUNT, gain, policy)
        self._policy = found.policy
        self._neg_efe = Growing(counts.num_actions, self.scale)
        self._neg_efe.rows(len(gain))[:] = found.neg_efe

    def back_up(self, state: int, action: int) -> None:
        """Carries what a pair that was just tried leads to back to it."""
        tried, reward, outcomes = self._counts.of_pair(state, action)
        ahead = sum(n * self.neg_efe(s).max() for s, n in outcomes.items() if s >= 0) / tried
        gain = information_gain(tried, max(len(outcomes), self._usual))
        worth = reward + self._novelty * self.scale * gain + EXPLORING_DISCOUNT * ahead
        self.neg_efe(state)[action] = worth


def exploiting_rewards(counts: Counts) -> np.ndarray:
    """`(K, U)`, mean rewards; what was never tried is as bad as the worst reward for ever."""
    rewards = counts.rewards.copy()
    rewards[counts.tried == 0] = min(counts.least_reward, 0.0) / (1 - DISCOUNT) - 1e-3
    return rewards
