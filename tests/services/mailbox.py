"""A mail server of a test's own, on this machine, that keeps what it takes."""

import email
import ssl
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from time_machine import escape_hatch

from legalmap.domain.outside.mail import Server

SITE = "https://law.example"


class Mailbox:
    """Answers RCPT with ``refused[address]`` if it is there, and DATA with the next of ``answers``."""

    def __init__(self, port: int = 0, **tls: Any) -> None:
        self.got: list[EmailMessage] = []
        self.seen: list[tuple[str, list[str]]] = []
        self.refused: dict[str, str] = {}
        self.answers: list[str] = []
        self._controller = _Controller(self, hostname="127.0.0.1", port=port, **tls)
        self._is_stopped = False
        self._controller.start()
        self.port = self._controller.server.sockets[0].getsockname()[1]

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Whether mail for an address is taken."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Whether a mail is taken."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.got.append(email.message_from_bytes(envelope.content, policy=default))
            self.seen.append((envelope.mail_from, list(envelope.rcpt_tos)))
        return answer

    @property
    def subjects(self) -> list[str]:
        """Of the mails that were taken, in their order."""
        return [str(message["Subject"]) for message in self.got]

    def server(self, **changed: Any) -> Server:
        """The settings that lead here."""
        fields: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "wrapped": False,
            "user": "",
            "password": "",
            "sender": "desk@law.example",
            "site": SITE,
            **changed,
        }
        return Server(**fields)

    def stop(self) -> None:
        """Listen no more."""
        if not self._is_stopped:
            self._is_stopped = True
            self._controller.stop()


class _Controller(Controller):
    """Waits for its own start by the socket it was really given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def lets_in(user: str, password: str) -> Any:
    """An authenticator of one account."""

    def authenticate(*asked: Any) -> AuthResult:
        data = asked[-1]
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=right)

    return authenticate


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A context for a server at 127.0.0.1, and one for a client that trusts just that server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own")])
    # Who checks a certificate asks the machine's own clock, whatever day a test travels to.
    now = escape_hatch.datetime.datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cafile=str(file))
