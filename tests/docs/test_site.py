"""The documentation's site in a real browser, opened as files."""

import json
import os
import subprocess
import sys

import pytest
from chromium import PHONE, chromium, needs_chromium
from documents import ROOT

PATIENCE = 120

pytestmark = [pytest.mark.long, needs_chromium]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=ROOT, check=True, env=environment)
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("browser")) as driver:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        yield driver


def test_every_page_fits_a_phone_shows_its_pictures_and_fetches_nothing(site, browser):
    pages = [path for path in sorted(site.rglob("*.html")) if path.name != "404.html"]
    assert len(pages) > 30
    broken = "return [...document.images].filter(i => i.complete && !i.naturalWidth).length"
    for path in pages:
        browser.get(path.as_uri())
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert (path.name, width) == (path.name, 375)
        assert browser.execute_script(broken) == 0, path
    assert browser.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    urls = [e["params"]["request"]["url"] for e in events
            if e["method"] == "Network.requestWillBeSent"]  # fmt: skip
    own = [url for url in urls if not url.startswith("chrome")]
    assert {url.partition(":")[0] for url in own} <= {"file", "data", "about"}


def test_the_search_finds_pages_without_a_server(site, browser):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(f"{(site / 'index.html').as_uri()}?q=actuator")
    script = (
        "return [...document.querySelectorAll('.md-search-result__item')]"
        ".some(found => found.textContent.includes('Seeing it act'))"
    )
    WebDriverWait(browser, PATIENCE).until(lambda driver: driver.execute_script(script))
