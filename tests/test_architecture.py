"""Directions of imports, sizes, and the claim that training and acting never see a hidden state."""

import ast
import configparser
import functools
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
# Folders of each package, the lowest first; each imports what stands below. "." is the package.
ORDER = {
    "envs": "checks vector_info colours batches stepping vectors acting known_world"
    " | line_world pymdp_envs | jax_env __init__",
    "agents": "files archive numpy_maths registry"
    " | encoders | models | planning | acting | online | world_model | .",
    "training": "allowed data alignment | objectives | descent | config learners | . | sb3",
    "benchmarks": "system scenarios | contenders | running | analysis"
    " | studies pictures speed demo | report | commands | cli | .",
}
FORBIDDEN_LIBRARIES = {
    "envs": {"jax", "torch", "equinox", "pymdp", "stable_baselines3", "sb3_contrib", "matplotlib"},
    "agents": {"torch", "stable_baselines3", "sb3_contrib", "matplotlib"},
    "training": {"torch", "stable_baselines3", "sb3_contrib", "matplotlib"},
    "benchmarks": set(),
}
LOADS_TORCH = "training/sb3/"
LOADS_JAX = {"envs/jax_env.py", "envs/line_world/jax_env.py", "envs/pymdp_envs/makers.py"}
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROGRAMS = ROOT / "tests" / "reliability"  # they try all packages at length
LARGEST_FILE, LARGEST_FOLDER = 200, 13


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def imported_modules(path: Path) -> frozenset[str]:
    """Full dotted names of all that a file imports, relative imports resolved."""
    package = ("aifgym", *path.parent.relative_to(ROOT).parts)
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            source = ".".join([*base, *([node.module] if node.module else [])])
            names |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return frozenset(names)


def files_of(module: str) -> list[Path]:
    """The file of one of our modules, and the `__init__` of each package on the way there."""
    parts = module.split(".")[1:]
    found = [ROOT.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts) + 1)]
    found.append(ROOT.joinpath(*parts).with_suffix(".py") if parts else ROOT / "missing")
    return [path for path in found if path.exists()]


@functools.cache
def imported_files(path: Path) -> frozenset[Path]:
    """Our own files that a file names in its imports."""
    modules = [name for name in imported_modules(path) if name.split(".")[0] == "aifgym"]
    inits = {ROOT / package / "__init__.py" for package in PACKAGES}
    own = {folder / "__init__.py" for folder in path.parents}
    found = {file for module in modules for file in files_of(module)}
    return frozenset(found - own - ({path} | (inits & {path})))


def reachable(path: Path) -> set[Path]:
    """The files of the project that importing `path` loads, itself included."""
    seen, todo = set(), [path]
    while todo:
        current = todo.pop()
        if current not in seen:
            seen.add(current)
            todo += imported_files(current)
    return seen


def level(path: Path) -> int:
    """Place of a file in the order of its package's folders."""
    package, *folders = path.relative_to(ROOT).parts
    order = [names.split() for names in ORDER[package].split("|")]
    place = folders[0] if len(folders) > 1 else path.stem
    named = [index for index, names in enumerate(order) if place in names]
    return named[0] if named else order.index(["."])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_in_the_allowed_direction(path):
    package = path.relative_to(ROOT).parts[0]
    for name in imported_modules(path):
        parts = name.split(".")
        if parts[0] == "aifgym" and len(parts) > 1:
            assert parts[1] in MAY_IMPORT[package], f"{path} imports {name}"
        if name_of(path) not in LOADS_JAX and not name_of(path).startswith(LOADS_TORCH):
            assert parts[0] not in FORBIDDEN_LIBRARIES[package], f"{path} imports {name}"
    for other in imported_files(path):
        if other.relative_to(ROOT).parts[0] == package and other.stem != "__init__":
            assert level(other) <= level(path), f"{path} imports {other}, which stands above it"


def test_no_imports_in_a_circle():
    done, path_to = set(), []

    def visit(file: Path) -> None:
        assert file not in path_to, " -> ".join(map(name_of, [*path_to, file]))
        if file not in done:
            path_to.append(file)
            for other in imported_files(file):
                visit(other)
            done.add(path_to.pop())

    for file in FILES:
        visit(file)


def test_importing_the_environments_loads_neither_jax_nor_torch():
    loaded = {name_of(path) for path in reachable(ROOT / "envs" / "__init__.py")}
    assert "envs/line_world/vector_env.py" in loaded
    assert not loaded & LOADS_JAX
    learns = reachable(ROOT / "training" / "learn.py")
    assert not any(name_of(path).startswith(LOADS_TORCH) for path in learns)


WHAT_TRAINS = [
    path
    for folder in ("alignment", "objectives", "descent", "learners")
    for path in sorted((ROOT / "training" / folder).glob("*.py"))
]


@pytest.mark.parametrize("path", WHAT_TRAINS, ids=name_of)
def test_what_trains_cannot_reach_the_hidden_state(path):
    loaded = {name_of(file) for file in reachable(path)}
    assert not {file for file in loaded if file.startswith(("envs/", "benchmarks/"))}
    assert not loaded & {"training/data/collection.py", "training/data/simulation.py"}


def test_what_learns_does_not_ask_for_info():
    """Only callbacks of Stable-Baselines3 are told it, as by its own algorithms."""
    for path in (ROOT / "training").rglob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text()))
        asked = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert "info" not in asked or name_of(path) == "training/sb3/watching.py"


def test_acting_cannot_reach_the_hidden_state():
    for path in (ROOT / "agents").rglob("*.py"):
        assert {loaded.relative_to(ROOT).parts[0] for loaded in reachable(path)} == {"agents"}


def test_files_and_folders_stay_small():
    long = {name_of(path): len(path.read_text().splitlines()) for path in FILES + TESTS}
    assert {path: length for path, length in long.items() if length > LARGEST_FILE} == {}
    folders = {path.parent for path in FILES + TESTS}
    sizes = {name_of(f): sum(p.stem != "__init__" for p in f.glob("*.py")) for f in folders}
    assert {folder: size for folder, size in sizes.items() if size > LARGEST_FOLDER} == {}


def test_tests_mirror_the_folders_with_at_most_one_module_of_helpers_each():
    for folder in {path.parent for path in TESTS} - {PROGRAMS}:
        assert (ROOT / folder.relative_to(ROOT / "tests")).is_dir(), folder
        names = {path.stem for path in folder.glob("*.py")} - {"conftest", "array_types"}
        others = [name for name in names if not name.startswith("test_")]
        assert len(others) <= 1, f"{folder}: {others}"


def test_sub_packages_are_listed_and_import_nothing():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = set(config["options"]["packages"].split())
    folders = {path.parent.relative_to(ROOT) for path in FILES}
    assert listed == {".".join(["aifgym", *folder.parts]) for folder in folders}
    for folder in folders:
        init = ROOT / folder / "__init__.py"
        assert init.exists(), folder
        assert len(folder.parts) == 1 or folder == Path(LOADS_TORCH) or init.read_text() == ""
