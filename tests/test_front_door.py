"""Signing in and out, the language, the pages that tell of a problem, and the frame around every page."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from rectify.organization.models import User

from .building import Ledger, Place, build_ledger
from .looking import page, signed_in

pytestmark = pytest.mark.once

PASSWORD = "correct horse battery"


@pytest.fixture
def account(place: Place) -> User:
    user = place.people["liaison-road"]
    user.set_password(PASSWORD)
    user.save()
    return user


class TestSigningIn:
    def test_right(self, account: User) -> None:
        client = Client()
        response = client.post(reverse("sign-in"), {"username": account.username, "password": PASSWORD})
        assert (response.status_code, response["Location"]) == (302, "/")
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize(
        ("username", "password"), [("liaison-road", "wrong"), ("nobody-at-all", PASSWORD), ("", ""), ("x" * 400, "x")]
    )
    def test_wrong(self, account: User, username: str, password: str) -> None:
        client = Client()
        response = client.post(reverse("sign-in"), {"username": username, "password": password})
        assert response.status_code == 400
        assert 'lang="zh-hans"' in response.content.decode()
        assert re.search(r"[\u4e00-\u9fff]", str(response.context["form"].errors))
        assert client.get("/").status_code == 302

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
    def test_leads_nowhere_else(self, account: User, target: str) -> None:
        form = {"username": account.username, "password": PASSWORD, "next": target}
        assert Client().post(reverse("sign-in"), form)["Location"] == "/"
        assert signed_in(account).get(reverse("sign-in"), {"next": target})["Location"] == "/"

    def test_leads_on_to_where_one_wanted_to_go(self, account: User) -> None:
        asked = Client().get("/ledger/?overdue=true")
        assert asked.status_code == 302
        form = {"username": account.username, "password": PASSWORD, "next": "/ledger/?overdue=true"}
        assert Client().post(asked["Location"], form)["Location"] == "/ledger/?overdue=true"

    @pytest.mark.parametrize("target", ["/sign-in/", "/sign-in/?next=/sign-in/"])
    def test_whoever_is_signed_in_is_not_sent_in_a_circle(self, account: User, target: str) -> None:
        assert signed_in(account).get(reverse("sign-in"), {"next": target})["Location"] == "/"

    def test_nothing_that_was_seen_stays_in_the_browser(self, account: User) -> None:
        for address in ("/", "/api/v1/me/"):
            assert "no-store" in signed_in(account).get(address)["Cache-Control"]

    def test_a_token_that_is_no_text_is_wrong(self) -> None:
        answer = Client().get("/api/v1/measures/", HTTP_AUTHORIZATION="Token \xff")
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")

    def test_signing_out_takes_a_form(self, account: User) -> None:
        client = signed_in(account)
        assert client.get(reverse("sign-out"))["Location"] == "/"
        assert client.get("/").status_code == 200
        assert client.post(reverse("sign-out"))["Location"] == reverse("sign-in")
        assert client.get("/").status_code == 302


class TestLanguage:
    def test_chinese_whatever_the_browser_says(self, place: Place) -> None:
        client = signed_in(place.people["office"], HTTP_ACCEPT_LANGUAGE="en-US,en")
        assert '<html lang="zh-hans">' in client.get("/").content.decode()

    def test_the_switch_is_kept_and_stays_here(self, place: Place) -> None:
        client = signed_in(place.people["office"])
        response = client.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})
        assert not response["Location"].startswith("https://elsewhere")
        assert response.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"]
        assert '<html lang="en">' in client.get("/").content.decode()
        client.post(reverse("sign-out"))
        assert '<html lang="en">' in client.get(reverse("sign-in")).content.decode()
        client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
        assert '<html lang="zh-hans">' in client.get(reverse("sign-in")).content.decode()


class TestProblemPages:
    @pytest.mark.parametrize("key", [None, "office", "system-admin", "nobody"])
    def test_there_is_no_such_page(self, place: Place, key: str | None) -> None:
        client = signed_in(place.people[key]) if key else Client()
        response = client.get("/nothing/here/")
        assert response.status_code == 404
        assert "data-problem" in response.content.decode()

    @pytest.mark.parametrize("key", [None, "office"])
    def test_a_form_without_its_token(self, place: Place, key: str | None) -> None:
        client = Client(enforce_csrf_checks=True)
        if key:
            client.force_login(place.people[key])
        response = client.post(reverse("sign-out"))
        assert response.status_code == 403
        assert "data-problem" in response.content.decode()

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ("round=0", 404),
            ("round=abc", 404),
            ("round=99999999999999999999", 404),
            ("as_of=2021-02-30", 400),
            ("as_of=2999-01-01", 400),
            ("as_of=2020-01-01", 400),
            ("known_at=yesterday", 400),
        ],
    )
    def test_a_wrong_address(self, ledger: Ledger, query: str, status: int) -> None:
        response = signed_in(ledger.people["office"]).get(f"/?{query}")
        assert response.status_code == status
        assert "data-problem" in response.content.decode()

    def test_the_page_of_components_is_for_development(self, place: Place) -> None:
        assert signed_in(place.people["office"]).get(reverse("style")).status_code == 404


class TestFrame:
    @pytest.mark.parametrize(
        ("name", "row", "current"),
        [("ledger", None, "/ledger/"), ("measure", "measure", "/ledger/"), ("sub-issue", "sub_issue", "/ledger/")],
    )
    def test_the_entry_of_a_page_is_marked(self, ledger: Ledger, name: str, row: str | None, current: str) -> None:
        address = reverse(name, args=[getattr(ledger, row).pk] if row else [])
        html = page(ledger.people["office"], address)
        assert re.findall(r'rail-link" href="([^"]+)" aria-current', html) == [current]

    @pytest.mark.long
    def test_the_round_last_looked_at_is_kept(self, ledger: Ledger) -> None:
        newer = build_ledger(ledger.place, title="另一轮")
        client = signed_in(ledger.people["office"])
        assert client.get("/").context["frame"].round == newer.round
        client.get(f"/?round={ledger.round.pk}")
        assert client.get("/").context["frame"].round == ledger.round


def test_the_icon_that_browsers_ask_for_sets_no_cookie() -> None:
    """Asked for beside the first page, it would otherwise make that page's form invalid."""
    answer = Client().get("/favicon.ico")
    assert answer.status_code == 301 and answer["Location"].endswith(".svg")
    assert not answer.cookies
