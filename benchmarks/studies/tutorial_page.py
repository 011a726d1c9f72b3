"""What the page of pymdp's tutorial prints, and how far other numbers are from it."""

import numpy as np

# Printed on the page, sections 3, 4, 7, 8 and 9.
PAGE = {
    "A diagonal, rounded to 3 digits": [1.0] * 5,
    "transitions: back": [0, 0, 1, 2, 3],
    "transitions: stay": [0, 1, 2, 3, 4],
    "transitions: forward": [1, 2, 3, 4, 4],
    "train observations, shape": [640, 6, 2],
    "train state proportions": [0.213, 0.201, 0.194, 0.196, 0.195],
    "held-out state proportions": [0.211, 0.203, 0.205, 0.195, 0.186],
    "train action proportions": [0.346, 0.324, 0.330],
    "held-out action proportions": [0.356, 0.312, 0.331],
    "initial objective": 15.04537582397461,
    "final train total": 6.0631256103515625,
    "final train VFE": 1.2384639978408813,
    "final train temporal KL": 0.6030827164649963,
    "final held-out total": 4.517769813537598,
    "final held-out VFE": 1.1381111145019531,
    "final held-out temporal KL": 0.42245736718177795,
    "encoder accuracy before, aligned": 0.5838541984558105,
    "encoder accuracy after, aligned": 0.9515625238418579,
    "inferred-state accuracy before, aligned": 0.48750001192092896,
    "inferred-state accuracy after, aligned": 0.9630208611488342,
    "rollout states": [0, 1, 2, 3, 4, 4, 4, 4, 4],
    "rollout actions": ["forward"] * 8,
    "reached target": True,
}


def differences(numbers: dict) -> list[tuple[str, object, object, float]]:
    """Rows of page's number, ours and the largest absolute difference, by name."""
    rows = []
    for name, page in PAGE.items():
        ours = numbers[name]
        if np.asarray(page).dtype.kind in "if" and np.shape(page) == np.shape(ours):
            difference = float(np.max(np.abs(np.subtract(page, ours))))
        else:
            difference = 0.0 if page == ours else np.inf
        rows.append((name, page, ours, difference))
    return rows
