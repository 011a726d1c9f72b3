import csv
import dataclasses

import jax
import jax.numpy as jnp
import jax.random as jr
import numpy as np
import pytest
from aifgym.benchmarks.cli import cli
from aifgym.benchmarks.speed import measurement as speed
from aifgym.benchmarks.speed import pairs as speed_pairs
from aifgym.benchmarks.speed.engine_pairs import ENGINE_PAIRS
from aifgym.benchmarks.speed.training_pairs import untrained_model
from aifgym.benchmarks.studies.tutorial_loop import train_eagerly
from aifgym.benchmarks.system import compilation_cache
from aifgym.envs import LineWorld
from aifgym.training import simulate
from aifgym.training.descent import sgd
from aifgym.training.descent.recipes import TutorialRecipe
from aifgym.training.objectives.tutorial import DiscreteModel


def test_turns_alternate_and_ratios_are_of_neighbours(monkeypatch):
    clock, calls = [0.0], []

    def work(name, seconds):
        def run():
            calls.append(name)
            clock[0] += seconds

        return run

    monkeypatch.setattr(speed.time, "perf_counter", lambda: clock[0])
    pair = speed.Pair("ours", "peer", 2.0, lambda: (work("ours", 0.2), work("peer", 0.3)), 4)
    result = speed.measure(pair, num_turns=3)
    assert calls[6:] == ["ours", "peer"] * 3  # after three calls of each to warm up
    np.testing.assert_allclose(result.ratios, 6.0)
    assert result.holds
    stricter = dataclasses.replace(pair, at_least=6.1)
    assert not speed.PairResult(stricter, np.array([1.0]), np.array([6.0])).holds


def test_short_work_is_timed_in_blocks(monkeypatch):
    clock = [0.0]

    def run():
        clock[0] += 0.001

    monkeypatch.setattr(speed.time, "perf_counter", lambda: clock[0])
    result = speed.measure(speed.Pair("a", "b", 1.0, lambda: (run, run)), num_turns=2)
    assert clock[0] == pytest.approx(0.006 + 4 * speed.BLOCK_SECONDS)
    np.testing.assert_allclose(result.ours_seconds, 0.001)


def test_the_command_times_writes_and_shows(tmp_path, capsys):
    assert cli.run(["speed", "--out", str(tmp_path), "--turns", "2", "--only", "make_vec"]) == 0
    printed = capsys.readouterr().out
    with open(tmp_path / "speed.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1
    assert (rows[0]["turns"], rows[0]["at_least"]) == ("2", "1.2")
    assert float(rows[0]["ours_us"]) > 0
    assert rows[0]["jax"] == jax.__version__
    assert f"**{float(rows[0]['times_as_fast']):.3g}**" in printed
    assert (tmp_path / "speed.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--turns", "0"], "--turns"), (["--only", "warp drive"], "--only must be part of one of")],
)
def test_bad_arguments_are_one_line(arguments, message, tmp_path, capsys):
    assert cli.run(["speed", "--out", str(tmp_path), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_every_pair_runs_once():
    with speed_pairs.prepared_peers():
        for pair in speed_pairs.PAIRS:
            if "training" in pair.name or "fit" in pair.name or "evaluation" in pair.name:
                continue  # seconds each; the training is compared below
            if pair in ENGINE_PAIRS[1:]:
                continue  # the same, but larger
            for action in pair.build():
                action()


def test_the_peer_of_training_is_the_tutorials_and_ends_where_ours_does():
    recipe = TutorialRecipe(
        num_restarts=1, train_steps=3, checkpoint_every=2, encoder_width=16, batch_size=4
    )
    world, model = LineWorld(), untrained_model()
    data, held_out = (simulate(world, 20, 4, jr.key(seed))[0] for seed in (0, 1))
    encoder = sgd.new_encoder(recipe, 2, 5, jr.key(2))
    _, theirs = train_eagerly(encoder, model, data, held_out, recipe, jr.key(3))
    discrete = DiscreteModel(*map(jnp.asarray, (model.A, model.B, model.D)))
    start = sgd.stacked(encoder, jr.key(3))
    _, curves = sgd.train(start, discrete, data, held_out, recipe)
    ours = np.stack([curves.train.total[0], curves.held_out.total[0]], axis=1)
    np.testing.assert_allclose(ours, np.array(theirs), rtol=1e-4)


def test_compiled_programs_are_kept_unless_turned_off(tmp_path, monkeypatch, capsys):
    before = jax.config.jax_compilation_cache_dir
    monkeypatch.setattr(compilation_cache.platformdirs, "user_cache_path", lambda _: tmp_path)
    jax.config.update("jax_compilation_cache_dir", None)
    try:
        cli.run(["--no-compilation-cache", "evaluate", "missing.aif"])
        assert jax.config.jax_compilation_cache_dir is None
        cli.run(["evaluate", "missing.aif"])
        assert jax.config.jax_compilation_cache_dir == str(tmp_path / "jax")
        assert compilation_cache.folder() == tmp_path / "jax"
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
    capsys.readouterr()
