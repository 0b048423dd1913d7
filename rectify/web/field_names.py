"""What fields and parameters are called in messages, where a message is told without a form around it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIELD_NAMES: Mapping[str, Any] = {
    "version": _("Version"),
    "progress": _("Progress"),
    "done": _("What was done"),
    "next_step": _("Next step"),
    "difficulty": _("Difficulties"),
    "happened_on": _("Day of the report"),
    "comment": _("Comment"),
    "reason": _("Reason"),
    "outcomes": _("Outcomes"),
    "evidence": _("Evidence"),
    "file": _("Files"),
    "title": _("Title"),
    "kind": _("Kind"),
    "replaces": _("Entry to correct"),
    "dated_on": _("Day that it bears"),
    "due_on": _("New deadline"),
    "stage_goal": _("Stage goal"),
    "review_on": _("Next review"),
    "final_on": _("Final day"),
    "met": _("Is the stage goal met?"),
    "text": _("Remark"),
    "answer": pgettext_lazy("to a remark", "Answer"),
    "answer_due_on": _("To be answered until"),
    "size": _("How many measures"),
    "seed": _("Seed"),
    "overview": _("Overview"),
    "difficulties": _("Difficulties and problems"),
    "matters": _("For the leaders to coordinate"),
    "next_week": _("Plans for the next week"),
}
