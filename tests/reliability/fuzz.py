"""Damaged files of all formats: each is refused in one short line, or read as it was.

`python tests/reliability/fuzz.py --cases 100000` prints a tally, and ends with 1 where something
else happened. Files that were forged, with right checksums, may be read as what they are now.
"""

import argparse
import collections
import contextlib
import io
import json
import resource
import sys
import tempfile
import time
import warnings
from pathlib import Path

import damage
import formats
import numpy as np
from tqdm import tqdm

LONGEST_MESSAGE = 400


def outcome(form: formats.Format, path: Path, whole, is_forged: bool) -> str:
    """What reading it comes to: `refused`, `as it was`, `as forged`, or what is wrong."""
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            found = form.read(path)
    except form.errors as error:
        text = str(error)
        return "refused" if len(text) < LONGEST_MESSAGE and "\n" not in text else "LONG MESSAGE"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    if found == whole or (form.accepts is not None and form.accepts(found, whole)):
        return "as it was"
    return "as forged" if is_forged else "READ AS SOMETHING ELSE"


def fuzz(name: str, num_cases: int, seed: int, progress=lambda: None) -> collections.Counter:
    """Tally of outcomes of damaged files of one format."""
    form, rng, tally = formats.FORMATS[name], np.random.default_rng(seed), collections.Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = form.write(Path(folder))
        data = path.read_bytes()
        whole = form.read(path)
        for _ in range(num_cases):
            is_forged = form.is_archive and rng.random() < 1 / 6
            change = damage.forged if is_forged else damage.BYTES[rng.integers(len(damage.BYTES))]
            path.write_bytes(change(data, rng))
            started = time.perf_counter()
            tally[outcome(form, path, whole, is_forged)] += 1
            tally["slowest, ms"] = max(
                tally["slowest, ms"], round(1000 * (time.perf_counter() - started))
            )
            progress()
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="in all formats together")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    each, right = -(-options.cases // len(formats.FORMATS)), True
    with tqdm(total=each * len(formats.FORMATS), unit="file") as bar:
        for name in formats.FORMATS:
            tally = fuzz(name, each, options.seed, bar.update)
            right &= set(tally) <= {"refused", "as it was", "as forged", "slowest, ms"}
            bar.write(f"{name}: {json.dumps(dict(tally.most_common()))}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{each * len(formats.FORMATS):,} damaged files, at most {peak:,.0f} MB in all")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
