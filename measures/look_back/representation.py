"""Samples, sampled measures and remarks as the API and exported tables give them."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework import serializers

from rectify.organization.posts import Posts
from rectify.web.tables import Column

from ..models import LookBack, LookBackItem, Remark, RemarkState
from ..representation import EvidenceSerializer
from ..signing_rows import ClosureRequestSerializer, closure_request_row
from .parties import acts_on_item, acts_on_remark
from .reading import closing_request
from .services import drawn_again
from .states import ItemState, state_of

# What an answer says of a row as its table has it.
ITEM_COLUMNS = (
    "id",
    "version",
    "position",
    "closed_on",
    "result",
    "note",
    "checked_by_name",
    "checked_on",
    "reopening",
    "reopened_on",
    "declined_by_name",
    "declined_on",
    "declined_why",
)
REMARK_COLUMNS = (
    "id",
    "version",
    "text",
    "made_by_name",
    "made_on",
    "answer_due_on",
    "state",
    "answer",
    "answered_by_name",
    "answered_on",
    "sent_back_why",
    "settled_by_name",
    "settled_on",
)


class LookBackSerializer(serializers.ModelSerializer):
    """A sample, and how far it was checked."""

    drawn = serializers.IntegerField(help_text="measures in it", read_only=True)
    checked = serializers.IntegerField(read_only=True)
    relapsed = serializers.IntegerField(read_only=True)
    reopened = serializers.IntegerField(read_only=True)
    remarks = serializers.IntegerField(source="remarked", read_only=True)
    unanswered = serializers.IntegerField(help_text="remarks that wait for their answer", read_only=True)

    class Meta:
        model = LookBack
        fields = [
            "id",
            "round",
            "title",
            "drawn_on",
            "drawn_at",
            "drawn_by_name",
            "seed",
            "seed_given",
            "size",
            "drawn",
            "checked",
            "relapsed",
            "reopened",
            "remarks",
            "unanswered",
        ]


class WholeLookBackSerializer(LookBackSerializer):
    """A sample with the list from which it was drawn, and whether drawing again gives the same."""

    population = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="lead department -> ids of the measures that were closed on the day of drawing",
    )
    drawn_again = serializers.SerializerMethodField()

    class Meta(LookBackSerializer.Meta):
        fields = [*LookBackSerializer.Meta.fields, "population", "drawn_again"]

    def get_drawn_again(self, look_back: LookBack) -> bool:
        return drawn_again(look_back)


class LookBackItemSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    look_back = serializers.IntegerField()
    look_back_title = serializers.CharField()
    round = serializers.IntegerField()
    position = serializers.IntegerField()
    measure = serializers.IntegerField()
    measure_number = serializers.CharField()
    measure_content = serializers.CharField()
    measure_status = serializers.CharField()
    lead_department = serializers.IntegerField()
    lead_department_name = serializers.CharField()
    closed_on = serializers.DateField(help_text="the day on which it was closed when it was drawn")
    result = serializers.CharField()
    result_label = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    state_label = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    checked_by_name = serializers.CharField(allow_blank=True)
    checked_on = serializers.DateField(allow_null=True)
    reopening = serializers.UUIDField(allow_null=True, help_text="the act by which the measure was reopened")
    reopened_on = serializers.DateField(allow_null=True)
    declined_by_name = serializers.CharField(allow_blank=True)
    declined_on = serializers.DateField(allow_null=True)
    declined_why = serializers.CharField(allow_blank=True)
    evidence = EvidenceSerializer(many=True)
    closing = ClosureRequestSerializer(allow_null=True, help_text="the request by which it was closed, with its chain")
    available_acts = serializers.ListField(child=serializers.CharField())


def item_row(item: LookBackItem, posts: Posts, on: date) -> dict[str, Any]:
    """A sampled measure as `shown_items` read it."""
    measure, state = item.measure, state_of(item, item.measure)
    request = closing_request(item)
    files: list[Any] = measure.standing_files  # type: ignore[attr-defined]
    took_part: bool = item.took_part  # type: ignore[attr-defined]
    return {name: getattr(item, name) for name in ITEM_COLUMNS} | {
        "look_back": item.look_back_id,
        "look_back_title": item.look_back.title,
        "round": measure.sub_issue.round_id,
        **measure_facts(item),
        "measure_status": measure.status,
        "result_label": item.get_result_display(),
        "state": state.value,
        "state_label": str(state.label),
        "evidence": EvidenceSerializer(files, many=True).data,
        "closing": closure_request_row(request) if request else None,
        "available_acts": acts_on_item(item, posts, took_part),
    }


def measure_facts(row: LookBackItem | Remark) -> dict[str, Any]:
    """The measure that a row is about."""
    measure = row.measure
    return {
        "measure": measure.pk,
        "measure_number": measure.number,
        "measure_content": measure.content,
        "lead_department": measure.lead_department_id,
        "lead_department_name": measure.lead_department.name,
    }


class RemarkSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    measure = serializers.IntegerField()
    measure_number = serializers.CharField()
    measure_content = serializers.CharField()
    lead_department = serializers.IntegerField()
    lead_department_name = serializers.CharField()
    round = serializers.IntegerField()
    item = serializers.IntegerField(allow_null=True)
    look_back = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    made_by_name = serializers.CharField()
    made_on = serializers.DateField()
    answer_due_on = serializers.DateField()
    state = serializers.ChoiceField(choices=RemarkState.choices)
    state_label = serializers.CharField()
    overdue = serializers.BooleanField(help_text="to be answered, and the day until which it was is past")
    answer = serializers.CharField(allow_blank=True)
    answer_files = serializers.ListField(child=serializers.IntegerField(), help_text="ids of evidence")
    answered_by_name = serializers.CharField(allow_blank=True)
    answered_on = serializers.DateField(allow_null=True)
    sent_back_why = serializers.CharField(allow_blank=True)
    settled_by_name = serializers.CharField(allow_blank=True)
    settled_on = serializers.DateField(allow_null=True)
    available_acts = serializers.ListField(child=serializers.CharField())


def remark_row(remark: Remark, posts: Posts, on: date) -> dict[str, Any]:
    """A remark as `shown_remarks` read it.

    Args:
        on: the day against which an answer is late.
    """
    return {name: getattr(remark, name) for name in REMARK_COLUMNS} | {
        **measure_facts(remark),
        "round": remark.measure.sub_issue.round_id,
        "item": remark.item_id,
        "look_back": remark.item.look_back_id if remark.item else None,
        "state_label": remark.get_state_display(),
        "answer_files": [file.pk for file in remark.files.all()],
        "overdue": is_overdue(remark, on),
        "available_acts": acts_on_remark(remark, posts),
    }


def is_overdue(remark: Remark, on: date) -> bool:
    return remark.state == RemarkState.OPEN and remark.answer_due_on < on


def _files(item: Any) -> str:
    return "；".join(f"{file.title}（{file.uploaded_on}）" for file in item.measure.standing_files)


def signed_in_short(item: LookBackItem) -> str:
    """Who asked and who signed, in one line; empty where the closing left no request."""
    request = closing_request(item)
    if request is None:
        return ""
    signed = [f"{s.signer_name}（{s.signed_on}）" for s in request.signatures.all()]
    return " → ".join([f"{request.asked_by_name}（{request.asked_on}）", *signed])


def item_columns() -> list[Column]:
    """The columns of an exported sample."""
    return [
        Column(_("Look-back"), lambda i: i.look_back.title, 18),
        Column(_("No. in the sample"), lambda i: i.position, 8),
        Column(_("Lead department"), lambda i: i.measure.lead_department.name, 14),
        Column(_("No."), lambda i: i.measure.number, 8),
        Column(_("Measure"), lambda i: i.measure.content, 40),
        Column(_("Responsible leader"), lambda i: i.measure.responsible_leader.title, 16),
        Column(_("Closed on"), lambda i: i.closed_on, 11),
        Column(_("Evidence"), _files, 36),
        Column(_("Who asked and signed"), signed_in_short, 40),
        Column(_("Status"), lambda i: state_of(i, i.measure).label, 14),
        Column(pgettext_lazy("look-back", "What was found"), lambda i: i.note, 36),
        Column(_("Checked by"), lambda i: i.checked_by_name, 14),
        Column(_("Checked on"), lambda i: i.checked_on, 11),
        Column(_("Reopened on"), lambda i: i.reopened_on, 11),
        Column(_("Why it was left closed"), lambda i: i.declined_why, 24),
    ]
