"""Active inference behind `BaseAlgorithm`: the same rounds as of `learn`, with SB3's callbacks."""

import dataclasses
import warnings
from typing import Any, ClassVar, Self

import numpy as np
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import BasePolicy
from stable_baselines3.common.type_aliases import MaybeCallback

from ...agents.world_model_agent import WorldModelAgent
from ...envs.vectors import environments
from ..learners.world_model.config import LearnConfig
from ..learners.world_model.history import LearnHistory
from ..rounds import LARGEST_SEED
from .policy import ActiveInferencePolicy
from .stored import StoredRounds
from .watching import Watch, record_progress, record_round

# SB3 stores policies that are world models, so what it learns has no memory.
FIELDS = {f.name: f.default for f in dataclasses.fields(LearnConfig) if f.name != "memory"}


class ActiveInference(BaseAlgorithm):
    """Learns a task with a finite set of actions, as `aifgym.training.learn` does.

    ```python
    model = ActiveInference("auto", "CartPole-v1", seed=0, verbose=1).learn(5_000)
    ```

    A call of `learn` that follows another goes on from all that was seen. `agent` is what was
    learned as an agent of ours, with its file, goals and explanations.

    Args:
        policy: `"auto"`; SB3's names mean the same.
        env: id, Gymnasium environment or `VecEnv`; None for a model that is loaded to act.
        policy_kwargs: of `ActiveInferencePolicy`.
        stats_window_size: episodes that `rollout/` keys are means of.
        tensorboard_log: folder; None writes nothing.
        verbose: 0 nothing, 1 what SB3 logs, 2 more.
        seed: None draws one, `learner_seed`.
        device: `"cpu"` or `"auto"`: all is computed on the processor.
        config: fields of `aifgym.training.LearnConfig`.

    Raises:
        TypeError: the spaces are of another kind, or a setting is unknown.
        ValueError: a setting is out of range.
    """

    policy_aliases: ClassVar[dict[str, type[BasePolicy]]] = dict.fromkeys(
        ("auto", "MlpPolicy", "CnnPolicy", "MultiInputPolicy"), ActiveInferencePolicy
    )
    policy: ActiveInferencePolicy  # pyright: ignore[reportIncompatibleVariableOverride]
    rounds: StoredRounds

    def __init__(
        self,
        policy: str | type[BasePolicy] = "auto",
        env: Any = None,
        *,
        policy_kwargs: dict[str, Any] | None = None,
        stats_window_size: int = 100,
        tensorboard_log: str | None = None,
        verbose: int = 0,
        seed: int | None = None,
        device: Any = "auto",
        _init_setup_model: bool = True,
        **config,
    ) -> None:
        unknown = sorted(set(config) - set(FIELDS))
        if unknown:
            raise TypeError(f"{unknown} are no settings of ActiveInference; it has {list(FIELDS)}")
        if str(device) not in ("auto", "cpu"):
            warnings.warn(f"all is computed on the processor, not on {device!r}", stacklevel=2)
        super().__init__(
            policy,
            env,
            learning_rate=0.0,
            policy_kwargs=policy_kwargs,
            stats_window_size=stats_window_size,
            tensorboard_log=tensorboard_log,
            verbose=verbose,
            device="cpu",
            support_multi_env=True,
            seed=seed,
        )
        drawn = np.random.default_rng().integers(LARGEST_SEED)
        self.learner_seed = int(drawn if seed is None else seed)
        # One attribute each, as SB3 has them: `load(path, novelty=0.5)` changes one.
        for name, default in FIELDS.items():
            setattr(self, name, config.get(name, default))
        if _init_setup_model:
            self._setup_model()

    def _setup_model(self) -> None:
        self.set_random_seed(self.seed)
        spaces = self.observation_space, self.action_space
        make: Any = self.policy_class
        self.policy = make(*spaces, seed=self.seed, **self.policy_kwargs)  # pyright: ignore[reportIncompatibleVariableOverride]
        self.policy.normalization.follow(self.env)
        self.rounds = StoredRounds(*spaces, self.config, self.learner_seed)

    @property
    def config(self) -> LearnConfig:
        """The settings."""
        given: dict[str, Any] = {name: getattr(self, name) for name in FIELDS}
        # Files of SB3 hold a tuple as a list.
        given["features"] = tuple(given["features"])
        return LearnConfig(**given)

    @property
    def agent(self) -> WorldModelAgent:
        """What was learned, as an agent of ours; it sees observations that are not normalized.

        Raises:
            ValueError: nothing was learned yet.
        """
        if self.policy.agent is None:
            raise ValueError("there is no agent before the first round of learning has ended")
        return self.policy.agent

    @property
    def learn_history(self) -> LearnHistory:
        """What happened in all rounds, and what about it should make one doubt.

        Raises:
            ValueError: nothing was learned yet.
        """
        if not self.rounds.ended:
            raise ValueError("there is no history before the first round of learning has ended")
        return self.rounds.history

    def set_random_seed(self, seed: int | None = None) -> None:
        """Seeds predictions, the environments' next reset, and what SB3 seeds besides."""
        super().set_random_seed(seed)
        if hasattr(self, "policy"):
            self.policy.set_random_seed(seed)

    def set_env(self, env: Any, force_reset: bool = True) -> None:
        """Goes on in other environments of the same spaces and number."""
        super().set_env(env, force_reset)
        self.policy.normalization.follow(self.env)

    def learn(
        self,
        total_timesteps: int,
        callback: MaybeCallback = None,
        log_interval: int | None = 1,
        tb_log_name: str = "ActiveInference",
        reset_num_timesteps: bool = True,
        progress_bar: bool = False,
    ) -> Self:
        """Learns; what was learned before is kept, whatever `reset_num_timesteps` says.

        Where a callback ends it, what the round has seen is kept, and the policy stays the one
        that was acting.

        Args:
            total_timesteps: steps in all environments together.
            callback: called at each step.
            log_interval: rounds between two writings of the log; None for none.
            tb_log_name: name of the run in TensorBoard.
            reset_num_timesteps: whether steps are counted from 0 again.
            progress_bar: of tqdm and rich.
        """
        until, hook = self._setup_learn(
            int(total_timesteps), callback, reset_num_timesteps, tb_log_name, progress_bar
        )
        hook.on_training_start({**locals(), "total_timesteps": until}, globals())
        worlds, before = environments(self.env), self.rounds.steps - self.num_timesteps
        if self.rounds.restored().ended:
            self.policy.follow(self.rounds.world)
        iteration, watch = 0, Watch(self, hook)
        while self.num_timesteps < until:
            hook.on_rollout_start()
            ended = self.rounds.play(worlds, before + until, watch)
            if watch.is_stopped:
                break
            self.policy.follow(self.rounds.world)
            hook.on_rollout_end()
            iteration += 1
            self._update_current_progress_remaining(self.num_timesteps, until)
            record_round(self, ended.row)
            if log_interval is not None and iteration % log_interval == 0:
                self.dump_logs(iteration)
        hook.on_training_end()
        return self

    def dump_logs(self, iteration: int = 0) -> None:
        """Writes the log, with the keys of SB3's algorithms."""
        record_progress(self, iteration)
        self.logger.dump(step=self.num_timesteps)

    def _get_torch_save_params(self) -> tuple[list[str], list[str]]:
        return ["policy", "rounds"], []
