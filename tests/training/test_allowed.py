import dataclasses
import math

import numpy as np
import pytest
from aifgym.training.allowed import check_fields, integer, number, one_of, some_of


@pytest.mark.parametrize(
    ("rule", "allowed", "refused", "words"),
    [
        (integer(2), [2, 10**9], [1, 2.0, True, None, "3"], "an integer from 2"),
        (
            integer(1, "auto", None),
            [1, "auto", None],
            [0, "all"],
            "integer from 1 or 'auto' or None",
        ),
        (number(0, 1), [1e-9, 0.5, np.float32(0.5)], [0, 1, math.nan, "x"], "above 0 and below 1"),
        (number(0, 1, from_low=True), [0, 0.99], [-1e-9, 1], "at least 0 and below 1"),
        (number(0), [1e300], [0, math.inf, math.nan], "finite and above 0"),
        (number(), [-5, 0.0], [-math.inf, None], "finite"),
        (one_of(("a", "b")), ["a"], ["c", ["a"], None], "one of 'a', 'b'"),
        (some_of(("a", "b")), [("a",), ("b", "a")], [(), ("a", "c")], "some of 'a', 'b'"),
    ],
)
def test_rules(rule, allowed, refused, words):
    assert all(map(rule.holds, allowed))
    assert not any(map(rule.holds, refused))
    assert rule.say().endswith(words)


def test_choices_that_come_later_count():
    names = {"first": 1}
    for rule in (one_of(names), one_of(lambda: list(names))):
        names.pop("second", None)
        assert not rule.holds("second")
        names["second"] = 2
        assert rule.holds("second")
        assert rule.say() == "one of 'first', 'second'"


@dataclasses.dataclass
class Settings:
    size: int = 1
    kind: str = "a"


def test_the_field_that_is_wrong_is_named():
    allowed = {"size": integer(1), "kind": one_of(("a", "b"))}
    check_fields(Settings(), allowed)
    with pytest.raises(ValueError, match="kind must be one of 'a', 'b', got 'c'"):
        check_fields(Settings(kind="c"), allowed)
