"""The templates from which a round's papers are drafted: an act of its office, kept in the round's history."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from issues.models import Round, RoundHistory
from measures.rules import round_to_configure
from rectify.organization.posts import Concern, Posts
from rectify.workflow.acts import Act
from rectify.workflow.guards import validated
from rectify.workflow.history import Chain, Entry
from rectify.workflow.record import record
from rectify.workflow.refusals import Invalid

from ..models import OrderKind, PaperTemplate
from .inputs import PaperTemplatesInput
from .matters import templates_of
from .wording import Words, require_sound


@transaction.atomic
def set_paper_templates(act: Act, round_id: int, data: Mapping[str, Any]) -> Round:
    """Changes templates of a round; `data`: version (of the round), templates: kind -> {title, body}.

    Papers that are drafted already keep their words.

    Raises:
        NotFound, Forbidden, Stale, WrongState, Invalid (an unknown name, a brace without its partner): in this order;
            nothing is changed then.
    """
    round_ = round_to_configure(act, round_id, data)
    wanted = validated(PaperTemplatesInput, data)["templates"]
    if unknown := sorted(wanted.keys() - set(OrderKind.values)):
        raise Invalid(errors={"templates": [_("“%(text)s” is not known here.") % {"text": unknown[0][:40]}]})
    before = templates_of(round_)
    changed = {}
    for kind, fields in wanted.items():
        words = Words(fields["title"], fields["body"])
        for name, text in words._asdict().items():
            require_sound(text, name)
        if words != before[kind]:
            changed[kind] = {"old": before[kind]._asdict(), "new": words._asdict()}
            PaperTemplate.objects.update_or_create(round=round_, kind=kind, defaults=words._asdict())
    who = Posts.of(act.actor, act.on).who(Concern(round_.organization_id))
    record(round_, Chain(RoundHistory, round_.pk), act, who, Entry("set_paper_templates", extra={"templates": changed}))
    return round_
