"""Acting with an agent in vector environments of any library."""

from collections.abc import Iterator

from ...envs.acting import Steps, act_by, chosen_by
from ...envs.vectors import environments


def act(agent, envs, seed: int | None = None, deterministic: bool = True) -> Iterator[Steps]:
    """Acts with an agent, whose memory begins anew with each episode; the caller says when to stop.

    ```python
    for step in act(agent, gym.make_vec("CartPole-v1", num_envs=8), seed=0):
        total += step.reward[step.valid].sum()
        if enough:
            break
    ```

    Args:
        agent: has SB3's `predict`: ours, or an algorithm or policy of SB3.
        envs: N environments: a vector environment of Gymnasium of any autoreset mode, or a
            `VecEnv` of SB3; also one environment, or the id of one, where N is 1.
        seed: of the first reset; None leaves it to the environments.
        deterministic: as of `predict`.

    Yields:
        Steps without end.

    Raises:
        TypeError: `envs` are none of these.
    """
    return act_by(chosen_by(agent, deterministic), environments(envs), seed)
