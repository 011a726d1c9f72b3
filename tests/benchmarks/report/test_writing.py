import dataclasses
import re
from pathlib import Path

import pytest
from aifgym.benchmarks.cli import report as report_cli
from aifgym.benchmarks.report import markdown, readme_table
from aifgym.benchmarks.report import writing as report
from aifgym.benchmarks.report.document import Picture, Section, Table, Text
from aifgym.benchmarks.running.results import append_results
from synthetic_results import make_result, synthetic_results

ROOT = Path(__file__).parents[3]
NASTY = '<img src=x onerror="alert(1)"> $x_1$ | [a](javascript:b) `c` *d*'


def some_results():
    """Two scenarios, one of which changes, with a contender whose name is an attack."""
    kept = ("noisy", "goal_switch")
    results = [r for r in synthetic_results() if r.scenario in kept]
    mine = [r for r in results if r.contender == "PPO tuned" and r.scenario == "noisy"]
    return results + [dataclasses.replace(r, contender=NASTY, given=NASTY) for r in mine]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    append_results(folder, some_results())
    report.write_report(folder, "aifgym benchmark --group standard")
    return folder


def test_the_report_has_every_section_figure_and_provenance(folder):
    text = (folder / "report.md").read_text()
    for title in ("Summary", "What this does not show", "Scenario noisy", "Scenario goal_switch",
                  "Probability of improvement", "What each contender was given"):  # fmt: skip
        assert f"\n## {title}\n" in text
    assert "    aifgym benchmark --group standard\n" in text
    for part in (
        "abc1234", "some machine, 2 cores", "seeds from 1,000,000 up", "steps=20000",
        "Training seeds: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9.", "PPO in noisy, seed 2",
    ):  # fmt: skip
        assert part in text
    named = re.findall(r"\]\(figures/(.+?)\)", text)
    assert len(named) == len(set(named)) == 8
    assert {path.name for path in (folder / "figures").iterdir()} == set(named)
    assert (folder / "scores.png").read_bytes().startswith(b"\x89PNG")


def test_names_and_reasons_are_escaped(folder):
    text, page = (folder / "report.md").read_text(), (folder / "report.html").read_text()
    assert "<img src=x" not in text + page
    assert r"\| [a\](javascript:b) \`c\` \*d\*" in text
    assert "&lt;img src=x" in page


def test_the_page_asks_for_nothing_from_elsewhere(folder):
    page = (folder / "report.html").read_text()
    form = r"""(?:src|href|action|srcset|poster)\s*=\s*["']?([^"'\s>]*)"""
    outside = [a for a in re.findall(form, page) if not a.startswith(("#", "data:"))]
    assert set(outside) == {"x"}  # the name that was escaped
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest|<link[^>]+stylesheet", page)
    assert "https:" not in page


def test_every_seed_of_every_budget_is_printed(folder):
    text = (folder / "report.md").read_text()
    rows = [line for line in text.splitlines() if re.match(r"\| PPO tuned +\| 4,096 ", line)]
    found = [re.findall(r"\d+\.\d\d", row) for row in rows]
    for scenario, numbers in zip(("noisy", "goal_switch"), found):
        expected = [
            f"{r.mean_return:.2f}" for r in some_results()
            if (r.scenario, r.contender, r.budget) == (scenario, "PPO tuned", 4_096)
        ]  # fmt: skip
        assert numbers == expected


def test_the_command_makes_the_same_report_from_the_results_alone(tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    few = ("aifgym", "PPO", "random", "exact Bayes")
    append_results(
        tmp_path, [r for r in some_results() if r.scenario == "noisy" and r.contender in few]
    )
    report.write_report(tmp_path, "aifgym benchmark --group standard")
    files = [path for path in tmp_path.rglob("*.*") if path.suffix in (".md", ".html", ".svg")]
    before = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n")
    assert report_cli.report(tmp_path, readme) == 0
    assert "noisy\n| contender" in capfd.readouterr().out
    assert len(before) > 4
    assert {path: path.read_bytes() for path in before} == before
    text = readme.read_text()
    assert text.startswith("before\n<!-- results -->\n| scenario ")
    assert text.endswith("<!-- /results -->\nafter\n")
    assert "aifgym benchmark --group standard\naifgym report . --readme README.md" in text
    readme_table.rewrite(readme, tmp_path, tmp_path)
    assert readme.read_text() == text


def test_commands_that_added_results_are_remembered_once(tmp_path):
    append_results(tmp_path, [make_result()])
    for command in ("first", "second", "first", None):
        report.write_report(tmp_path, command)
    assert report.remembered_commands(tmp_path) == ["first", "second"]


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no results"):
        report_cli.report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_readme_without_markers_is_refused(folder, tmp_path):
    (tmp_path / "README.md").write_text("nothing\n")
    with pytest.raises(ValueError, match="must have the lines <!-- results -->"):
        readme_table.rewrite(tmp_path / "README.md", folder, tmp_path)


@pytest.mark.parametrize(
    "results",
    [
        [make_result()],
        [make_result(contender="random", budget=0)],
        [make_result("unheard of", "mine", 0), make_result("unheard of", "mine", 1)],
        [r for r in synthetic_results("quick") if r.contender in ("PPO", "random")
         and r.scenario == "centre"],
    ],
)  # fmt: skip
def test_a_report_is_made_of_whatever_there_is(results, tmp_path):
    append_results(tmp_path, results)
    assert results[0].contender in report.write_report(tmp_path)
    text = (tmp_path / "report.md").read_text()
    assert "What this does not show" in text
    assert "nan" not in text
    assert "The command is not recorded." in text


def test_only_figures_of_the_report_before_are_removed(tmp_path):
    append_results(tmp_path, some_results())
    report.write_report(tmp_path)
    (mine, *_) = (tmp_path / "figures").iterdir()
    (tmp_path / "figures" / "photo.svg").write_text("the user's")
    (tmp_path / "figures" / "notes.txt").write_text("the user's")
    (tmp_path / "figures" / "scores-gone.svg").write_text("of a scenario that is gone")
    text = (tmp_path / "report.md").read_text()
    (tmp_path / "report.md").write_text(f"{text}\n![gone](figures/scores-gone.svg)\n")
    report.write_report(tmp_path)
    left = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {mine.name, "photo.svg", "notes.txt"} <= left
    assert "scores-gone.svg" not in left


def test_markdown_of_each_kind_of_block():
    picture = Picture("name", "Title", "what <it> shows", "look", "<svg/>")
    table = Table("T", ["a", "b|c"], [["1", "0.5 [0.1, 0.9] *"]])
    section = Section("Some part", [Text("x_y < 1"), table, picture])
    text = markdown.render("R", [section])
    assert "x_y &lt; 1" in text
    assert "| a   | b\\|c              |\n| --- | ---" in text
    assert "![what &lt;it&gt; shows](figures/name.svg)" in text
    assert section.anchor == "some-part"
    with pytest.raises(TypeError, match="cannot hold"):
        markdown.render("R", [Section("S", [None])])


@pytest.mark.parametrize(("page", "name"), [("benchmark", "standard"), ("epistemic", "epistemic")])
def test_the_pages_table_is_that_of_the_committed_results(page, name):
    page, folder = ROOT / "docs" / f"{page}.md", ROOT / "docs" / "results" / name
    assert readme_table.part(page, folder, ROOT) in page.read_text()
