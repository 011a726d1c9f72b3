"""The demonstration's server on a free port, in a thread of this process."""

import threading

import pytest
from aifgym.benchmarks.demo.server import HOST, bound, server
from aifgym.benchmarks.demo.service import Service


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    running = server(Service(str(tmp_path_factory.mktemp("files"))))
    at = bound(0)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [at]}, daemon=True)
    thread.start()
    yield f"http://{HOST}:{at.getsockname()[1]}"
    running.should_exit = True
    thread.join(60)
    assert not thread.is_alive()
