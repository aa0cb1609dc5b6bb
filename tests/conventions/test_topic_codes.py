"""A topic is a file: no code of a topic, a status, a variable or a choice stands in Python or in a template."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from legalmap.domain.law.roles import Roles
from legalmap.services.core.tracker import shipped_topics

ROOT = Path(__file__).parents[2]
# Words of the program that codebooks happen to use too: roles, what answers mean, verdicts, how levels stand.
OWN = {*Roles.__struct_fields__, "allowed", "unknown", "unclear", "varies", "preempted"}
# Kinds of product are words of the API.
OWN |= {"7-oh"}
# Pages that show samples, and examples in the reference of the API.
SAMPLES = ("legalmap/web/components.py", "legalmap/web/api/", "templates/components/")


def _codes() -> set[str]:
    codes: set[str] = set()
    for topic in shipped_topics().values():
        codes |= {topic.code, *(status.code for status in topic.statuses)}
        for variable in topic.variables:
            codes |= {variable.code, *(choice.code for choice in variable.choices)}
    return codes - OWN


def _files() -> Iterator[tuple[str, set[str]]]:
    """The name of each file and the texts that stand in it in quotes."""
    for path in sorted((ROOT / "legalmap").rglob("*.py")):
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = {node.value for node in tree if isinstance(node, ast.Constant)}
        yield str(path.relative_to(ROOT)), {text for text in texts if isinstance(text, str)}
    for path in sorted([*(ROOT / "templates").rglob("*.html"), *(ROOT / "legalmap").rglob("*.js")]):
        quoted = re.findall(r"[\"']([^\"'\n]*)[\"']", path.read_text(encoding="utf-8"))
        yield str(path.relative_to(ROOT)), set(quoted)


def test_no_code_of_a_topic_stands_in_the_program() -> None:
    codes, found = _codes(), []
    for name, texts in _files():
        if not name.startswith(SAMPLES):
            found += [f"{name}: {code}" for code in sorted(texts & codes)]
    assert not found, f"Give it a role or a meaning in the topic file instead: {found}"


def test_one_topic_is_at_home_and_a_file_is_called_as_its_topic() -> None:
    topics = shipped_topics()
    assert [topic.home for topic in topics.values()].count(True) == 1
    assert next(iter(topics.values())).home
    files = {path.stem for path in (ROOT / "data" / "topics").glob("*.toml")}
    assert files == set(topics)
