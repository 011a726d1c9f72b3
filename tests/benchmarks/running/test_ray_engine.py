import importlib.util
import subprocess
import sys
import threading
import time

import pytest
from aifgym.benchmarks.running import ray_engine, runner
from aifgym.benchmarks.running.ray_engine import on_ray
from trial_helpers import tiny_trials, what_counts

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None, reason="ray is not installed"
)


def test_without_ray_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(ray_engine.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install .*ray"):
        on_ray("local")


@needs_ray
@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("nonsense", "local, auto or HOST:PORT"),
        ("127.0.0.1:1", "no cluster answers at 127.0.0.1:1"),
    ],
)
def test_an_address_where_nobody_answers_is_refused_at_once(address, complaint):
    with pytest.raises(ValueError, match=complaint):
        on_ray(address)


@needs_ray
def test_a_cluster_that_loses_a_node_gives_the_same_results(tmp_path, monkeypatch):
    from ray.cluster_utils import Cluster

    expected = what_counts(runner.run(tmp_path / "here", tiny_trials()))
    monkeypatch.setenv("SLOW", "0.3")
    monkeypatch.setenv("MISCHIEF", str(tmp_path))  # seed 2 never works, 0 and 1 at the second try
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
            lost.append(len((tmp_path / "there" / "results.csv").read_text().splitlines()) - 1)
            cluster.remove_node(node)

        thread = threading.Thread(target=lose_a_node)
        thread.start()
        found = runner.run(tmp_path / "there", tiny_trials(), on_ray(cluster.address))
        thread.join()
    finally:
        cluster.shutdown()
    assert {result.seed for result in found if result.error} == {2}
    assert {result.error for result in found if result.error} == {
        "RuntimeError: seed 2 never works"
    }
    assert what_counts(r for r in found if r.seed != 2) == [r for r in expected if r[0][2] != 2]
    assert lost[0] < len(expected)  # in mid-run


@needs_ray
def test_a_local_cluster_listens_on_the_loopback_device_alone():
    code = (
        "from aifgym.benchmarks.running.ray_engine import _connected\n"
        "ray = _connected('local')\n"
        "print(ray.nodes()[0]['NodeManagerAddress'], ray.get_runtime_context().gcs_address)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    address, gcs = done.stdout.split()
    assert address == "127.0.0.1"
    assert gcs.startswith("127.0.0.1:")
