"""What responsible departments are asked to add to other departments' lines, on the page of the week."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from rectify.organization.posts import Posts
from rectify.workflow.refusals import Refusal

from ..models import Contribution, Dispatch


def asked_of(
    request: HttpRequest, week: Dispatch, posts: Posts, refused: Mapping[int, Refusal]
) -> list[dict[str, Any]]:
    """What one's departments are asked in a week, unanswered first; with what was typed where it was refused.

    One statement.
    """
    rows = Contribution.objects.filter(line__dispatch=week, department__in=posts.department_ids())
    found = rows.select_related("department", "line__measure", "line__department").order_by("answered_at", "pk")
    shown = [
        {
            "row": row,
            "line": row.line,
            "text": request.POST.get(f"text-{row.line_id}", row.text),
            "why": why(refused.get(row.line_id)),
            "answers": week.is_open,
        }
        for row in found
    ]
    return sorted(shown, key=lambda each: bool(each["row"].text))


def why(refusal: Refusal | None) -> str:
    """What was wrong with an answer, in words."""
    if refusal is None:
        return ""
    return str(next((text for texts in refusal.errors.values() for text in texts), refusal.detail))


def may_ask(line: Any) -> list[Any]:
    """The responsible departments of a line's measure that were not asked yet; empty where none is left."""
    asked = {each.department_id for each in line.contributions.all()}
    return [each for each in line.measure.responsible_departments.all() if each.pk not in asked]
