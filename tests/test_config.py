"""Settings about mail: half a setting is refused with a sentence that says what to set."""

import pytest

from legalmap.config import Settings
from legalmap.domain.errors import Unusable

WHOLE = {
    "LEGALMAP_SMTP_URL": "smtp://desk:p%40ss%3Aword@mail.example:2525",
    "LEGALMAP_MAIL_FROM": "desk@law.example",
    "LEGALMAP_SITE_URL": "https://law.example/",
}


def test_mail_is_off_unless_a_server_is_named() -> None:
    others = {key: WHOLE[key] for key in ("LEGALMAP_MAIL_FROM", "LEGALMAP_SITE_URL")}
    assert Settings.from_environment({}).mail is None
    assert Settings.from_environment(others).mail is None


def test_a_whole_setting() -> None:
    mail = Settings.from_environment(WHOLE).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.wrapped) == ("mail.example", 2525, False)
    assert (mail.user, mail.password) == ("desk", "p@ss:word")
    assert (mail.sender, mail.site) == ("desk@law.example", "https://law.example")


@pytest.mark.parametrize(
    ("url", "port", "wrapped"),
    [("smtp://mail.example", 587, False), ("smtps://mail.example", 465, True)],
)
def test_ports_that_need_not_be_said(url: str, port: int, wrapped: bool) -> None:
    mail = Settings.from_environment({**WHOLE, "LEGALMAP_SMTP_URL": url}).mail
    assert mail is not None
    assert (mail.port, mail.wrapped, mail.user) == (port, wrapped, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEGALMAP_SMTP_URL", "mail.example"),
        ("LEGALMAP_SMTP_URL", "http://mail.example"),
        ("LEGALMAP_SMTP_URL", "smtp://"),
        ("LEGALMAP_SMTP_URL", "smtp://mail.example:port"),
        ("LEGALMAP_SMTP_URL", "smtp://mail.example:99999"),
        ("LEGALMAP_SMTP_URL", "smtp://mail.example/inbox"),
        ("LEGALMAP_MAIL_FROM", ""),
        ("LEGALMAP_MAIL_FROM", "Desk <desk@law.example>"),
        ("LEGALMAP_SITE_URL", ""),
        ("LEGALMAP_SITE_URL", "law.example"),
        ("LEGALMAP_SITE_URL", "https://"),
        ("LEGALMAP_SITE_URL", "https://law.example>\nBcc: x@y.example"),
        ("LEGALMAP_SITE_URL", "https://law.example, other.example"),
        ("LEGALMAP_SITE_URL", "https://law.example/map"),
        ("LEGALMAP_SITE_URL", "https://user@law.example"),
        ("LEGALMAP_SITE_URL", "https://läw.example"),
        ("LEGALMAP_PER_MINUTE", "picture"),
        ("LEGALMAP_PER_MINUTE", "picture=0"),
        ("LEGALMAP_PER_MINUTE", "picture=many"),
    ],
)
def test_half_a_setting_is_refused_and_named(name: str, value: str) -> None:
    with pytest.raises(Unusable, match=name) as refused:
        Settings.from_environment({**WHOLE, name: value})
    assert "p%40ss" not in str(refused.value)


SITES = {
    "": (),
    "https://law.example/": ("https://law.example",),
    "https://law.example, http://127.0.0.1:8000": ("https://law.example", "http://127.0.0.1:8000"),
    "https://[2001:db8::1]:8443,": ("https://[2001:db8::1]:8443",),
}


@pytest.mark.parametrize(("written", "known"), SITES.items())
def test_a_site_may_have_several_addresses_the_first_is_its_own(
    written: str, known: tuple[str, ...]
) -> None:
    assert Settings.from_environment({"LEGALMAP_SITE_URL": written}).sites == known


def test_mail_links_to_the_first_address() -> None:
    several = {**WHOLE, "LEGALMAP_SITE_URL": "https://law.example,https://www.law.example"}
    mail = Settings.from_environment(several).mail
    assert mail is not None
    assert mail.site == "https://law.example"


def test_limits_are_named() -> None:
    written = {"LEGALMAP_PER_MINUTE": "picture=5, past=1000"}
    assert Settings.from_environment(written).per_minute == {"picture": 5, "past": 1000}
