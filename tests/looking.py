"""Looking at pages as somebody: signed in, a page's text, and the figures on it that lead to rows."""

import re
from html import unescape
from typing import Any

from django.test import Client

from rectify.organization.models import User


def signed_in(user: User, **headers: Any) -> Client:
    client = Client(**headers)
    client.force_login(user)
    return client


def page(user: User, address: str = "/") -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200
    return response.content.decode()


def numbers(html: str) -> dict[str, int]:
    """Every figure that is a link to rows of the ledger: filters -> number, without round and day."""
    found = {}
    for address, inside in re.findall(r'<a [^>]*?href="(/ledger/\?[^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        filters = re.sub(r"^/ledger/\?round=\d+&?|&?(as_of|known_at)=[\d-]+", "", unescape(address))
        if number := re.search(r"^\D*?(\d+)\D*$", re.sub(r"<[^>]+>|10 days|10日", "", inside)):
            found[filters] = int(number[1])
    return found
