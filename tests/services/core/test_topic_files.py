"""A topic file that cannot be used is named with file, line and key, and nothing is loaded."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from legalmap.cli import main
from legalmap.domain.errors import Invalid
from legalmap.paths import DATA
from legalmap.services.core import topic_files
from legalmap.services.core.tracker import shipped_topics

TEXT = (DATA / "topics" / "kratom.toml").read_text(encoding="utf-8")
# What is written in place of what, the key and line that are named, and the beginning of what is said.
FAULTS = [
    ("a line that is no TOML", 'name = "Kratom"', "name = Kratom", "kratom.toml", "This is not TOML"),
    ("an unknown key at the top", 'name = "Kratom"', 'name = "Kratom"\nnmae = 1', "nmae", "There is no such key."),
    ("an unknown key of a status", 'letter = "R"', 'letter = "R"\nlabl = "R"', "statuses[1].labl", "There is no such key. Allowed: code, label"),
    ("a key of another type", "age_limit_days = 270", 'age_limit_days = "long"', "age_limit_days", "Expected `int`, got `str`."),
    ("a type that there is not", 'type = "integer"', 'type = "age"', "variables[2].type", "Invalid enum value 'age'."),
    ("a status that is taken out while it means something", 'code = "restricted"\nlabel', 'code = "banned"\nlabel', "meanings.status", "there is no “restricted”"),
    ("a variable that is taken out while it has a role", 'code = "possession_min_age"', 'code = "min_age"', "roles.possession_age", "there is no variable “possession_min_age”; choose from possession"),
    ("a code that is there twice", '{ code = "testing", ', '{ code = "packaging", ', "variables[5].choices[1].code", "“packaging” is there twice."),
    ("a code with a space", '{ code = "testing", ', '{ code = "to test", ', "variables[5].choices[1].code", "Write small letters"),
    ("a colour that is none", 'colour = "#93cbba"', 'colour = "green"', "statuses[1].colour", "Write a colour such as #93cbba."),
    ("the code of another file", 'code = "kratom"', 'code = "tea"', "code", "The file is called kratom.toml"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "key", "says"), [row[1:] for row in FAULTS], ids=[r[0] for r in FAULTS]
)
def test_what_is_wrong_is_named_with_line_and_key(
    tmp_path: Path, before: str, after: str, key: str, says: str
) -> None:
    assert before in TEXT
    file = tmp_path / "kratom.toml"
    file.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        topic_files.read(file)
    first = refused.value.problems[0]
    assert first.field.endswith(key)
    assert first.field.startswith("kratom.toml")
    assert says in first.message
    with pytest.raises(Invalid):
        shipped_topics(tmp_path)
    told = CliRunner().invoke(main, ["topic", "check", str(file)])
    assert (told.exit_code, told.stderr.splitlines()[0]) == (2, f"{first.field}: {first.message}")


def test_the_line_is_that_of_the_key(tmp_path: Path) -> None:
    file = tmp_path / "kratom.toml"
    file.write_text(TEXT.replace('colour = "#93cbba"', 'colour = "green"'), encoding="utf-8")
    with pytest.raises(Invalid) as refused:
        topic_files.read(file)
    line = TEXT.splitlines().index('colour = "#93cbba"') + 1
    assert refused.value.problems[0].field == f"kratom.toml line {line}: statuses[1].colour"


@pytest.mark.parametrize("code", ["kratom", "7-oh"])
def test_what_ships_has_no_fault(code: str) -> None:
    told = CliRunner().invoke(main, ["topic", "check", str(DATA / "topics" / f"{code}.toml")])
    assert told.exit_code == 0
    assert "statuses" in told.stdout
