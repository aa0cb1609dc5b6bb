"""When two links lead to the same page, and which hide where they lead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalmap.domain.law import urls

PAGE = "https://www.law.example/act?id=7&lang=en"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        # Scheme, “www.”, capitals in the host, the usual ports and a slash at the end.
        ("http://law.example/act", "https://law.example/act", True),
        ("https://www.law.example/act", "https://law.example/act/", True),
        ("https://LAW.example:443/act", "https://law.example/act", True),
        ("https://law.example", "https://law.example/", True),
        # Tracking parameters, their order, and the place within the page.
        (PAGE, PAGE + "&utm_source=mail&UTM_Campaign=x&fbclid=1&gclid=2", True),
        (PAGE, "https://law.example/act?lang=en&id=7#section-3", True),
        # What chooses the page counts, also an empty parameter, another port and another case.
        (PAGE, "https://law.example/act?id=8&lang=en", False),
        ("https://law.example/act?full", "https://law.example/act", False),
        ("https://law.example:8443/act", "https://law.example/act", False),
        ("https://law.example/Act", "https://law.example/act", False),
        ("https://law.example/act", "https://old.law.example/act", False),
        # What is no link is the same as itself alone.
        ("https://[", "https://[", True),
        ("https://law.example:port/", "https://law.example/", False),
    ],
)
def test_links_to_the_same_page(one: str, other: str, same: bool) -> None:
    """A row each."""
    assert (urls.same_page(one) == urls.same_page(other)) is same


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    """What people type into the field of a link breaks nothing."""
    for url in (text, f"https://{text}", f"https://law.example/{text}"):
        assert urls.same_page(url) == urls.same_page(url)
        assert urls.is_shortened(url) in (True, False)
        urls.state_of(url)


@pytest.mark.parametrize(
    ("url", "shortened"),
    [
        ("https://bit.ly/3abc", True),
        ("http://www.bit.ly/3abc", True),
        ("https://T.co/abc", True),
        # A host that ends alike is another one.
        ("https://rabbit.ly/3abc", False),
        ("https://law.example/bit.ly", False),
        ("bit.ly/3abc", False),
    ],
)
def test_known_shorteners(url: str, shortened: bool) -> None:
    """By the whole host."""
    assert urls.is_shortened(url) is shortened


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://www.tn.gov/health", "tn"),
        ("https://legislature.ca.gov/bill", "ca"),
        ("https://alison.legislature.state.al.us/act", "al"),
        # No state: a federal agency, a shop, a country.
        ("https://www.fda.gov/", None),
        ("https://tn.gov.example/", None),
        ("https://xx.gov/", None),
        ("https://example.tn", None),
        ("", None),
    ],
)
def test_the_state_of_a_government_page(url: str, state: str | None) -> None:
    """Only what belongs to one state by its very name."""
    assert urls.state_of(url) == state


REFUSED = {
    # A link, and what its fault says.
    "https://sdlegislature.gov@evil.example/": "leads to evil.example",
    "https://user:password@law.example/act": "enter the address without",
    "http://localhost/act": "no host on the internet",
    "http://printer.local/act": "no host on the internet",
    "http://intranet/act": "no host on the internet",
    "http://127.0.0.1/act": "no host on the internet",
    "http://127.1/act": "no host on the internet",
    "http://0x7f000001/": "no host on the internet",
    "http://192.168.1.9/act": "no host on the internet",
    "http://[::1]/act": "no host on the internet",
    "https://\uff53\uff44.example/act": "only look like others: enter it as “sd.example”",
    "javascript:alert(1)": "begins with http",
    "https:///act": "begins with http",
    "https://[broken/": "begins with http",
    "law.example/act": "begins with http",
}


@pytest.mark.parametrize(("url", "fault"), REFUSED.items())
def test_a_link_that_leads_elsewhere_than_it_seems_to_is_refused(url: str, fault: str) -> None:
    assert fault in urls.fault_of(url)


@pytest.mark.parametrize(
    "url",
    [
        PAGE,
        "https://law.example/@user/act",
        "https://закон.рф/act",
        "https://münchen.de/satzung",
        "http://93.184.215.14/act",
        "https://law.example:8443/act?q=a@b",
    ],
)
def test_a_link_to_a_public_page_has_no_fault(url: str) -> None:
    assert urls.fault_of(url) == ""


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTPS://Law.Example/Act?ID=7#Top", "https://law.example/Act?ID=7#Top"),
        ("https://law.example/act?", "https://law.example/act?"),
        # A Cyrillic “а”: as it travels, so that nobody takes it for the Latin letter.
        ("https://l\u0430w.example/act", "https://xn--lw-7kc.example/act"),
        # A Cyrillic word under a Cyrillic top-level domain cannot pass for another.
        ("https://закон.рф/act", "https://закон.рф/act"),
        ("https://[broken/", "https://[broken/"),
    ],
)
def test_a_link_is_written_plainly(url: str, written: str) -> None:
    assert urls.plainly(url) == written
    assert urls.plainly(written) == written
