"""Sending one mail by SMTP: encrypted, with a stable Message-ID, and safe against header injection."""

import smtplib
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as LINES
from urllib.parse import urlsplit

from legalmap.domain.outside.mail import SITE, Mail, Server, is_address, one_line
from legalmap.services.notifying.http_post import Undelivered, is_loopback, tls

SECONDS = 20
# Replies from 500 on are permanent failures (RFC 5321, 4.2.1).
FOR_GOOD = 500


def message_of(server: Server, mail: Mail) -> EmailMessage:
    """The message to be sent. Every attempt has the same Message-ID, so that clients drop a repetition."""
    if not is_address(mail.address):
        raise Undelivered("The address cannot be written to.", for_good=True)
    message = EmailMessage(policy=LINES)
    message["From"] = _address(server.sender, "legalmap")
    message["To"] = _address(mail.address)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = mail.created_at
    site = urlsplit(server.site).hostname or "localhost"
    message["Message-ID"] = f"<{mail.id}.{int(mail.created_at.timestamp())}@{site}>"
    message["Auto-Submitted"] = "auto-generated"
    # Readers without an account get a single answer: there is nothing to unsubscribe from.
    if mail.account_id is not None:
        message["List-Unsubscribe"] = f"<{server.site}/desk/account>"
    message.set_content(mail.body.replace(SITE, server.site))
    return message


def _address(text: str, name: str = "") -> Address:
    local, _, domain = text.rpartition("@")
    # Built from its parts: the library quotes whatever a header cannot hold.
    return Address(name, local, domain)


def send(server: Server, mail: Mail) -> None:
    """Send a mail; raise Undelivered if the server did not take it. The error never names the address."""
    message = message_of(server, mail)
    try:
        _hand_over(server, message, mail.address)
    except smtplib.SMTPRecipientsRefused as error:
        [(code, _)] = error.recipients.values()
        raise Undelivered(f"The address was refused: {code}.", for_good=code >= FOR_GOOD) from None
    except smtplib.SMTPDataError as error:
        code = error.smtp_code
        raise Undelivered(f"The mail was refused: {code}.", for_good=code >= FOR_GOOD) from None
    except smtplib.SMTPResponseException as error:
        # Refused before any address was named: our settings are wrong, and can be mended.
        raise Undelivered(f"The server refused us: {error.smtp_code}.", reached=False) from None
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Undelivered(f"No answer: {type(error).__name__}.", reached=False) from None


def _hand_over(server: Server, message: EmailMessage, address: str) -> None:
    connection = _connected(server)
    try:
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message, server.sender, [address])
        # The mail was taken: an error while saying goodbye changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        connection.close()


def _connected(server: Server) -> smtplib.SMTP:
    if server.wrapped:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=tls())
    connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        connection.ehlo()
        # Nothing leaves this machine unencrypted: a remote server without STARTTLS is an error.
        if connection.has_extn("starttls") or not is_loopback(server.host):
            connection.starttls(context=tls())
    except BaseException:
        connection.close()
        raise
    return connection
