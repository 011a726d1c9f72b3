"""Modules of the current folder, which somebody names on the command line."""

import os
import sys


def on_path() -> None:
    """Makes them importable, after all others."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
