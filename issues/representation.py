"""How rounds, headings, findings and sub-issues look in the API."""

from typing import Any

from rest_framework import serializers

from .models import Finding, Heading, Round, SubIssue


class RoundSerializer(serializers.ModelSerializer):
    class Meta:
        model = Round
        fields = [
            "id",
            "version",
            "title",
            "source",
            "organization",
            "session",
            "inspecting_team",
            "feedback_on",
            "notice_on",
            "intensive_from",
            "intensive_until",
            "declared",
            "planned",
            "plan_approved_on",
            "plan_meeting",
            "plan_number",
            "status",
        ]


class HeadingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Heading
        fields = ["id", "number", "title", "parent", "round"]


class FindingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Finding
        fields = ["id", "number", "title", "heading", "round"]


class SubIssueSerializer(serializers.Serializer):
    """A sub-issue. Built by hand: the general machinery costs several times more in long lists."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    finding = serializers.IntegerField()
    round = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    disclosed = serializers.BooleanField()
    responsible_leader = serializers.IntegerField()
    responsible_leader_title = serializers.CharField()
    lead_department = serializers.IntegerField()
    lead_department_name = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)
    superior_finding = serializers.CharField(help_text="accepted or sent_back by the superior; empty while neither")
    superior_found_on = serializers.DateField(allow_null=True)
    superior_paper = serializers.CharField(help_text="the number of the superior's paper")
    available_acts = serializers.ListField(child=serializers.CharField())


def sub_issue_row(sub_issue: SubIssue, available_acts: list[str]) -> dict[str, Any]:
    """One sub-issue as the API gives it."""
    return {
        "id": sub_issue.pk,
        "version": sub_issue.version,
        "number": sub_issue.number,
        "title": sub_issue.title,
        "finding": sub_issue.finding_id,
        "round": sub_issue.round_id,
        "kind": sub_issue.kind,
        "status": sub_issue.status,
        "status_label": str(sub_issue.get_status_label()),
        "due_on": sub_issue.due_on,
        "disclosed": sub_issue.disclosed,
        "responsible_leader": sub_issue.responsible_leader_id,
        "responsible_leader_title": sub_issue.responsible_leader.title,
        "lead_department": sub_issue.lead_department_id,
        "lead_department_name": sub_issue.lead_department.name,
        "closed_on": sub_issue.closed_on,
        "superior_finding": sub_issue.superior_finding,
        "superior_found_on": sub_issue.superior_found_on,
        "superior_paper": sub_issue.superior_paper,
        "available_acts": available_acts,
    }
