"""The examiner of pages refuses each fault it is there for, also in a page of a kind it has seen."""

import pytest
from html5lib.html5parser import ParseError
from werkzeug.test import TestResponse

from tests.web.visit import Page, examine, shape_of

SOUND = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Alabama · legalmap</title></head>
<body><h1>Alabama</h1><p>Banned &amp; so on.</p>
<table><tr><td>2016</td></tr></table>
<form action="/sign-out" method="post"><input type="hidden" name="csrf_token" value="t"></form>
<form action="/search"><label for="q">Place</label>
<input id="q" name="q" aria-describedby="hint"><p id="hint">A town.</p></form>
<a href="#hint">Hint</a>
<a href="https://law.example/" rel="noopener noreferrer nofollow">Law</a>
</body></html>"""


def page(html: str) -> Page:
    response = TestResponse(
        [html.encode()],
        "200 OK",
        [("Content-Type", "text/html")],
        request=None,  # type: ignore[arg-type]
    )
    return Page(response, "/")


def test_a_sound_page_passes() -> None:
    examine(page(SOUND))


MARKUP = {
    "a paragraph in a paragraph": ("<p>Banned", "<p><p>Banned</p></p>"),
    "a bare ampersand": ("&amp; so", "&so"),
    "an unknown entity": ("&amp; so", "&nosuch; so"),
    "a control character": ("so on", "so \x01 on"),
    "a cell in no row": ("<tr><td>2016</td></tr>", "<td>2016</td>"),
    "a block between rows": ("</td></tr>", "</td></tr><div>Text</div>"),
    "a hidden field between rows": ("</table>", '<input type="hidden" name="a"></table>'),
    "an attribute twice": ("<p>Banned", '<p class="a" class="b">Banned'),
    "a heading that is not closed": ("</h1>", ""),
    "no doctype": ("<!DOCTYPE html>", ""),
}
OURS = {
    "no heading": ("<h1>Alabama</h1>", ""),
    "two headings": ("<p>Banned", "<h1>Alabama</h1><p>Banned"),
    "a title that is not the heading's": ("<title>Alabama", "<title>Florida"),
    "an id twice": ("<p>Banned", '<p id="hint">Banned'),
    "a label of nothing": ("<p>Banned", '<label for="z">Z</label><p>Banned'),
    "a field without a label": ('<input id="q"', '<input id="hint2"'),
    "a description that is not there": ('describedby="hint"', 'describedby="hint more"'),
    "a jump that leads nowhere": ('href="#hint"', 'href="#hunt"'),
    "a style": ("<p>Banned", '<p style="color: red">Banned'),
    "a handler": ("<p>Banned", '<p onclick="go()">Banned'),
    "a script of the page's own": ("</body>", "<script>go()</script></body>"),
    "a link that runs something": ('href="#hint"', 'href="javascript:go()"'),
    "a link out that tells where one was": (' rel="noopener noreferrer nofollow"', ""),
    "a form that sends elsewhere": ('action="/search"', 'action="https://law.example/"'),
    "a form without a token": (' name="csrf_token"', ' name="other"'),
}


@pytest.mark.parametrize("what", MARKUP)
def test_bad_markup_is_refused_though_the_like_was_sound(what: str) -> None:
    sound, faulty = MARKUP[what]
    examine(page(SOUND))
    with pytest.raises(ParseError):
        examine(page(SOUND.replace(sound, faulty, 1)))


@pytest.mark.parametrize("what", OURS)
def test_what_no_page_of_ours_has(what: str) -> None:
    sound, faulty = OURS[what]
    assert sound in SOUND
    with pytest.raises(AssertionError):
        examine(page(SOUND.replace(sound, faulty, 1)))


def test_pages_that_differ_in_words_only_are_of_one_shape() -> None:
    other = SOUND.replace("Alabama", "São Tomé, “1.2%”").replace('"/search"', '"/find"')
    assert shape_of(other) == shape_of(SOUND)
