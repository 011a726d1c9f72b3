"""Directions of imports, and the claim that training and acting never see a hidden state."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("envs", "agents", "training", "benchmarks")
MAY_IMPORT = {
    "envs": {"envs"},
    "agents": {"agents"},
    "training": {"training", "agents", "envs"},
    "benchmarks": set(PACKAGES),
}
FORBIDDEN_LIBRARIES = {
    "envs": {"jax", "torch", "equinox", "pymdp", "stable_baselines3", "sb3_contrib", "matplotlib"},
    "agents": {"torch", "stable_baselines3", "sb3_contrib", "matplotlib", "gymnasium"},
    "training": {"torch", "stable_baselines3", "sb3_contrib", "matplotlib"},
    "benchmarks": set(),
}
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).glob("*.py"))]


def imported_modules(path: Path) -> set[str]:
    """Full dotted names of all that a file imports, relative imports resolved."""
    package, names = f"aifgym.{path.parent.name}", set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: 3 - node.level]) if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            names |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return names


def reachable(path: Path) -> set[Path]:
    """The files of the project that importing `path` loads, itself included."""
    seen, todo = set(), [path]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        for name in imported_modules(current):
            parts = name.split(".")
            if parts[0] == "aifgym" and len(parts) >= 3:
                candidate = ROOT / parts[1] / f"{parts[2]}.py"
                todo += [candidate] if candidate.exists() else []
            if parts[0] == "aifgym" and len(parts) >= 2 and parts[1] != current.parent.name:
                todo.append(ROOT / parts[1] / "__init__.py")
    return seen


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_point_in_the_allowed_direction(path):
    package = path.parent.name
    for name in imported_modules(path):
        parts = name.split(".")
        if parts[0] == "aifgym" and len(parts) > 1:
            assert parts[1] in MAY_IMPORT[package], f"{path} imports {name}"
        if path.name != "jax_env.py":  # imported on demand, see the test below
            assert parts[0] not in FORBIDDEN_LIBRARIES[package], f"{path} imports {name}"


def test_importing_the_environments_loads_neither_jax_nor_torch():
    loaded = reachable(ROOT / "envs" / "__init__.py")
    assert ROOT / "envs" / "vector_env.py" in loaded
    assert ROOT / "envs" / "jax_env.py" not in loaded


@pytest.mark.parametrize(
    "name", ["objectives", "trainer", "evidence", "evidence_fit", "evidence_trainer", "estimates"]
)
def test_what_trains_cannot_reach_the_hidden_state(name):
    loaded = {
        path.parent.name + "/" + path.name for path in reachable(ROOT / "training" / f"{name}.py")
    }
    assert not {file for file in loaded if file.startswith("envs/")}
    assert not loaded & {"training/data_sources.py", "training/metrics.py"}


def test_acting_cannot_reach_the_hidden_state():
    for path in (ROOT / "agents").glob("*.py"):
        assert {loaded.parent.name for loaded in reachable(path)} == {"agents"}


def test_files_stay_small():
    long = {str(path): len(path.read_text().splitlines()) for path in FILES}
    assert {path: length for path, length in long.items() if length > 200} == {}
