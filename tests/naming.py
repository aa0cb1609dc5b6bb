"""Which tests there are, for tables that name the test of each of their rows."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The file below the top folder, and the name of the test.
Named = tuple[str, str]


@cache
def names_of_tests(file: str) -> frozenset[str]:
    """The names of the tests of a module, read without running it."""
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def gone(named: tuple[Named, ...]) -> list[str]:
    """Which of them are there no more."""
    return [f"{file}::{name}" for file, name in named if name not in names_of_tests(file)]
