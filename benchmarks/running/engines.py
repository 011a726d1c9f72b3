"""Ways to run trials here: in this process, or in several. Each yields trials as they finish."""

import collections
import concurrent.futures
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from ..system import interrupts
from .results import TrialResult
from .trial import Trial, failed, run_trial

Finished = tuple[Trial, list[TrialResult]]
Engine = Callable[[Iterable[Trial]], Iterator[Finished]]
MAX_ATTEMPTS = 3
"""A trial that raised, or whose process died, so often has failed for good."""
THREAD_LIMITS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC")
"""What NumPy, torch and XLA look at when they are loaded."""


def num_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_process(trials: Iterable[Trial]) -> Iterator[Finished]:
    """One after the other, in this process."""
    for trial in trials:
        yield trial, _attempted(trial)


def _attempted(trial: Trial) -> list[TrialResult]:
    reason = ""
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            return run_trial(trial)
        except (Exception, SystemExit) as error:
            note_failure(trial, attempt, error)
            reason = described(error)
    return failed(trial, reason)


def described(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}"


def note_failure(trial: Trial, attempt: int, error: BaseException) -> None:
    """Says on the terminal that an attempt failed."""
    what = f"{trial.scenario}: {trial.contender}, seed {trial.seed}"
    print(f"\n{what}: attempt {attempt} of {MAX_ATTEMPTS} failed: {described(error)}"[:500],
          file=sys.stderr)  # fmt: skip


def in_processes(num_workers: int, environment: Mapping[str, str] = MappingProxyType({})) -> Engine:
    """Side by side in `num_workers` processes, each with its share of the cores.

    Each worker is a pool of its own, so that one that dies takes no other trial with it.

    Args:
        num_workers: how many.
        environment: variables that the workers find besides, such as those of
            `compilation_cache`.
    """
    share = max(num_cores() // num_workers, 1)

    def engine(trials: Iterable[Trial]) -> Iterator[Finished]:
        todo = ((trial, 1) for trial in trials)
        again: collections.deque[tuple[Trial, int]] = collections.deque()
        workers = [_Worker(share, environment) for _ in range(num_workers)]
        running: dict[concurrent.futures.Future, tuple[Trial, int, _Worker]] = {}
        try:
            while True:
                for worker in workers:
                    if worker.is_idle and (job := again.popleft() if again else next(todo, None)):
                        running[worker.submit(job[0])] = (*job, worker)
                if not running:
                    return
                done, _ = concurrent.futures.wait(running, return_when="FIRST_COMPLETED")
                for future in done:
                    trial, attempt, worker = running.pop(future)
                    worker.is_idle = True
                    error = future.exception()
                    if error is None:
                        yield trial, future.result()
                        continue
                    note_failure(trial, attempt, error)
                    if attempt < MAX_ATTEMPTS:
                        again.append((trial, attempt + 1))
                    else:
                        yield trial, failed(trial, described(error))
        finally:
            for worker in workers:
                worker.stop()

    return engine


class _Worker:
    """A process that runs one trial at a time, and another one where it died."""

    def __init__(self, num_threads: int, environment: Mapping[str, str]) -> None:
        self._threads, self._environment = num_threads, environment
        self._pool = self._start()
        self.is_idle = True

    def submit(self, trial: Trial) -> concurrent.futures.Future:
        self.is_idle = False
        # The process starts with its first trial.
        with limited_threads(self._threads, self._environment), interrupts.held():
            try:
                return self._pool.submit(run_trial, trial)
            except concurrent.futures.BrokenExecutor:
                self._pool = self._start()
                return self._pool.submit(run_trial, trial)

    def stop(self) -> None:
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        if not self.is_idle:  # whoever stops in mid-run does not wait for a trial to end
            for process in processes:
                process.terminate()

    def _start(self) -> concurrent.futures.ProcessPoolExecutor:
        return concurrent.futures.ProcessPoolExecutor(
            1,
            multiprocessing.get_context("spawn"),  # a fork would copy JAX's locked threads
            initializer=_watch_parent,
            initargs=(os.getpid(),),
        )


class limited_threads:
    """Context in which new processes, and libraries yet to load, are told how many threads to use.

    Args:
        num_threads: how many.
        environment: variables to set besides.
    """

    def __init__(
        self, num_threads: int, environment: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        limits = {name: str(num_threads) for name in THREAD_LIMITS}
        flags = os.environ.get("XLA_FLAGS", "")
        if num_threads == 1:
            limits["XLA_FLAGS"] = f"{flags} --xla_cpu_multi_thread_eigen=false".strip()
        self._limits = limits | dict(environment)

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in self._limits}
        os.environ.update(self._limits)

    def __exit__(self, *_) -> None:
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _watch_parent(parent: int) -> None:
    """Leaves Ctrl-C to the parent, and ends with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
