import csv

import pytest
from aifgym.benchmarks.commands import support


class Full:
    """An agent whose file fits nowhere but in one folder."""

    def __init__(self, room):
        self.room = room

    def save(self, path):
        if path.parent != self.room:
            raise OSError(28, "No space left on device")
        path.write_text("agent")


def test_an_agent_whose_file_cannot_be_written_is_kept_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    for room in (tmp_path / "here", tmp_path):
        with pytest.raises(
            ValueError, match=r"No space left on device.*: the agent is in"
        ) as raised:
            support.save_somewhere(Full(room), tmp_path / "full" / "mine.aif")
        (kept,) = room.glob("mine-*.aif")
        assert kept.read_text() == "agent"
        assert str(kept) in str(raised.value)
    with pytest.raises(ValueError, match="nor anywhere else"):
        support.save_somewhere(Full(None), tmp_path / "full" / "mine.aif")
    support.save_somewhere(Full(tmp_path / "here"), tmp_path / "here" / "mine.aif")
    assert (tmp_path / "here" / "mine.aif").read_text() == "agent"


def test_cells_of_a_table_that_a_spreadsheet_would_run_are_quoted(tmp_path):
    rows = [{"contender": "=1+1", "score": -1.5}, {"contender": "PPO", "score": 2}]
    support.write_table(tmp_path / "table.csv", rows)
    with open(tmp_path / "table.csv", newline="") as file:
        assert list(csv.reader(file))[1:] == [["'=1+1", "-1.5"], ["PPO", "2"]]
