"""The page's server speaks with this machine alone, and says in one line what is wrong."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.resources import files

import pytest
from aifgym.benchmarks.cli import cli
from aifgym.benchmarks.demo.server import HOST, bound


def asked(url, values=None, **headers) -> tuple[int, bytes, dict]:
    body = None if values is None else json.dumps(values).encode()
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def test_the_page_and_its_parts_come_with_a_policy_that_fetches_nothing_else(address):
    names = [part.name for part in (files("aifgym.benchmarks.demo") / "page").iterdir()]
    assert {"page.html", "page.css", "page.js"} <= set(names)
    for path in ("/", *(f"/page/{name}" for name in names)):
        status, body, headers = asked(address + path)
        assert status == 200
        assert body
        assert "default-src 'none'" in headers["content-security-policy"]
        assert b"https://" not in body
    for path in ("/page/server.py", "/page/..%2Fserver.py", "/page/", "/other"):
        assert asked(address + path)[0] == 404


def test_other_pages_and_other_names_of_this_machine_are_refused(address):
    assert asked(f"{address}/", Host="evil.example")[0] == 400
    assert asked(f"{address}/worlds", Host="evil.example:80")[0] == 400
    status, body, _ = asked(f"{address}/step", {}, Origin="http://evil.example")
    assert status == 403
    assert b"another page" in body


@pytest.mark.parametrize(
    ("path", "values", "words"),
    [
        ("start", {"world": "mars", "agent": "told"}, "world must be one of"),
        ("start", {"world": "line", "agent": "told", "noise": "a"}, "noise must be a number"),
        ("start", {"world": "line", "agent": "file", "file": "../../etc/passwd"}, "choose"),
        ("step", {"session": "none"}, "start it again"),
        ("step", {"session": "none", "count": 1e6}, "count must be in 1..100"),
        ("step", [1], "not a JSON object"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(address, path, values, words):
    status, body, _ = asked(f"{address}/{path}", values)
    assert status == 400
    error = json.loads(body)["error"]
    assert words in error
    assert "\n" not in error


def test_a_run_is_started_stepped_aimed_broken_and_a_damaged_file_is_refused(address):
    status, body, _ = asked(f"{address}/start", {"world": "line", "agent": "told"})
    assert status == 200
    started = json.loads(body)
    session = {"session": started["session"]}
    frame = json.loads(asked(f"{address}/step", session | {"count": 3})[1])
    assert frame["step"] == 3
    assert json.loads(asked(f"{address}/goal", session | {"goal": 1})[1])["goal"] == 1
    assert json.loads(asked(f"{address}/break", session | {"action": 2})[1])["broken"] == 2
    assert json.loads(asked(f"{address}/break", session | {"action": None})[1])["broken"] is None
    kept = json.loads(asked(f"{address}/file", ["no agent"])[1])
    status, body, _ = asked(f"{address}/start", {"world": "line", "agent": "file"} | kept)
    assert status == 400
    assert "error" in json.loads(body)


def test_the_program_says_its_address_and_ctrl_c_ends_it_quietly(tmp_path):
    command = [sys.executable, "-m", "aifgym.benchmarks", "demo", "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, text=True, **pipes) as program:
        assert program.stdout
        line = program.stdout.readline()
        assert asked(line.split()[2])[0] == 200
        program.send_signal(signal.SIGINT)
        rest = program.communicate(timeout=300)
        assert (program.returncode, *rest) == (0, "", "")


def test_a_port_that_is_taken_is_said_in_one_line_with_code_2(capsys):
    with bound(0) as taken:
        port = taken.getsockname()[1]
        assert taken.getsockname()[0] == HOST
        assert cli.run(["demo", "--port", str(port)]) == 2
    assert cli.run(["demo", "--port", "70000"]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 2
    assert f"--port {port} is taken" in lines[0]
