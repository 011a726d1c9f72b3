import importlib.util
import threading
import time
from pathlib import Path

import pytest
from aifgym.benchmarks import ray_engine, runner
from aifgym.benchmarks.ray_engine import on_ray
from trial_helpers import tiny_trials, what_counts

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed"
)


def test_without_ray_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(ray_engine.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install .*ray"):
        on_ray("local")


@needs_ray
def test_a_cluster_that_loses_a_node_gives_the_same_results(tmp_path, monkeypatch):
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    expected = what_counts(runner.run(tmp_path / "here", tiny_trials()))
    monkeypatch.setenv("SLOW", "0.3")
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False}
    )
    lost = []
    try:
        node = cluster.add_node(num_cpus=1)
        cluster.wait_for_nodes()

        def lose_a_node():
            while not (tmp_path / "there" / "results.csv").exists():
                time.sleep(0.05)
            cluster.remove_node(node)
            lost.append(len((tmp_path / "there" / "results.csv").read_text().splitlines()) - 1)

        thread = threading.Thread(target=lose_a_node)
        thread.start()
        found = runner.run(tmp_path / "there", tiny_trials(), on_ray(cluster.address))
        thread.join()
    finally:
        cluster.shutdown()
    assert what_counts(found) == expected
    assert lost[0] < len(expected)  # in mid-run
