"""What an agent learns while it acts, and how fast it forgets."""

import dataclasses
from collections.abc import Sequence
from typing import Literal

from ..models.checks import check_choice, check_count_within, check_within

LETTERS = ("A", "B", "D")
UPDATES = ("smoothed", "filtered")


@dataclasses.dataclass(frozen=True)
class Learning:
    """What is learned while acting.

    Raises:
        ValueError: a value is not allowed; the message names it.
    """

    what: tuple[str, ...]
    """Which of A, B and D; the model's pA, pB, pD are the prior."""
    update: Literal["smoothed", "filtered"] = "smoothed"
    """smoothed: counts are added when an episode is over, given all of it; filtered: at once."""
    horizon: int = 100
    """Of smoothed: in a longer episode counts are added after so many steps."""
    max_count: float | None = 20.0
    """Forgetting: no column holds more than this; older counts shrink. None: nothing is forgotten
    for want of room."""
    decay: float | None = None
    """Forgetting: what is left of all learned counts after each step, in (0, 1)."""

    def __post_init__(self) -> None:
        what = (self.what,) if isinstance(self.what, str) else tuple(self.what)
        for letter in what:
            check_choice("learn", letter, LETTERS)
        object.__setattr__(self, "what", tuple(sorted(set(what))))
        check_choice("update", self.update, UPDATES)
        check_count_within("horizon", self.horizon)
        if self.max_count is not None:
            check_within("max_count", self.max_count, 1.0, 1e6)
        if self.decay is not None:
            check_within("decay", self.decay, 1e-6, 1 - 1e-9)

    @property
    def steps_to_update(self) -> int:
        """Steps after which counts are added at the latest."""
        return 1 if self.update == "filtered" else self.horizon


def as_learning(learn: Learning | dict | Sequence[str]) -> Learning | None:
    """The settings that `learn` stands for; None where nothing is learned."""
    if isinstance(learn, dict):
        learn = Learning(**learn)
    if not isinstance(learn, Learning):
        learn = Learning(what=learn)  # pyright: ignore[reportArgumentType]
    return learn if learn.what else None
