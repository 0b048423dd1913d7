"""What waits for a person (待办) over the API: the lists of the page, with what one needs to act on each row."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rectify.organization.models import Role
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.lists import MAX_PAGE_SIZE, BoundedPagination, require_known
from rectify.workflow.refusals import Invalid

from .closing import digest_of, standing_evidence_of
from .models import ClosureRequest, LookBackItem, Measure, Remark
from .requests import ACCEPTANCE, CLOSURE, EXTENSION, KINDS, LONG_TERM
from .standing import waits_for
from .todo import LISTS, Returned, Waiting, lists_of

Row = dict[str, Any]
# A row before it is told: the list in which it stands, what it is, and the thing itself.
Entry = tuple[str, str, Any]

# What a row is about -> the route of the API at which that stands.
ROUTES: Mapping[str, str] = {
    CLOSURE.name: "measure-detail",
    ACCEPTANCE.name: "sub-issue-detail",
    EXTENSION.name: "extension-detail",
    LONG_TERM.name: "long-term-request-detail",
    "stage": "measure-detail",
    "remark": "remark-detail",
    "answer": "remark-detail",
    "relapse": "look-back-item-detail",
}
LABELS: Mapping[str, Any] = {kind.name: kind.label for kind in KINDS} | {
    "stage": gettext_lazy("Review of a stage"),
    "remark": gettext_lazy("Remark to answer"),
    "answer": gettext_lazy("Answer to read"),
    "relapse": gettext_lazy("Relapsed, reopening proposed"),
}
# What is awaited of the person of whom no signature is.
AWAITED: Mapping[str, Any] = {
    "stage": pgettext_lazy("waiting for somebody to", "review the stage"),
    "remark": pgettext_lazy("waiting for somebody to", "answer"),
    "answer": pgettext_lazy("waiting for somebody to", "read the answer"),
    "relapse": pgettext_lazy("waiting for somebody to", "decide"),
}


class TodoRowSerializer(serializers.Serializer):
    list = serializers.ChoiceField(choices=[(name, name) for name in LISTS])
    kind = serializers.ChoiceField(
        choices=[(name, name) for name in ROUTES],
        help_text="measure, sub-issue: their closure, acceptance; answer: one to read; relapse: one to decide on",
    )
    kind_label = serializers.CharField()
    id = serializers.IntegerField(help_text="of the row at `url`")
    version = serializers.IntegerField(help_text="of the row at `url`")
    url = serializers.CharField(help_text="the address of the row on which one acts")
    measure = serializers.IntegerField(allow_null=True, help_text="which it is about; null for a sub-issue")
    sub_issue = serializers.IntegerField(help_text="which it is about, or to which the measure belongs")
    round = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    department = serializers.CharField(help_text="the lead department")
    asked_by = serializers.CharField(allow_blank=True, help_text="whoever asked, remarked, answered or checked")
    asked_on = serializers.DateField(allow_null=True)
    waits_for = serializers.CharField(help_text="who is to do what")
    days = serializers.IntegerField(help_text="for how many days it has waited for them")
    due_on = serializers.DateField(allow_null=True, help_text="the day of the review, or until which to answer")
    reason = serializers.CharField(allow_blank=True, help_text="with which it was returned or sent back")
    digest = serializers.CharField(allow_null=True, help_text="to sign it with as it is now; only of what is to sign")


class TodoCountsSerializer(serializers.Serializer):
    to_sign = serializers.IntegerField()
    returned = serializers.IntegerField()
    stages = serializers.IntegerField()
    look_back = serializers.IntegerField()
    asked = serializers.IntegerField()


class TodoSerializer(serializers.Serializer):
    """What waits for you, oldest first within each list; `counts` tells how much there is in each."""

    counts = TodoCountsSerializer()
    count = serializers.IntegerField()
    count_exact = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = TodoRowSerializer(many=True)


class TodoView(APIView):
    """What waits for oneself."""

    @extend_schema(
        parameters=[
            OpenApiParameter("tab", str, enum=LISTS, description="one list; left out, all of them"),
            OpenApiParameter("page", {"type": "integer", "minimum": 1}),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}),
        ],
        responses=TodoSerializer,
    )
    def get(self, request: Request) -> Response:
        """To sign, returned to one's department, stages to review, upon a look-back, asked by oneself."""
        require_known(request.query_params, ("tab",))
        tab, on = request.query_params.get("tab", ""), clock.today()
        if tab and tab not in LISTS:
            raise Invalid(errors={"tab": [_("One of: %(names)s.") % {"names": ", ".join(LISTS)}]})
        lists = lists_of(Posts.of(request.user, on), on)
        pages = BoundedPagination()
        entries = pages.paginate_list(
            [e for name in LISTS if tab in ("", name) for e in entries_of(name, lists)], request
        )
        answer = pages.get_paginated_response(todo_rows(entries, on))
        return Response({"counts": {name: len(lists[name]) for name in LISTS}, **answer.data})


