"""Characters nobody sees are refused by name; those that people type are not."""

import unicodedata

import pytest

from legalmap.domain.law import invisible
from legalmap.domain.law.payload import problems_of_text, problems_of_url

NAMED = {
    "\u00ad": "SOFT HYPHEN (U+00AD)",
    "\u200b": "ZERO WIDTH SPACE (U+200B)",
    "\u200d": "ZERO WIDTH JOINER (U+200D)",
    "\u200e": "LEFT-TO-RIGHT MARK (U+200E)",
    "\u200f": "RIGHT-TO-LEFT MARK (U+200F)",
    "\u2028": "LINE SEPARATOR (U+2028)",
    "\u2029": "PARAGRAPH SEPARATOR (U+2029)",
    "\u202e": "RIGHT-TO-LEFT OVERRIDE (U+202E)",
    "\u2060": "WORD JOINER (U+2060)",
    "\ufeff": "ZERO WIDTH NO-BREAK SPACE (U+FEFF)",
    "\U000e0041": "TAG LATIN CAPITAL LETTER A (U+E0041)",
    "\x00": "U+0000",
}


@pytest.mark.parametrize(("character", "name"), NAMED.items(), ids=NAMED.values())
def test_an_invisible_character_is_refused_by_name(character: str, name: str) -> None:
    [problem] = problems_of_text("summary", f"Kratom is{character} legal.", 100)
    assert name in problem.message
    [problem] = problems_of_url("url", f"https://example.gov/{character}law")
    assert name in problem.message


def test_every_format_and_control_character_of_unicode_is_known() -> None:
    """Those that Python's Unicode knows; line breaks and tabs are typed by people."""
    of_unicode = {
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
    } - {"\t", "\n"}
    assert [hex(ord(each)) for each in of_unicode if not invisible.named_in(each)] == []


@pytest.mark.parametrize("text", ["Ärzte, § 5", "ประเทศไทย", "中国", "тест", "a\nb\tc", "5\u202f%"])
def test_what_people_type_is_no_invisible_character(text: str) -> None:
    assert invisible.named_in(text) == ""
