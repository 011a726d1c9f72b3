"""The report's page in a real browser."""

import json

import pytest
from aifgym.benchmarks.report import writing as report
from aifgym.benchmarks.running.results import append_results
from chromium import PHONE, chromium, needs_chromium
from synthetic_results import synthetic_results

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("browser")) as driver:
        yield driver


@pytest.fixture(scope="module")
def page(browser, tmp_path_factory):
    """The browser with a report open at a phone's width, every folded part open."""
    folder = tmp_path_factory.mktemp("run")
    append_results(folder, [r for r in synthetic_results() if r.scenario == "noisy"])
    report.write_report(folder, "aifgym benchmark")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get((folder / "report.html").as_uri())
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    return browser


def column(page, number: int) -> list[str]:
    script = (
        "return [...document.querySelector('#scenario-noisy table').tBodies[0].rows]"
        ".map(row => row.cells[arguments[0]].textContent)"
    )
    return page.execute_script(script, number)


def test_the_console_is_silent_and_nothing_is_fetched(page):
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [e["params"]["request"]["url"] for e in events
             if e["method"] == "Network.requestWillBeSent"]  # fmt: skip
    asked = [url for url in asked if not url.startswith(("data:", "chrome"))]
    assert len(asked) == 1
    assert asked[0].startswith("file:")


def test_a_phone_shows_the_page_without_scrolling_sideways(page):
    assert page.execute_script("return window.innerWidth") == 375
    assert page.execute_script("return document.documentElement.scrollWidth") <= 375
    # Wide tables scroll in their own frames, and there are such.
    script = (
        "return [...document.querySelectorAll('.wide')].map(w => w.scrollWidth > w.clientWidth)"
    )
    assert any(page.execute_script(script))


def test_every_image_loads_and_says_what_it_shows(page):
    script = (
        "return Promise.all([...document.images].map(i => i.decode().then("
        "() => [i.naturalWidth, i.alt.length], () => [0, i.alt.length])))"
    )
    images = page.execute_script(script)
    assert len(images) == 5
    assert all(width > 100 and alt > 40 for width, alt in images)


def test_every_entry_of_the_contents_leads_somewhere(page):
    script = (
        "return [...document.querySelectorAll('nav a')].map("
        "a => document.querySelectorAll(a.getAttribute('href')).length)"
    )
    found = page.execute_script(script)
    assert len(found) > 4
    assert set(found) == {1}


def test_a_click_on_a_heading_sorts_its_table_and_another_turns_it_round(page):
    heading = page.find_elements("css selector", "#scenario-noisy table th button")[1]
    before = column(page, 1)
    for direction, sign in (("ascending", 1), ("descending", -1)):
        page.execute_script("arguments[0].click()", heading)
        numbers = [float(cell.split()[0]) for cell in column(page, 1)]
        assert numbers == sorted(numbers, key=lambda number: sign * number)
        state = "return arguments[0].parentElement.getAttribute('aria-sort')"
        assert page.execute_script(state, heading) == direction
    assert sorted(column(page, 1)) == sorted(before)
    assert column(page, 1) != before
