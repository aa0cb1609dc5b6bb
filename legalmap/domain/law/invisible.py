"""Characters that nobody sees and that make a text or a link say something else than it seems to."""

import re
import unicodedata

# Unicode's control and format characters (categories Cc and Cf, tag characters among them), the two
# separators of lines and paragraphs, halves of pairs, and the letters that are drawn as nothing. Line
# breaks and tabs are none. Listed, as looking every character up would take longer than a page does.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0"
    r"\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    r"\U0001d173-\U0001d17a\U000e0001-\U000e0fff]"
)


def named_in(text: str) -> str:
    """The invisible characters of a text, each once, as “SOFT HYPHEN (U+00AD)”; empty if there is none."""
    return ", ".join(_called(character) for character in dict.fromkeys(_INVISIBLE.findall(text)))


def _called(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{name} ({code})" if name else code
