import os
import stat
import subprocess
import sys

import pytest
from aifgym.agents.files import replacing, write_text


def test_a_link_stays_and_what_it_points_to_is_written(tmp_path):
    target, link = tmp_path / "folder" / "target.txt", tmp_path / "link.txt"
    target.parent.mkdir()
    link.symlink_to(target)  # to what is not there yet
    for text in ("first", "second"):
        write_text(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert [entry.name for entry in target.parent.iterdir()] == ["target.txt"]


def test_a_device_a_pipe_or_a_folder_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/null", tmp_path / "pipe", tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            write_text(path, "text")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    assert [entry.name for entry in tmp_path.iterdir()] == ["pipe"]


def test_what_killed_writers_left_is_removed_and_what_others_write_is_not(tmp_path):
    code = (
        "import os, sys; from aifgym.agents.files import replacing\n"
        "with replacing(sys.argv[1]): os.kill(os.getpid(), 9)"
    )
    path = tmp_path / "a.txt"
    subprocess.run([sys.executable, "-c", code, path], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    old, new, other = (tmp_path / name for name in (".a.txt.1.tmp", ".a.txt.2.tmp", ".b.txt.1.tmp"))
    for file in (old, new, other):
        file.touch()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    with replacing(path) as mine:
        mine.write_text("mine")
        write_text(path, "theirs")  # while it is written by us
    assert path.read_text() == "mine"
    assert set(tmp_path.iterdir()) == {path, new, other}


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before")
    with pytest.raises(OSError, match="No such file"), replacing(path) as temporary:
        temporary.write_text((tmp_path / "missing").read_text())
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
