"""Rounds of learning that a model file of SB3 holds, as tensors and without pickle."""

from typing import Any

import numpy as np
import torch

from ..learners.world_model.stored_rounds import arrays_of, round_of
from ..rounds import Rounds
from .tensors import bytes_of, text_of

NOTE = "note"


class StoredRounds(Rounds):
    """Rounds with `state_dict` and `load_state_dict`, as `save` and `load` of SB3 ask for.

    A model that is loaded in order to act makes nothing anew: that waits for the next round.
    """

    _is_restored = True

    def restored(self) -> "StoredRounds":
        """Itself, ready to go on."""
        if not self._is_restored:
            self.restore(self.ended)
            self._is_restored = True
        return self

    def state_dict(self) -> dict[str, torch.Tensor]:
        """What was recorded, by round and name."""
        tensors = {}
        for number, stored in enumerate(self.ended):
            for name, array in arrays_of(stored).items():
                tensor = bytes_of(str(array)) if name == NOTE else torch.tensor(array)
                tensors[f"{number}.{name}"] = tensor
        return tensors

    def load_state_dict(self, state_dict: dict[str, Any], strict: bool = True) -> None:
        """Takes over what `state_dict` gave.

        Raises:
            RuntimeError: it is something else, and `strict`.
        """
        by_round: dict[int, dict[str, np.ndarray]] = {}
        try:
            for key, tensor in state_dict.items():
                number, name = key.split(".")
                value = np.array(text_of(tensor)) if name == NOTE else tensor.cpu().numpy()
                by_round.setdefault(int(number), {})[name] = value
            ended = [round_of(by_round[number]) for number in range(len(by_round))]
        except (KeyError, TypeError, ValueError) as error:
            if strict:
                raise RuntimeError(f"these are no rounds of learning: {error}") from error
            return
        self.ended, self._is_restored = ended, not ended
