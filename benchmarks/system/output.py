"""Output on terminals that cannot show every character: it degrades, and never stops the work."""

import codecs
import io
import sys
import unicodedata

ERRORS = "aifgym.degrade"
LOOKALIKES = str.maketrans("•·×−–—…‘’“”─│╭╮╰╯", "*.x---.''\"\"-|++++")


def degrade() -> None:
    """From now on, what the terminal's encoding lacks is printed as what looks most like it."""
    codecs.register_error(ERRORS, _replaced)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ERRORS)


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Letters without their accents, box drawing in ASCII, and `?` for everything else."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(LOOKALIKES)
    plain = (unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() for c in text)
    return "".join(c or "?" for c in plain), error.end
