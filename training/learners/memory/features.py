"""What can be remembered of an episode: earlier observations and actions, and what was ever seen.

A feature is a kind and a number: `("observation", 2)` and `("action", 2)` are those of two steps
ago, `("observation", 0)` is the newest, `("first", 0)` the first of the episode, `("seen", 3)`
whether symbol 3 was seen in it. All can be carried along step by step.
"""

import numpy as np

from .episodes import Episodes

Feature = tuple[str, int]
NOW: Feature = ("observation", 0)
ACTION: Feature = ("action", 0)
"""The action that is being taken."""
MISSING = -1
# Lags that are tried, and symbols up to which each gets a flag of its own.
OBSERVATION_LAGS, ACTION_LAGS, MOST_FLAGS = 7, 2, 16


def all_features(num_symbols: int) -> tuple[Feature, ...]:
    """What is tried as memory, and last the action that is being taken."""
    flags = range(num_symbols if num_symbols <= MOST_FLAGS else 0)
    return (
        *(("observation", lag) for lag in range(OBSERVATION_LAGS + 1)),
        ("first", 0),
        *(("action", lag) for lag in range(1, ACTION_LAGS + 1)),
        *(("seen", symbol) for symbol in flags),
        ACTION,
    )


def window(length: int) -> tuple[Feature, ...]:
    """The newest `length` observations, the actions between them, and the one being taken."""
    lags = range(length)
    return (*(("observation", lag) for lag in lags), *(("action", lag) for lag in lags))


def values_of(data: Episodes, features: tuple[Feature, ...]) -> np.ndarray:
    """`(N, T, F)` int, the features at each step."""
    return np.stack([_value(data, *feature) for feature in features], axis=-1)


def _value(data: Episodes, kind: str, number: int) -> np.ndarray:
    symbols, steps = data.symbols[:, :-1], data.actions.shape[1]
    if kind == "first":
        return np.repeat(symbols[:, :1], steps, axis=1)
    if kind == "seen":
        return np.maximum.accumulate(symbols == number, axis=1).astype(int)
    of_kind = symbols if kind == "observation" else data.actions
    shifted = np.full(of_kind.shape, MISSING)
    shifted[:, number:] = of_kind[:, : max(steps - number, 0)]
    return shifted


def closed(features: set[Feature]) -> tuple[Feature, ...]:
    """The features, with all that must be remembered to have them at the next step, too."""
    lags = {
        (kind, lag)
        for kind, number in features
        if kind in ("observation", "action")
        for lag in range(number + 1)
    }
    return tuple(sorted((features | lags | {NOW}) - {ACTION}))


def at_start(features: tuple[Feature, ...], symbol: int) -> tuple[int, ...]:
    """Values when an episode begins with a symbol."""
    known = {"observation": MISSING, "action": MISSING, "first": symbol}
    values = dict.fromkeys(features, MISSING)
    for kind, number in features:
        values[kind, number] = int(number == symbol) if kind == "seen" else known[kind]
    return tuple((values | {NOW: symbol})[feature] for feature in features)


def carried(
    features: tuple[Feature, ...], values: tuple[int, ...], action: int, symbol: int
) -> tuple[int, ...]:
    """Values after an action and the symbol that follows it; features as of `closed`."""
    before = dict(zip(features, values)) | {ACTION: action}

    def after(kind: str, number: int) -> int:
        if kind == "first":
            return before[kind, number]
        if kind == "seen":
            return max(before[kind, number], int(symbol == number))
        return symbol if (kind, number) == NOW else before[kind, number - 1]

    return tuple(after(*feature) for feature in features)
