"""How measures and evidence look in the API and in exported tables."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rectify.web.file_types import can_be_drawn

from .models import Evidence, Measure
from .parties import Around
from .states import MeasureStatus


class MeasureSerializer(serializers.Serializer):
    """A measure. Built by hand: lists of 500 are answered often, and the general machinery costs several times more."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    number = serializers.CharField()
    content = serializers.CharField()
    sub_issue = serializers.IntegerField()
    round = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    done = serializers.BooleanField(help_text="completed, in review or closed")
    progress = serializers.IntegerField(allow_null=True, help_text="percent; null for long-term measures")
    due_on = serializers.DateField(allow_null=True)
    original_due_on = serializers.DateField(allow_null=True)
    due_assumed = serializers.BooleanField(help_text="the source gives no deadline; this one is assumed")
    started_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    responsible_leader = serializers.IntegerField()
    responsible_leader_title = serializers.CharField()
    lead_department = serializers.IntegerField()
    lead_department_name = serializers.CharField()
    responsible_departments = serializers.ListField(child=serializers.IntegerField())
    overdue = serializers.BooleanField()
    work_done = serializers.CharField()
    next_step = serializers.CharField()
    difficulty = serializers.CharField()
    reported_on = serializers.DateField(allow_null=True)
    document = serializers.CharField()
    stage_goal = serializers.CharField()
    review_on = serializers.DateField(allow_null=True)
    available_acts = serializers.ListField(child=serializers.CharField())


def measure_row(measure: Measure, around: Around, on: date, available_acts: list[str]) -> dict[str, Any]:
    """One measure as the API gives it.

    Args:
        on: the day against which overdue is judged.
    """
    return {
        "id": measure.pk,
        "version": measure.version,
        "number": measure.number,
        "content": measure.content,
        "sub_issue": measure.sub_issue_id,
        "round": around.round_id,
        "kind": measure.kind,
        "status": measure.status,
        "status_label": str(MeasureStatus(measure.status).label),
        "done": measure.is_done,
        "progress": measure.progress,
        "due_on": measure.due_on,
        "original_due_on": measure.original_due_on,
        "due_assumed": measure.due_assumed,
        "started_on": measure.started_on,
        "closed_on": measure.closed_on,
        "responsible_leader": measure.responsible_leader_id,
        "responsible_leader_title": around.leader_title,
        "lead_department": measure.lead_department_id,
        "lead_department_name": around.department_name,
        "responsible_departments": list(around.concern.contributor_ids),
        "overdue": measure.is_overdue(on),
        "work_done": measure.work_done,
        "next_step": measure.next_step,
        "difficulty": measure.difficulty,
        "reported_on": measure.reported_on,
        "document": measure.document,
        "stage_goal": measure.stage_goal,
        "review_on": measure.review_on,
        "available_acts": available_acts,
    }


class OtherUseSerializer(serializers.Serializer):
    """Another measure under which the same file stands."""

    measure = serializers.IntegerField()
    number = serializers.CharField()
    round = serializers.IntegerField()


class EvidenceSerializer(serializers.ModelSerializer):
    """A piece of evidence; `also_under` and `added_later` are told of rows that `with_facts` has seen."""

    replaced_by = serializers.SerializerMethodField(help_text="The newer version in its place.")
    standing = serializers.BooleanField(help_text="Whether it counts: neither withdrawn nor replaced.")
    added_later = serializers.SerializerMethodField(help_text="Whether it came after closure was asked for.")
    also_under = serializers.SerializerMethodField(help_text="Where else the same file stands, as far as you may see.")
    file = serializers.SerializerMethodField(help_text="The address of the file.")
    preview = serializers.SerializerMethodField(help_text="The address of its pages as pictures, where it has any.")

    class Meta:
        model = Evidence
        fields = [
            "id",
            "measure",
            "kind",
            "title",
            "filename",
            "content_type",
            "size",
            "sha256",
            "dated_on",
            "mark",
            "replaces",
            "replaced_by",
            "standing",
            "added_later",
            "also_under",
            "uploaded_by_name",
            "uploaded_on",
            "uploaded_at",
            "withdrawn_on",
            "withdrawn_by_name",
            "withdrawn_why",
            "file",
            "preview",
        ]

    def get_replaced_by(self, evidence: Evidence) -> int | None:
        newer = getattr(evidence, "replaced_by", None)
        return newer.pk if newer else None

    def get_added_later(self, evidence: Evidence) -> bool:
        return getattr(evidence, "added_later", False)

    @extend_schema_field(OtherUseSerializer(many=True))
    def get_also_under(self, evidence: Evidence) -> Any:
        return OtherUseSerializer(getattr(evidence, "also_under", []), many=True).data

    def get_file(self, evidence: Evidence) -> str:
        return f"/api/v1/evidence/{evidence.pk}/file/"

    def get_preview(self, evidence: Evidence) -> str | None:
        return f"/api/v1/evidence/{evidence.pk}/preview/" if can_be_drawn(evidence.content_type) else None
