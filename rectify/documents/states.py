"""What a weekly brief can be, and what its office may do with it then."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rectify.workflow.transitions import Transition, TransitionTable


class BriefStatus(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("of a document", "Draft")
    ISSUED = "issued", pgettext_lazy("of a document", "Issued")


S = BriefStatus
OFFICE = frozenset({"office"})

BRIEF_TRANSITIONS = TransitionTable(
    [
        Transition("edit", _("Save"), frozenset({S.DRAFT}), (S.DRAFT,), OFFICE),
        Transition("issue", _("Issue the brief"), frozenset({S.DRAFT}), (S.ISSUED,), OFFICE),
        Transition("new_edition", _("Correct by a new edition"), frozenset({S.ISSUED}), (S.ISSUED,), OFFICE),
    ],
    not_yours=_("Only the rectification office of this organisation may do this."),
    not_now=_("An issued brief never changes; correct it by a new edition."),
)
