import subprocess

from aifgym.benchmarks.system import provenance


def test_edited_code_makes_a_commit_dirty_and_new_results_do_not(tmp_path, monkeypatch):
    def git(*arguments):
        who = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
        command = ["git", "-C", str(tmp_path), *who, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    commit = provenance.git_commit.__wrapped__  # without the cache
    code, results = tmp_path / "benchmarks" / "code.py", tmp_path / "results.csv"
    code.parent.mkdir()
    monkeypatch.setattr(provenance, "__file__", str(code))
    git("init", "--quiet")
    code.write_text("1")
    results.write_text("1")
    assert commit() == "unknown"
    git("add", ".")
    git("commit", "--quiet", "--message", "First")
    assert commit() == git("rev-parse", "--short=7", "HEAD")
    results.write_text("2")
    assert commit() == git("rev-parse", "--short=7", "HEAD")
    code.write_text("2")
    assert commit() == f"{git('rev-parse', '--short=7', 'HEAD')}-dirty"
