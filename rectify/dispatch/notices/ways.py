"""The ways out of the house: e-mail, robots of group chats, signed webhooks. What a receiver asks for is kept here.

Each is sent one message and says yes, not now, or never. All carry the delivery's key where the way has a place for it
(Message-ID, webhook-id), so that a receiver can tell a message that comes twice.
"""

import base64
import hashlib
import hmac
import json
import smtplib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote_plus, unquote, urlsplit

import requests
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext as _

from ..models import Delivery, Way

TIMEOUT = (5, 15)
TRY_LATER = frozenset({408, 425, 429})
# What WeCom and DingTalk answer when one sends too often; everything else they refuse for good.
ROBOT_TRY_LATER = frozenset({-1, 45009, 45033, 130101, 410100, 660026})


class NotNow(Exception):
    """The receiver cannot take it now; it is worth another try."""


class Away(NotNow):
    """Nobody takes anything there at present; other messages would only wait for the same answer."""


class Never(Exception):
    """The receiver will not take it however often it is tried."""


class Mailer:
    """One connection to the mail server for many messages; opened with the first, and anew after a failure."""

    def __init__(self) -> None:
        self.connection: Any = None

    def send(self, delivery: Delivery, now: datetime) -> None:
        """Hands one message over. Raises NotNow, Away, Never."""
        self._open()
        message = EmailMessage(
            delivery.subject,
            delivery.text,
            settings.DEFAULT_FROM_EMAIL,
            [delivery.address],
            headers={
                "Message-ID": f"<{delivery.key}@{_sender_domain()}>",
                "Date": format_datetime(now.astimezone(UTC)),
                "Auto-Submitted": "auto-generated",
            },
        )
        try:
            message.connection = self.connection
            message.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(max(code for code, _text in error.recipients.values()), str(error)) from error
        except smtplib.SMTPResponseException as error:
            self.close()
            if isinstance(error, smtplib.SMTPSenderRefused):  # so would be every other message
                raise Away(str(error)) from error
            raise _by_code(error.smtp_code, str(error)) from error
        except ValueError as error:  # an address or a subject that no mail can have
            raise Never(str(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Away(str(error)) from error

    def _open(self) -> None:
        """Connects, once. What is refused here, a password even, is no fault of the message. Raises Away."""
        if self.connection is not None:
            return
        self.connection = get_connection()
        try:
            self.connection.open()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Away(str(error)) from error

    def close(self) -> None:
        """Ends the connection; one that is broken already is left."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.close()
            except (OSError, smtplib.SMTPException):
                return


def _sender_domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"


def _by_code(code: int, words: str) -> Exception:
    """Whether a mail server's answer is for good: 5xx, but for 552, which it is when a mailbox is full for now."""
    return Never(words) if 500 <= code < 600 and code != 552 else NotNow(words)


def allowed(address: str) -> bool:
    """Whether the administrator allows messages to this address (ALLOWED_CHANNEL_ADDRESSES).

    An entry allows its scheme, host and port, and paths that begin with its own. What is in the address beside these,
    a user's name or a fragment, is not allowed.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        return False
    # As the receiver reads it: a path leaves its beginning behind by '..', however that is written.
    if "\\" in address or ".." in unquote(parts.path) or parts.fragment or not address.isprintable():
        return False
    return any(_covers(entry, parts.scheme, parts.hostname, port, parts.path) for entry in settings.ALLOWED_CHANNELS)


def _covers(entry: str, scheme: str, host: str, port: int | None, path: str) -> bool:
    own = urlsplit(entry)
    same = (own.scheme, own.hostname, own.port) == (scheme, host, port)
    prefix = own.path.rstrip("/")
    return same and (path == prefix or path.startswith(f"{prefix}/"))


def wecom(delivery: Delivery, now: datetime) -> None:
    """A text to a WeCom group robot. It has no place for a key."""
    content = f"{delivery.subject}\n{delivery.text}"
    _robot(delivery.address, {"msgtype": "text", "text": {"content": content}})


def dingtalk(delivery: Delivery, now: datetime) -> None:
    """A text to a DingTalk group robot, signed with its secret: HMAC-SHA256 over milliseconds and secret."""
    channel: Any = delivery.channel
    address = delivery.address
    if channel.secret:
        stamp = str(round(now.timestamp() * 1000))
        mac = hmac.new(channel.secret.encode(), f"{stamp}\n{channel.secret}".encode(), hashlib.sha256).digest()
        joint = "&" if urlsplit(address).query else "?"
        address += f"{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(mac))}"
    content = f"{delivery.subject}\n{delivery.text}"
    _robot(address, {"msgtype": "text", "text": {"content": content}})


def _robot(address: str, body: Mapping[str, Any]) -> None:
    """Posts to a robot and reads what it says. Raises Away, Never."""
    answer = _posted(address, json.dumps(body, ensure_ascii=False).encode(), {})
    try:
        told = answer.json()
        code = int(told["errcode"])
    except (ValueError, KeyError, TypeError) as error:
        raise Away(_("The robot gave no answer that can be understood.")) from error
    if code in ROBOT_TRY_LATER:
        raise Away(f"{code} {told.get('errmsg', '')}")
    if code != 0:
        raise Never(f"{code} {told.get('errmsg', '')}")


def webhook(delivery: Delivery, now: datetime) -> None:
    """A JSON object to an address of the round's, signed as the Standard Webhooks specification asks.

    `webhook-id` is the delivery's key; `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over id, seconds and
    body with dots between, with the channel's secret as key.
    """
    channel: Any = delivery.channel
    body = json.dumps(
        {"id": str(delivery.key), "type": "weekly_dispatch", "subject": delivery.subject, "text": delivery.text},
        ensure_ascii=False,
    ).encode()
    stamp = str(int(now.timestamp()))
    signed = b".".join([str(delivery.key).encode(), stamp.encode(), body])
    mac = base64.b64encode(hmac.new(channel.secret.encode(), signed, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": str(delivery.key), "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"}
    _posted(delivery.address, body, headers)


def _posted(address: str, body: bytes, headers: Mapping[str, str]) -> requests.Response:
    """Posts JSON and returns the answer of a receiver that took it. Raises Away, Never."""
    if not allowed(address):
        raise Never(_("The administrator does not allow messages to this address."))
    try:
        with requests.Session() as session:
            # Neither a proxy nor a redirect may lead to where the administrator allows nothing.
            session.trust_env = False
            answer = session.post(
                address,
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise Away(type(error).__name__) from error
    if answer.status_code >= 500 or answer.status_code in TRY_LATER:
        raise Away(f"HTTP {answer.status_code}")
    if not 200 <= answer.status_code < 300:
        raise Never(f"HTTP {answer.status_code}")
    return answer


def senders(mailer: Mailer) -> Mapping[str, Callable[[Delivery, datetime], None]]:
    """Way -> what sends a message by it."""
    return {Way.EMAIL: mailer.send, Way.WECOM: wecom, Way.DINGTALK: dingtalk, Way.WEBHOOK: webhook}
