"""The page in a real browser."""

import json

import pytest
from chromium import PHONE, chromium, needs_chromium

PATIENCE = 300

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def page(address, tmp_path_factory):
    """The page at a phone's width, with the first world at its first moment."""
    with chromium(tmp_path_factory.mktemp("browser")) as driver:
        driver.set_script_timeout(PATIENCE)
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        driver.get(f"{address}/")
        until(driver, "return !document.getElementById('run').disabled")
        yield driver


def until(driver, script: str) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, PATIENCE).until(lambda d: d.execute_script(script))


def text(driver, name: str) -> str:
    return driver.execute_script("return document.getElementById(arguments[0]).textContent", name)


def click(driver, selector: str) -> None:
    script = (
        "const found = document.querySelector(arguments[0]);"
        "found.dispatchEvent(new MouseEvent('click', {bubbles: true}))"
    )
    driver.execute_script(script, selector)


def test_step_and_run_change_the_picture_and_pause_stops_it(page):
    before = page.execute_script("return document.getElementById('panels').innerHTML")
    click(page, "#step")
    until(page, "return document.getElementById('clock').textContent.startsWith('step 1,')")
    assert page.execute_script("return document.getElementById('panels').innerHTML") != before
    click(page, "#run")
    until(page, "return parseInt(document.getElementById('clock').textContent.slice(5)) > 3")
    assert text(page, "run") == "Pause"
    click(page, "#run")
    assert text(page, "run") == "Run"


def test_a_click_on_a_state_sets_the_goal_and_an_actuator_breaks_and_is_mended(page):
    click(page, ".place:nth-of-type(2)")
    until(page, "return document.getElementById('goal-words').textContent === 'state 1'")
    click(page, "#usual-goal")
    until(page, "return document.getElementById('goal-words').textContent === 'state 4'")
    click(page, ".breaker button")
    until(page, "return document.querySelectorAll('.breaker.broken').length === 1")
    assert "not noticed yet" in text(page, "effect-words")
    click(page, ".breaker button")
    until(page, "return document.querySelectorAll('.breaker.broken').length === 0")


def test_a_phone_shows_everything_without_scrolling_sideways_and_large_enough(page):
    assert page.execute_script("return document.documentElement.scrollWidth") <= 375
    script = (
        "return [...document.querySelectorAll('main text')].filter(t => t.textContent)"
        ".map(t => t.getBoundingClientRect()).map(r => [r.height, r.left, r.right])"
    )
    places = page.execute_script(script)
    assert len(places) > 10
    assert all(height > 9 and left >= 0 and right <= 375 for height, left, right in places)
    small = (
        "return [...document.querySelectorAll('button')].filter(b => b.offsetParent)"
        ".map(b => b.offsetHeight)"
    )
    assert min(page.execute_script(small)) >= 30


def test_the_console_is_silent_and_only_this_server_is_asked(page, address):
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in events
            if e["method"] == "Network.requestWillBeSent"]  # fmt: skip
    urls = [url for url in urls if not url.startswith(("data:", "chrome"))]
    assert len(urls) > 5
    assert all(url.startswith(address) for url in urls)
