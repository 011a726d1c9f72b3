"""Trials on a Ray cluster: the same trials and the same results file, on more than one machine."""

import importlib.util
import logging
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from .engines import MAX_ATTEMPTS, Engine, Finished, described, limited_threads, note_failure
from .results import TrialResult
from .trial import Trial, failed, run_trial

IN_FLIGHT_PER_CORE = 4
"""Trials that wait at the cluster, so that no core waits for the driver."""
SECONDS_TO_ANSWER = 10
SECONDS_TO_LOOK = 5
"""How often the driver looks for machines that joined."""


def on_ray(address: str, environment: Mapping[str, str] = MappingProxyType({})) -> Engine:
    """Side by side on a Ray cluster, one core each.

    Args:
        address: of a running cluster, such as `head:6379`, or `auto` on one of its machines;
            `local` starts one here for as long as the run takes.
        environment: variables that the tasks find besides.

    Raises:
        ValueError: Ray is not installed, or nothing answers at the address.
    """
    if importlib.util.find_spec("ray") is None:
        raise ValueError('--ray needs ray: pip install -c constraints.txt ".[bench,ray]"')
    _check_address(address)

    def engine(trials: Iterable[Trial]) -> Iterator[Finished]:
        ray = _connected(address)
        try:
            yield from _run(ray, trials, dict(environment))
        finally:
            ray.shutdown()

    return engine


def _check_address(address: str) -> None:
    """Ray itself would knock for two minutes, and complain at length."""
    if address in ("local", "auto"):
        return
    host, _, port = address.rpartition("//")[2].rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--ray must be local, auto or HOST:PORT, got {address!r}")
    try:
        socket.create_connection((host, int(port)), timeout=SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        raise ValueError(f"--ray: no cluster answers at {address}: {error}") from error


def _connected(address: str):
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # Ray's own future default
    if address == "local":
        # Without what Ray needs for clusters of machines it listens on the loopback device alone.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    import ray

    # Without an address Ray would look for a cluster before it starts one.
    here: dict[str, Any] = {"include_dashboard": False} if address == "local" else {}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, address=address, **here)
    except (ConnectionError, ValueError) as error:
        raise ValueError(f"--ray: no cluster answers at {address}: {error}") from error
    return ray


def _run(ray, trials: Iterable[Trial], environment: dict[str, str]) -> Iterator[Finished]:
    # Ray itself repeats what a lost worker or node took with it.
    task = ray.remote(num_cpus=1, max_retries=MAX_ATTEMPTS - 1)(run_with_one_thread)
    todo = ((trial, 1) for trial in trials)
    again: list[tuple[Trial, int]] = []
    running: dict[Any, tuple[Trial, int]] = {}
    while True:
        room = IN_FLIGHT_PER_CORE * max(int(ray.cluster_resources().get("CPU", 1)), 1)
        while len(running) < room and (job := again.pop() if again else next(todo, None)):
            running[task.remote(job[0], environment)] = job
        if not running:
            return
        ready, _ = ray.wait(list(running), timeout=SECONDS_TO_LOOK)
        for reference in ready:
            trial, attempt = running.pop(reference)
            try:
                yield trial, ray.get(reference)
            except ray.exceptions.RayError as error:
                cause = getattr(error, "cause", None) or error
                note_failure(trial, attempt, cause)
                if attempt < MAX_ATTEMPTS:
                    again.append((trial, attempt + 1))
                else:
                    yield trial, failed(trial, described(cause))


def run_with_one_thread(trial: Trial, environment: dict[str, str]) -> list[TrialResult]:
    """`run_trial`, told to keep to the one core that Ray counts."""
    with limited_threads(1, environment):
        return run_trial(trial)
