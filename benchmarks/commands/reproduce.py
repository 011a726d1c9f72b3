"""`aifgym reproduce`: pymdp's tutorial, every printed number compared with the page."""

from pathlib import Path

from tqdm import tqdm

from ...training.descent.recipes import TutorialRecipe
from ..studies import tutorial, tutorial_page
from . import pictures

# Accuracies are counts of labels, so they agree exactly or not at all.
TOLERANCE, ACCURACY_TOLERANCE = 1e-3, 1e-6


def reproduce(folder: Path | None = None) -> int:
    """Prints the page's figure, ours and the difference side by side; draws into `folder`."""
    if folder is not None:
        pictures.check_figures(folder, "--figures")
    with tqdm(total=TutorialRecipe().train_steps, desc="training", unit=" steps") as bar:
        reproduction = tutorial.reproduce(progress=bar.update)
    all_agree = True
    print(f"{'figure':40s} {'page':>32s} {'ours':>32s} {'difference':>10s}")
    for name, page, ours, difference in tutorial_page.differences(reproduction.numbers):
        agrees = difference <= (ACCURACY_TOLERANCE if "accuracy" in name else TOLERANCE)
        all_agree &= agrees
        verdict = "" if agrees else "  OFF"
        print(f"{name:40s} {_short(page):>32s} {_short(ours):>32s} {difference:10.1e}{verdict}")
    print("every figure agrees" if all_agree else "some figures are off")
    if folder is not None:
        pictures.reproduction_figures(reproduction, folder)
    return 0 if all_agree else 1


def _short(value) -> str:
    if isinstance(value, float):
        return f"{value:.6f}"
    if isinstance(value, list) and len(set(map(str, value))) == 1:
        return f"{len(value)} x {value[0]}"
    return str(value)
