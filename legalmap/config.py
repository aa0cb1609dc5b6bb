"""Settings, read once from the environment. Nobody else reads os.environ."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from legalmap.domain.errors import Unusable
from legalmap.domain.outside.mail import Server, is_address
from legalmap.store.engine import Store

DEFAULT_URL = "sqlite:///legalmap.sqlite3"
# In characters, enough for 128 bits even in hexadecimal.
MIN_SECRET = 32
# A scheme and a host as it stands in a Host header, and nothing else.
_SITE = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?", re.I
)
_LIMIT = re.compile(r"([a-z]+)=([1-9]\d{0,8})", re.ASCII)
# The ports for submission of mail: with STARTTLS (RFC 6409) and with TLS from the start (RFC 8314).
_SMTP_PORTS = {"smtp": 587, "smtps": 465}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a running legalmap, each from the variable LEGALMAP_… of its name unless noted.

    ``sites`` (LEGALMAP_SITE_URL): the addresses this site answers for, its main one first; none: this machine
    alone. ``behind_proxy``: how many proxies in front set X-Forwarded-* headers. ``demo``: demo accounts may
    sign in; “legalmap run --demo” sets it for its workers, on this machine alone. ``per_minute``: limits on
    costly requests that differ from the built-in ones. ``mail``: see ``mail_server``.
    """

    database_url: str = DEFAULT_URL
    replica_url: str = ""
    secret_key: str = ""
    secure_cookies: bool = True
    demo: bool = False
    sites: tuple[str, ...] = ()
    behind_proxy: int = 0
    releases: str = ""
    files: str = ""
    jobs_url: str = ""
    limits_url: str = ""
    per_minute: Mapping[str, int] = {}
    webhooks_to_loopback: bool = False
    mail: Server | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the LEGALMAP_… variables; raise Unusable, naming the variable, on a bad value."""
        proxies = environment.get("LEGALMAP_BEHIND_PROXY", "0")
        if not proxies.isdigit():
            raise Unusable("LEGALMAP_BEHIND_PROXY must be a number: how many proxies are in front.")
        return cls(
            database_url=environment.get("LEGALMAP_DATABASE_URL") or DEFAULT_URL,
            replica_url=environment.get("LEGALMAP_REPLICA_URL", ""),
            secret_key=environment.get("LEGALMAP_SECRET_KEY", ""),
            secure_cookies=environment.get("LEGALMAP_SECURE_COOKIES", "1") != "0",
            demo=environment.get("LEGALMAP_DEMO", "0") == "1",
            sites=sites(environment),
            behind_proxy=int(proxies),
            releases=environment.get("LEGALMAP_RELEASES", ""),
            files=environment.get("LEGALMAP_FILES", ""),
            jobs_url=environment.get("LEGALMAP_JOBS_URL", ""),
            limits_url=environment.get("LEGALMAP_LIMITS_URL", ""),
            per_minute=_per_minute(environment.get("LEGALMAP_PER_MINUTE", "")),
            webhooks_to_loopback=environment.get("LEGALMAP_WEBHOOKS_TO_LOOPBACK", "0") == "1",
            mail=mail_server(environment),
        )


def mail_server(environment: Mapping[str, str]) -> Server | None:
    """The server for our mail; None if LEGALMAP_SMTP_URL is not set.

    Raises Unusable if that cannot be read, or if LEGALMAP_MAIL_FROM or LEGALMAP_SITE_URL is missing.
    """
    url = environment.get("LEGALMAP_SMTP_URL", "")
    if not url:
        return None
    sender = environment.get("LEGALMAP_MAIL_FROM", "")
    if not is_address(sender):
        raise Unusable("Set LEGALMAP_MAIL_FROM to the address that mail comes from.")
    site_urls = sites(environment)
    if not site_urls:
        raise Unusable(
            "Set LEGALMAP_SITE_URL, such as https://law.example: mail has links to this site."
        )
    try:
        parts = urlsplit(url)
        port = parts.port or _SMTP_PORTS[parts.scheme]
    except (ValueError, KeyError):
        port = 0
    if not port or not parts.hostname or parts.path not in ("", "/"):
        raise Unusable(
            "LEGALMAP_SMTP_URL cannot be read. Write smtp://user:password@host:587 or "
            "smtps://user:password@host:465."
        )
    return Server(
        host=parts.hostname,
        port=port,
        wrapped=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=sender,
        site=site_urls[0],
    )


def sites(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses in LEGALMAP_SITE_URL, separated by commas; raise Unusable if one cannot be read."""
    text = environment.get("LEGALMAP_SITE_URL", "")
    addresses = tuple(site.strip().rstrip("/") for site in text.split(",") if site.strip())
    for site in addresses:
        if not _SITE.fullmatch(site):
            raise Unusable(
                f"LEGALMAP_SITE_URL cannot be read at “{site}”. Set LEGALMAP_SITE_URL to the scheme and "
                "host of this site, such as https://law.example; several are divided by commas."
            )
    return addresses


def _per_minute(text: str) -> dict[str, int]:
    """Limits such as “picture=60,past=240”; ``web.http.rate_limits`` knows which names there are."""
    pairs = [pair.strip() for pair in text.split(",") if pair.strip()]
    limits = [_LIMIT.fullmatch(pair) for pair in pairs]
    if not all(limits):
        raise Unusable(
            "LEGALMAP_PER_MINUTE must be names and numbers, such as picture=60,past=240."
        )
    return {limit[1]: int(limit[2]) for limit in limits if limit}


def releases_folder(settings: Settings, store: Store) -> Path | None:
    """Where releases are kept: as set, or beside the SQLite file; None if there is neither."""
    if settings.releases:
        return Path(settings.releases)
    return store.file.parent / "releases" if store.file else None


def files_folder(settings: Settings, store: Store) -> Path | None:
    """Where the processes of a host share the files they make; None if each makes its own."""
    if settings.files:
        return Path(settings.files)
    return store.file.with_suffix(".files") if store.file else None


def jobs_url(settings: Settings, store: Store) -> str:
    """Where the queue of tasks is: as set, or beside the SQLite file, or in the PostgreSQL database."""
    if settings.jobs_url:
        return settings.jobs_url
    if store.file is None:
        return settings.database_url
    return f"sqlite:///{store.file.with_suffix('.jobs.sqlite3').absolute()}"


def secret_key(settings: Settings, store: Store) -> str:
    """The key that signs forms: as set, or made once and kept beside the SQLite file.

    Raises Unusable if it is too short, or if there is no file beside which to keep one.
    """
    if settings.secret_key:
        if len(settings.secret_key) < MIN_SECRET:
            raise Unusable(f"LEGALMAP_SECRET_KEY must have at least {MIN_SECRET} characters.")
        return settings.secret_key
    if store.file is None:
        raise Unusable(
            "Set LEGALMAP_SECRET_KEY: several hosts share this database and need one key."
        )
    return _kept_beside(store.file)


def _kept_beside(database: Path) -> str:
    file = database.with_suffix(".secret")
    # O_EXCL: of several processes that start together one writes the key, and all read the same.
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise Unusable(f"Cannot keep a secret key in {file}: {error.strerror}.") from error
    return file.read_text().strip()
