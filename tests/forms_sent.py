"""Sending the forms of measures and sub-issues as somebody, and counting the statements of a page."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from issues.models import SubIssue
from measures.models import Measure, MeasureHistory
from rectify.organization.models import User


def at(user: User, **extra: Any) -> Client:
    """A signed-in browser."""
    client = Client(raise_request_exception=True, **extra)
    client.force_login(user)
    return client


def text_file(name: str = "会议纪要.txt", content: bytes = "纪要".encode()) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/plain")


def act_on(client: Client, measure: Measure, act: str, **data: Any) -> Any:
    """Sends the form of an act with the version that the page would carry."""
    measure.refresh_from_db()
    answer = client.post(reverse("measure-act", args=[measure.pk, act]), {"version": measure.version, **data})
    measure.refresh_from_db()
    return answer


def act_on_sub_issue(client: Client, sub_issue: SubIssue, act: str, **data: Any) -> Any:
    sub_issue.refresh_from_db()
    answer = client.post(reverse("sub-issue-act", args=[sub_issue.pk, act]), {"version": sub_issue.version, **data})
    sub_issue.refresh_from_db()
    return answer


def report_on(client: Client, measure: Measure, query: str = "", **data: Any) -> Any:
    measure.refresh_from_db()
    fields = {"version": measure.version, "progress": 40, "done": "已召开会议", **data}
    return client.post(reverse("report-row", args=[measure.pk]) + query, fields)


def rows_of(measure: Measure) -> int:
    return MeasureHistory.objects.filter(measure=measure).count()


def statements(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)
