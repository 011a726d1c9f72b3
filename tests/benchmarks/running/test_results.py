import dataclasses
import multiprocessing

import numpy as np
import pytest
from aifgym.benchmarks.running import results
from trial_helpers import append_many, make_result


def test_results_come_back_and_a_cut_off_line_is_set_aside(tmp_path):
    first, second = make_result(seed=0), make_result(seed=1)
    results.append_results(tmp_path, [first, second])
    assert results.read_results(tmp_path) == [first, second]
    path = tmp_path / results.RESULTS_FILE
    path.write_bytes(path.read_bytes()[:-30])
    assert results.read_results(tmp_path) == [first]
    results.append_results(tmp_path, [second])
    assert results.read_results(tmp_path) == [first, second]
    assert (tmp_path / "results.csv.damaged").stat().st_size > 0


def test_what_is_appended_after_a_crash_is_not_swallowed(tmp_path):
    results.append_results(tmp_path, [make_result(seed=0)])
    path = tmp_path / results.RESULTS_FILE
    path.write_bytes(path.read_bytes()[:-30])
    results.append_results(tmp_path, [make_result(seed=1)])
    assert results.read_results(tmp_path) == [make_result(seed=1)]


def test_a_result_that_two_runs_made_counts_once(tmp_path):
    first = make_result(mean_return=1.0)
    results.append_results(tmp_path, [first, make_result(1), make_result(mean_return=2.0)])
    assert results.read_results(tmp_path) == [first, make_result(1)]


def test_a_failed_trial_that_then_worked_counts_as_that(tmp_path):
    worked = make_result()
    broken = make_result(error="RuntimeError: no", mean_return=None, episode_returns=[])
    results.append_results(tmp_path, [broken])
    assert results.read_results(tmp_path) == [broken]
    again = dataclasses.replace(broken, error="RuntimeError: no again")
    results.append_results(tmp_path, [again])
    assert results.read_results(tmp_path) == [again]
    results.append_results(tmp_path, [worked, broken])
    assert results.read_results(tmp_path) == [worked]


def test_a_damaged_line_is_set_aside_and_its_trial_is_open_again(tmp_path, capsys):
    made = [make_result(seed) for seed in range(3)]
    results.append_results(tmp_path, made)
    path = tmp_path / results.RESULTS_FILE
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"[0, 2]", b"[0, 9]")  # another number, as good to look at
    path.write_bytes(b"".join([*lines, b"centre,PPO,zero\n"]))
    assert results.FinishedKeys(tmp_path)() == {made[0].key, made[2].key}
    assert results.read_results(tmp_path) == [made[0], made[2]]
    assert "2 damaged lines are in results.csv.damaged" in capsys.readouterr().err
    assert (tmp_path / "results.csv.damaged").read_bytes() == lines[2] + b"centre,PPO,zero\n"
    results.append_results(tmp_path, [made[1]])
    assert results.read_results(tmp_path) == [made[0], made[2], made[1]]
    assert capsys.readouterr().err == ""


def test_no_flipped_bit_is_read_as_another_result(tmp_path, capsys):
    made = [make_result(seed, given='ä, "b"') for seed in range(3)]
    results.append_results(tmp_path, made)
    path = tmp_path / results.RESULTS_FILE
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(300):
        content = bytearray(whole)
        content[rng.integers(len(content))] ^= 1 << rng.integers(8)
        path.write_bytes(content[: rng.integers(len(content))] if rng.random() < 0.2 else content)
        try:
            found = results.read_results(tmp_path)
        except results.DamagedResultsError:  # its first line
            continue
        assert all(result in made for result in found)


def test_results_without_checksums_are_read_and_continued_as_they_are(tmp_path):
    results.append_results(tmp_path, [make_result(0), make_result(1)])
    path = tmp_path / results.RESULTS_FILE
    old = "".join(line.rpartition(",")[0] + "\n" for line in path.read_text().splitlines())
    path.write_text(old)
    assert results.read_results(tmp_path) == [make_result(0), make_result(1)]
    results.append_results(tmp_path, [make_result(2)])
    assert results.read_results(tmp_path) == [make_result(seed) for seed in range(3)]
    path.write_text(path.read_text().replace("[0, 2]", '["a", 2]', 1))
    assert results.read_results(tmp_path) == [make_result(1), make_result(2)]


def test_a_long_result_comes_back(tmp_path):
    long = make_result(episode_returns=[0.5] * 50_000)
    results.append_results(tmp_path, [long])
    assert results.read_results(tmp_path) == [long]


@pytest.mark.parametrize("name", ["=1+1", "+a", "-b", "@c", "'d", '=HYPERLINK("x")'])
def test_a_name_that_a_spreadsheet_would_run_is_neutralised_and_comes_back(tmp_path, name):
    results.append_results(tmp_path, [make_result(contender=name)])
    cells = (tmp_path / results.RESULTS_FILE).read_text().splitlines()[1].split(",")
    assert cells[1].lstrip('"').startswith("'")
    assert results.read_results(tmp_path)[0].contender == name


def test_a_line_break_in_a_result_is_refused(tmp_path):
    with pytest.raises(ValueError, match="line breaks"):
        results.append_results(tmp_path, [make_result(given="two\nlines")])
    assert not (tmp_path / results.RESULTS_FILE).exists()


def test_a_results_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / results.RESULTS_FILE).write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="other columns"):
        results.read_results(tmp_path)


def test_results_are_plain_data():
    assert dataclasses.asdict(make_result())["episode_returns"] == [0, 2]


def test_processes_that_write_at_once_do_not_mix_their_lines(tmp_path, monkeypatch):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=append_many, args=(tmp_path, 25 * n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    keys = {result.key for result in results.read_results(tmp_path)}
    assert keys == {("centre", "PPO", seed, b) for seed in range(75) for b in (1024, 4096)}
    assert not (tmp_path / "results.csv.damaged").exists()


def test_finished_keys_grow_with_the_file(tmp_path):
    finished = results.FinishedKeys(tmp_path)
    assert finished() == set()
    results.append_results(tmp_path, [make_result(0), make_result(1, error='no, "really"')])
    assert finished() == {make_result(0).key}
    results.append_results(tmp_path, [make_result(1)])
    path = tmp_path / results.RESULTS_FILE
    path.write_bytes(path.read_bytes() + b"centre,PPO,2,10")  # cut off
    assert finished() == {make_result(0).key, make_result(1).key}
    results.append_results(tmp_path, [make_result(2)])
    assert finished() == {make_result(seed).key for seed in range(3)}


def test_a_damaged_first_line_is_set_aside_and_nothing_else_is_lost(tmp_path):
    results.append_results(tmp_path, [make_result(seed=seed) for seed in range(3)])
    path = tmp_path / "results.csv"
    whole = path.read_bytes()
    path.write_bytes(b"\x00" + whole[1:])
    results.append_results(tmp_path, [make_result(seed=3)])
    assert [one.seed for one in results.read_results(tmp_path)] == [0, 1, 2, 3]
    assert path.read_bytes().startswith(whole)
    assert (tmp_path / "results.csv.damaged").read_bytes().startswith(b"\x00")
