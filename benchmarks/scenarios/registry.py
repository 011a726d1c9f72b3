"""All scenarios by name; a new file of scenarios is added here."""

from .epistemic import EPISTEMIC
from .line import LINE
from .scenario import Scenario

SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in (*LINE, *EPISTEMIC)}
