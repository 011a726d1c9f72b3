"""World models in agent files: plain JSON values and arrays."""

import gymnasium as gym
import numpy as np
from scipy import sparse

from .consistency import check_world
from .ensemble import MixtureEnsemble
from .model import Member, Table, WorldModel
from .spaces import shape_of

OF_MEMBER = ("rewards", "ended", "counts", "looks", "starts")
OF_ENCODER = ("shift", "matrix", "prototypes", "spacing")


def stored(world: WorldModel) -> tuple[dict, dict[str, np.ndarray]]:
    """Config and arrays of a world model; transitions and weights in float32."""
    config = {
        "encoder": "table" if isinstance(world.encoder, Table) else world.encoder.kind,
        "num_members": len(world.members),
        "discount": world.discount,
        "history": world.history,
        "num_actions": world.num_actions,
        "reward_scale": world.reward_scale,
        "caution": world.caution,
    }
    arrays = {"actions": world.actions, "lengths": world.lengths}
    if isinstance(world.encoder, Table):
        arrays["observations"] = world.encoder.observations
    else:
        arrays |= {name: getattr(world.encoder, name) for name in OF_ENCODER}
    for place, member in enumerate(world.members):
        arrays |= {f"member{place}.{name}": getattr(member, name) for name in OF_MEMBER}
        matrix = member.transitions
        arrays[f"member{place}.probabilities"] = matrix.data
        arrays[f"member{place}.next_states"] = matrix.indices.astype(np.int32)
        arrays[f"member{place}.row_ends"] = matrix.indptr.astype(np.int64)
    return config, arrays


def restored(config: dict, arrays: dict[str, np.ndarray]) -> WorldModel:
    """The world model that `stored` took apart.

    Raises:
        ValueError, KeyError, TypeError: they are not what `stored` gives.
    """
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite")
    if config["encoder"] == "table":
        encoder = Table(np.ascontiguousarray(arrays["observations"], np.int64))
        sizes = [len(encoder.observations)]
    else:
        parts = {name: arrays[name] for name in OF_ENCODER}
        encoder = MixtureEnsemble(**parts, kind=config["encoder"])
        sizes = [len(arrays[f"member{place}.ended"]) for place in range(config["num_members"])]
        if max(sizes) > encoder.spacing.shape[1] or len(encoder.spacing) != len(sizes):
            raise ValueError("encoder and members have different sizes")
    members = tuple(_member(place, arrays, len(arrays["actions"])) for place in range(len(sizes)))
    world = WorldModel(
        encoder,
        members,
        arrays["actions"],
        arrays["lengths"],
        config["discount"],
        config["history"],
        config["num_actions"],
        config["reward_scale"],
        config.get("caution", 0.0),
    )
    check_world(world)
    return world


def _member(place: int, arrays: dict[str, np.ndarray], width: int) -> Member:
    parts = {name: arrays[f"member{place}.{name}"] for name in OF_MEMBER}
    num = len(parts["ended"])
    matrix = sparse.csr_array(
        tuple(arrays[f"member{place}.{n}"] for n in ("probabilities", "next_states", "row_ends")),
        shape=(num * width, num),
    )
    matrix.check_format()
    sums = np.asarray(matrix.sum(axis=1))
    if (matrix.data < 0).any() or (sums > 1 + 1e-4).any():
        raise ValueError(f"transitions of member {place} are not probabilities")
    return Member(matrix, **parts)


def space_config(space: gym.Space) -> dict:
    """A space as plain JSON values."""
    if isinstance(space, gym.spaces.Dict):
        parts = {key: space_config(part) for key, part in space.spaces.items()}
        return {"kind": "Dict", "parts": parts}
    if isinstance(space, gym.spaces.Tuple):
        return {"kind": "Tuple", "parts": [space_config(part) for part in space.spaces]}
    if isinstance(space, gym.spaces.Discrete):
        return {"kind": "Discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, gym.spaces.MultiDiscrete):
        return {
            "kind": "MultiDiscrete",
            "nvec": space.nvec.tolist(),
            "start": np.asarray(space.start).tolist(),
        }
    if isinstance(space, gym.spaces.MultiBinary):
        return {"kind": "MultiBinary", "shape": list(space.shape)}
    # Bounds play no part in deciding; JSON has no infinity.
    return {"kind": "Box", "shape": list(shape_of(space)), "dtype": np.dtype(space.dtype).name}


def space_of(config: dict) -> gym.Space:
    """The space that `space_config` wrote down; a Box without its bounds."""
    kind = config["kind"]
    if kind == "Dict":
        return gym.spaces.Dict({k: space_of(part) for k, part in config["parts"].items()})
    if kind == "Tuple":
        return gym.spaces.Tuple([space_of(part) for part in config["parts"]])
    if kind == "Discrete":
        return gym.spaces.Discrete(config["n"], start=config["start"])
    if kind == "MultiDiscrete":
        return gym.spaces.MultiDiscrete(config["nvec"], start=config["start"])
    if kind == "MultiBinary":
        shape = config["shape"]
        return gym.spaces.MultiBinary(shape[0] if len(shape) == 1 else shape)
    dtype = np.dtype(config["dtype"])
    low, high = (0, 255) if dtype == np.uint8 else (-np.inf, np.inf)
    if not np.issubdtype(dtype, np.floating) and dtype != np.uint8:
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    return gym.spaces.Box(low, high, tuple(config["shape"]), dtype)
