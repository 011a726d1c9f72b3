from command_line import run


def test_reproduce_fails_when_a_figure_is_off(monkeypatch, capfd):
    from aifgym.benchmarks.studies import tutorial, tutorial_page

    off = tutorial_page.PAGE | {"initial objective": 15.05}
    fake = tutorial.Reproduction(off, None, None, None, None, None)
    monkeypatch.setattr(tutorial, "reproduce", lambda progress: fake)
    assert run("reproduce") == 1
    out = capfd.readouterr().out
    assert [line.split()[0] for line in out.splitlines() if line.endswith("OFF")] == ["initial"]
    monkeypatch.setitem(off, "initial objective", tutorial_page.PAGE["initial objective"])
    assert run("reproduce") == 0


def test_reproduce_notices_an_unwritable_folder_before_it_trains(capfd):
    assert run("reproduce", "--figures", __file__) == 2
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert line.startswith("aifgym: --figures: cannot write to")
