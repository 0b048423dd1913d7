"""Reads what the ledger page shows, for the tests of it."""

import re
from html import unescape
from typing import Any

from django.test import Client

from rectify.organization.models import User

from .building import forget_posts


def browser(user: User, language: str = "en") -> Client:
    """A signed-in browser whose failures are raised."""
    forget_posts(user)
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(user)
    return client


def body(answer: Any) -> str:
    return unescape(answer.content.decode())


def measures_on(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<tr class="level-4[^>]* id="m(\d+)"', page)]


def sub_issues_on(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-tree-id="s(\d+)"', page)]


def figures_on(page: str) -> list[tuple[str, int, str]]:
    """The name of the line, the number and the address of each figure."""
    found = []
    for line in re.findall(r'<div class="ledger-figure-line">(.*?)</ul>\s*</div>', page, re.S):
        name = re.search(r'ledger-figure-name">(.*?)<', line)
        for url, number in re.findall(r'href="([^"]*)"><span class="figure-number">(\d+)<', line):
            found.append((name.group(1) if name else "", int(number), url))
    return found


def in_api(client: Client, query: str) -> list[int]:
    answer = client.get(f"/api/v1/measures/?{query}&page_size=500")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]