def entries_of(name: str, lists: Mapping[str, Sequence[Any]]) -> list[Entry]:
    """A list's things, each with what it is."""
    if name == "look_back":
        return [(name, kind, thing) for kind, thing in lists[name]]
    return [(name, "stage" if isinstance(thing, Measure) else thing.kind.name, thing) for thing in lists[name]]


def todo_rows(entries: Sequence[Entry], on: date) -> list[Row]:
    """What waits as the API tells it; one statement, for the evidence of what is to sign."""
    digests = digests_of([thing for name, _kind, thing in entries if name == "to_sign"])
    rows = []
    for name, kind, thing in entries:
        row = {
            "list": name,
            "kind": kind,
            "kind_label": str(LABELS[kind]),
            "due_on": None,
            "reason": "",
            "digest": None,
        }
        if isinstance(thing, Measure):
            row |= _of_stage(thing, on)
        elif isinstance(thing, Remark | LookBackItem):
            row |= _looked_back(kind, thing, on)
        else:
            row |= _of_request(thing, on)
        if name == "to_sign":
            row["digest"] = digests[kind, thing.key]
        rows.append(row | {"url": reverse(ROUTES[kind], args=[row["id"]])})
    return rows


def digests_of(items: Sequence[Waiting]) -> dict[tuple[str, int], str]:
    """What lies before the signer of each: of a closure with the evidence that stands now."""
    asked = [item.request.measure_id for item in items if isinstance(item.request, ClosureRequest)]
    files = standing_evidence_of(asked) if asked else {}
    found = {}
    for item in items:
        request: Any = item.request
        digest = request.digest
        if isinstance(request, ClosureRequest):
            digest = digest_of(request.note, request.outcomes, files[request.measure_id])
        found[item.kind.name, item.key] = digest
    return found


def _about(measure: Measure) -> Row:
    return {
        "measure": measure.pk,
        "sub_issue": measure.sub_issue_id,
        "round": measure.sub_issue.round_id,
        "number": measure.number,
        "title": measure.content,
        "department": measure.lead_department.name,
    }


def _of_request(item: Waiting | Returned, on: date) -> Row:
    subject, request = item.subject, item.request
    about = (
        _about(subject)
        if item.is_measure
        else {
            "measure": None,
            "sub_issue": subject.pk,
            "round": subject.round_id,
            "number": subject.number,
            "title": subject.title,
            "department": subject.lead_department.name,
        }
    )
    about |= {"id": item.key, "version": item.version, "asked_by": request.asked_by_name, "asked_on": request.asked_on}
    if isinstance(item, Waiting):
        signer = request.next_signer
        return about | {"waits_for": waits_for(signer, subject) if signer else "", "days": item.days}
    awaited = pgettext("waiting for somebody to", "mend it")
    days = (on - request.ended_on).days if request.ended_on else 0
    return about | {"waits_for": _waits(about["department"], awaited), "days": days, "reason": item.reason}


def _of_stage(measure: Measure, on: date) -> Row:
    return _about(measure) | {
        "id": measure.pk,
        "version": measure.version,
        "asked_by": "",
        "asked_on": None,
        "waits_for": _waits(measure.lead_department.name, AWAITED["stage"]),
        "days": (on - measure.review_on).days if measure.review_on else 0,
        "due_on": measure.review_on,
    }


def _looked_back(kind: str, row: Remark | LookBackItem, on: date) -> Row:
    """A remark to answer, an answer to read, or a relapse to decide on."""
    about: Row = _about(row.measure)
    who, since, by = about["department"], None, ""
    if isinstance(row, LookBackItem):
        who, since, by = Role.OFFICE.label, row.checked_on, row.checked_by_name
    elif kind == "answer":
        who, since, by = Role.AUDITOR.label, row.answered_on, row.answered_by_name
    else:
        since, by = row.made_on, row.made_by_name
        about |= {"due_on": row.answer_due_on, "reason": row.sent_back_why}
    return about | {
        "id": row.pk,
        "version": row.version,
        "asked_by": by,
        "asked_on": since,
        "waits_for": _waits(who, AWAITED[kind]),
        "days": (on - since).days if since else 0,
    }


def _waits(post: Any, awaited: Any) -> str:
    return _("waiting for %(post)s to %(act)s") % {"post": post, "act": awaited}
