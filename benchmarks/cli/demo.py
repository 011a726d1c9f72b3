"""`aifgym demo`."""

import webbrowser

from ..commands.support import require_extra


def demo(port: int = 8130, open_page: bool = False) -> int:
    """Show active inference on a page in your browser, on this machine alone.

    Choose a world, an agent, noise and a goal; run, pause and step; look at belief, expected free
    energy and surprise; break an actuator. Needs the extra `demo`.

    Args:
        port: Of the page; 0 takes any that is free.
        open_page: Open the page in your browser.
    """
    require_extra("demo", "demo")
    from ..demo.server import HOST, bound, serve

    socket = bound(port)
    address = f"http://{HOST}:{socket.getsockname()[1]}/"
    print(f"aifgym demo: {address} (Ctrl-C ends it)", flush=True)
    if open_page:
        webbrowser.open(address)
    serve(socket)
    return 0
