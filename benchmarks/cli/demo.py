"""`aifgym demo`."""

import importlib.util
import webbrowser

from ..commands.support import MissingExtra


def demo(port: int = 8130, open_page: bool = False) -> int:
    """Show active inference on a page in your browser, on this machine alone.

    Choose a world, an agent, noise and a goal; run, pause and step; look at belief, expected free
    energy and surprise; break an actuator. Needs the extra `demo`.

    Args:
        port: Of the page; 0 takes any that is free.
        open_page: Open the page in your browser.
    """
    missing = [name for name in ("starlette", "uvicorn") if not importlib.util.find_spec(name)]
    if missing:
        raise MissingExtra(
            f"demo needs {' and '.join(missing)}: "
            'pip install -c constraints.txt ".[demo]" in the checkout'
        )
    from ..demo.server import HOST, bound, serve

    socket = bound(port)
    address = f"http://{HOST}:{socket.getsockname()[1]}/"
    print(f"aifgym demo: {address} (Ctrl-C ends it)", flush=True)
    if open_page:
        webbrowser.open(address)
    serve(socket)
    return 0
