"""Who gets which status from which route by which method: a line for each route; see test_matrix.py."""

from dataclasses import dataclass

# Role in the matrix -> person. "foreign" is the office of another organisation.
READERS = {
    "liaison": "liaison-road",
    "head": "head-road",
    "contributor": "liaison-plan",
    "outsider": "liaison-party",
    "leader": "leader-vp_road",
    "other leader": "leader-secretary",
    "assistant": "assistant-vp_road",
    "office": "office",
    "auditor": "auditor",
}
STRANGERS = {"system": "system-admin", "security": "security-admin", "audit": "audit-admin", "nobody": "nobody"}
ROLES = (*READERS, *STRANGERS, "foreign", "anonymous")
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Rule:
    """Who gets which status.

    Args:
        ok: what those get who are let in.
        to: their roles.
        others: what readers of the round get who are not among them.
        strangers: what those get who may not see the round.
        anonymous: where it differs from 401 and 302.
        foreign: what another organisation's office gets, where it differs from other strangers.
    """

    ok: int
    to: tuple[str, ...]
    others: int = 403
    strangers: int = 404
    anonymous: int | None = None
    foreign: int | None = None


def everybody(ok: int = 200, anonymous: int | None = None) -> Rule:
    """Everyone who is signed in; a list may be empty."""
    return Rule(ok, tuple(READERS), strangers=ok, anonymous=anonymous)


def readers(strangers: int = 404, foreign: int | None = None) -> Rule:
    """Everyone who may see the round."""
    return Rule(200, tuple(READERS), strangers=strangers, foreign=foreign)


def only(*to: str, ok: int = 200, others: int = 403) -> Rule:
    """Some of those who may see the round."""
    return Rule(ok, to, others)


LISTED = {"get": everybody()}
READ = {"get": readers()}
EVERYBODY = tuple(READERS)
TEAM = ("liaison", "head")
ADDERS = ("liaison", "head", "contributor", "office")
MATRIX: dict[str, dict[str, Rule]] = {
    "me": LISTED,
    "schema": {"get": everybody(anonymous=200)},
    "api-docs": {"get": everybody(anonymous=200)},
    "dashboard-round": READ,
    "dashboard-changes": READ,
    "dashboard-overview": {"get": readers(strangers=403, foreign=200)},
    "dashboard-departments": READ,
    "dashboard-leaders": READ,
    "dashboard-trend": READ,
    "dashboard-reporting": READ,
    "round": {"get": readers(strangers=403, foreign=404)},
    "dashboard-wall-chart": READ,
    "wall": {"get": readers(strangers=403, foreign=404)},
    "wall-full": {"get": readers(strangers=403, foreign=404)},
    "wall-file": {"get": readers(strangers=403, foreign=404)},
    "round-curve": {"get": readers(strangers=403, foreign=404)},
    "reporting": {"get": readers(strangers=403, foreign=404)},
    "reporting-map": {"get": readers(strangers=403, foreign=404)},
    "by-department": {"get": readers(strangers=403, foreign=404)},
    "by-leader": {"get": readers(strangers=403, foreign=404)},
    "department": {"get": readers(strangers=403, foreign=404)},
    "organization-list": LISTED,
    "organization-detail": READ,
    "department-list": LISTED,
    "department-detail": READ,
    "round-list": LISTED,
    "round-detail": READ,
    "round-history": READ,
    "round-closing-rules": READ,
    "round-set-closing-rules": {"post": only("office")},
    "rules": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "round-approve-plan": {"post": only("office")},
    "round-publish-notice": {"post": only("office")},
    "heading-list": LISTED,
    "heading-detail": READ,
    "finding-list": LISTED,
    "finding-detail": READ,
    "sub-issue-list": LISTED,
    "sub-issue-detail": READ,
    "sub-issue-history": READ,
    "sub-issue-standing": READ,
    "sub-issue-request-acceptance": {"post": only(*TEAM)},
    "sub-issue-sign": {"post": only("office")},
    "sub-issue-return": {"post": only("office")},
    "sub-issue-recall": {"post": only("liaison")},
    "sub-issue-reopen": {"post": only("office")},
    "sub-issue-record-superior-finding": {"post": only("office")},
    "sub-issue-register-signature": {"post": only("office")},
    "sub-issue-acceptance-requests": READ,
    "sub-issue-acceptance-draft": READ,
    "paper-list": {"get": everybody(), "post": only("office", ok=201)},
    "paper-detail": READ,
    "paper-file": READ,
    "paper": READ,
    "paper-picture": READ,
    "acceptance-meeting-list": {"get": everybody(), "post": only("office", ok=201)},
    "acceptance-meeting-detail": READ,
    "acceptance-meeting-add-record": {"post": only("office")},
    "measure-list": LISTED,
    "measure-detail": READ,
    "measure-history": READ,
    "measure-standing": READ,
    "measure-report-progress": {"post": only(*TEAM)},
    "measure-correct": {"post": only(*TEAM)},
    "measure-complete": {"post": only(*TEAM)},
    "measure-request-closure": {"post": only("liaison")},
    "measure-sign": {"post": only("head")},
    "measure-return": {"post": only("head")},
    "measure-recall": {"post": only("liaison")},
    "measure-reopen": {"post": only("office")},
    "measure-request-extension": {"post": only(*TEAM)},
    "measure-request-long-term": {"post": only(*TEAM)},
    "measure-report-stage": {"post": only(*TEAM)},
    "measure-review-stage": {"post": only("office")},
    "extension-list": LISTED,
    "extension-detail": READ,
    "extension-sign": {"post": only("office")},
    "extension-return": {"post": only("office")},
    "extension-recall": {"post": only("liaison")},
    "extension-register-signature": {"post": only("office")},
    "long-term-request-list": LISTED,
    "long-term-request-detail": READ,
    "long-term-request-sign": {"post": only("office")},
    "long-term-request-return": {"post": only("office")},
    "long-term-request-recall": {"post": only("liaison")},
    "long-term-request-register-signature": {"post": only("office")},
    "deadline-act": {"post": only("liaison", ok=302)},
    "measure-register-signature": {"post": only("office")},
    "measure-closure-requests": READ,
    "evidence-list": {"get": everybody(), "post": only(*ADDERS, ok=201)},
    "evidence-detail": READ,
    "evidence-file": READ,
    "evidence-preview": READ,
    "evidence-withdraw": {"post": only("liaison", "head", "office")},
    "look-back-list": {"get": everybody(), "post": only("auditor", ok=201)},
    "look-back-detail": READ,
    "look-back-item-list": LISTED,
    "look-back-item-detail": READ,
    "look-back-item-check": {"post": only("auditor")},
    "look-back-item-decline": {"post": only("office")},
    "remark-list": {"get": everybody(), "post": only("auditor", ok=201)},
    "remark-detail": READ,
    "remark-answer": {"post": only(*TEAM)},
    "remark-settle": {"post": only("auditor")},
    "remark-send-back": {"post": only("auditor")},
    "todo-list": LISTED,
    "dispatch-list": {"get": everybody(), "post": only("office", ok=201)},
    "dispatch-detail": READ,
    "dispatch-freeze": {"post": only("office")},
    "progress-report-list": LISTED,
    "progress-report-detail": READ,
    "progress-report-save": {"post": only(*TEAM)},
    "progress-report-submit": {"post": only(*TEAM)},
    "progress-report-confirm": {"post": only("head")},
    "progress-report-return": {"post": only("head")},
    "progress-report-recall": {"post": only("liaison")},
    "progress-report-ask": {"post": only("liaison", "head", "office")},
    "progress-report-contribute": {"post": only("contributor")},
    "round-schedule": {"get": READ["get"], "post": only("office")},
    "round-warnings": {"get": READ["get"], "post": only("office")},
    "round-channels": {"get": only("office"), "post": only("office", ok=201)},
    "channel": {"post": only("office")},
    "channel-test": {"post": only("office", ok=202)},
    "dispatch-urge": {"post": only("office")},
    # One's own, whoever one is.
    "notification-list": LISTED,
    "notification-count": LISTED,
    "notification-read-all": {"post": Rule(200, EVERYBODY, strangers=200)},
    "notification-detail": {"get": only("liaison", others=404)},
    "notification-read": {"post": only("liaison", others=404)},
    "me-contact": {"get": everybody(), "post": Rule(200, EVERYBODY, strangers=200)},
    "milestone-list": {"get": everybody(), "post": only("office", ok=201)},
    "milestone-detail": READ,
    "milestone-set": {"post": only("office")},
    "milestone-meet": {"post": only("office")},
    "milestone-drop": {"post": only("office")},
    # Common to all organisations: who has a role reads it, a system administrator keeps it.
    "working-day-list": {
        "get": Rule(200, (*READERS, "system", "security", "audit"), strangers=403, foreign=200),
        "post": Rule(200, ("system",), strangers=403),
    },
    "working-day-import": {"post": Rule(200, ("system",), strangers=403)},
    "working-day-seed": {"post": Rule(200, ("system",), strangers=403)},
    "supervision-order-list": {"get": everybody(), "post": only("office", ok=201)},
    "supervision-order-detail": READ,
    "supervision-order-edit": {"post": Rule(200, ("office",), others=404)},
    "supervision-order-issue": {"post": Rule(200, ("office",), others=404)},
    "supervision-order-answer": {"post": only(*TEAM)},
    "supervision-order-return-answer": {"post": only("office")},
    "supervision-order-conclude": {"post": only("office")},
    "supervision-order-cancel": {"post": only("office")},
    "round-paper-templates": {"get": READ["get"], "post": only("office")},
    "weekly-brief-list": {"get": everybody(), "post": only("office", ok=201)},
    "weekly-brief-detail": READ,
    "weekly-brief-docx": READ,
    # A draft is there for its office alone.
    "weekly-brief-edit": {"post": only("office", others=404)},
    "weekly-brief-issue": {"post": only("office", others=404)},
    "weekly-brief-new-edition": {"post": only("office")},
    "round-brief-template": {"get": READ["get"], "post": only("office")},
    "round-brief-built-in": {"post": only("office")},
    "doubt-list": {"get": only("auditor")},
    "history-list": LISTED,
    "favicon": {"get": everybody(301, anonymous=301)},
    # Pages. What was done leads on to another page: 302.
    "home": {"get": everybody()},
    "home-row": READ,
    # Another organisation's office has a ledger of its own.
    "changes": {"get": readers(strangers=403, foreign=404)},
    "rounds": {"get": readers(strangers=403, foreign=200)},
    "ledger": {"get": readers(strangers=403, foreign=200)},
    "ledger-row": {"get": readers(strangers=403, foreign=404)},
    "split-table": {"get": readers(strangers=403, foreign=200)},
    "acceptance": {"get": readers(strangers=403, foreign=200)},
    "this-week": {
        "get": Rule(200, ("liaison", "head", "contributor", "outsider"), strangers=403, foreign=403),
        "post": Rule(302, ("liaison", "head"), strangers=403, foreign=403),
    },
    "dispatch-board": {"get": readers(strangers=403, foreign=404)},
    "reminders": {"get": Rule(200, ("office",), strangers=404), "post": Rule(302, ("office",), strangers=404)},
    "dispatch-urge-page": {"post": Rule(302, ("office",), strangers=404)},
    "notices": {"get": everybody()},
    "notice": {"get": Rule(302, ("liaison",), others=404)},
    "notices-read": {"post": Rule(302, EVERYBODY, strangers=302)},
    "notices-count": {"get": Rule(200, EVERYBODY, strangers=200, anonymous=204)},
    "notices-settings": {"get": everybody(), "post": Rule(302, EVERYBODY, strangers=302)},
    "dispatch-schedule": {
        "get": Rule(200, ("office",), strangers=404),
        "post": Rule(302, ("office",), strangers=404),
    },
    "working-days": {
        "get": Rule(200, (*READERS, "system", "security", "audit"), strangers=403, foreign=200),
        "post": Rule(302, ("system",), strangers=403),
    },
    "milestones": {
        "get": readers(strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    # The secret in the address is what lets in.
    "feed": {"get": everybody(200, anonymous=200)},
    "notices-feed": {
        "get": readers(strangers=403, foreign=200),
        "post": Rule(200, tuple(READERS), strangers=403, foreign=200),
    },
    "dispatch-open": {"post": Rule(302, ("office",), strangers=404)},
    "dispatch-return-page": {"post": Rule(302, ("head",), strangers=404)},
    "dispatch-freeze-page": {"post": Rule(302, ("office",), strangers=404)},
    "supervision-list": {"get": readers(strangers=403, foreign=404)},
    "supervision-new": {
        "get": Rule(200, ("office", "leader", "other leader")),
        "post": Rule(302, ("office", "leader", "other leader")),
    },
    "paper-templates": {"get": only("office"), "post": only("office", ok=302)},
    "supervision-order": READ,
    "supervision-act": {"get": Rule(302, tuple(READERS)), "post": only(*TEAM, ok=302)},
    "weekly-brief": {"get": readers(), "post": only("office", ok=302)},
    "weekly-briefs": {"get": readers(strangers=403, foreign=404)},
    "weekly-brief-edition": READ,
    "weekly-brief-file": READ,
    "brief-template": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "brief-template-starter": {"get": readers(strangers=403, foreign=200)},
    "acceptance-meeting": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "many-on-paper": {
        "get": Rule(200, ("office",), strangers=403, foreign=404),
        "post": Rule(302, ("office",), strangers=403, foreign=404),
    },
    "acceptance-record": {"get": readers(strangers=403, foreign=404)},
    "acceptance-signed-record": {"post": Rule(302, ("office",), strangers=403, foreign=404)},
    "look-backs": {
        "get": readers(strangers=403, foreign=404),
        "post": Rule(302, ("auditor",), strangers=403, foreign=404),
    },
    "look-back": READ,
    "look-back-act": {"get": Rule(302, tuple(READERS)), "post": only("auditor", ok=302)},
    "add-remark": {"get": everybody(302), "post": only("auditor", ok=302)},
    "remark-act": {"get": Rule(302, tuple(READERS)), "post": only(*TEAM, ok=302)},
    "doubts": {"get": Rule(200, ("auditor",), strangers=403, foreign=404)},
    "todo": {"get": everybody()},
    # What is not theirs to sign leads to its page, which says whether they may see it.
    "todo-item": {"get": Rule(200, ("head",), 302, 302), "post": Rule(302, ("head",), 302, 404)},
    "measure": READ,
    "report-row": {"get": only(*TEAM), "post": only(*TEAM, ok=302)},
    "measure-act": {"get": everybody(302), "post": only("head", ok=302)},
    "add-evidence": {"get": everybody(302), "post": only(*ADDERS, ok=302)},
    "withdraw-evidence": {"get": everybody(302), "post": only("liaison", "head", "office", ok=302)},
    "evidence": READ,
    "evidence-view": READ,
    "evidence-picture": READ,
    "sub-issue": READ,
    "sub-issue-act": {"get": everybody(302), "post": only("office", ok=302)},
    "sign-in": {"get": everybody(302, anonymous=200), "post": everybody(302, anonymous=400)},
    "sign-out": {"post": everybody(302, anonymous=302), "get": everybody(302, anonymous=302)},
    "set_language": {"get": everybody(302, anonymous=302), "post": everybody(302, anonymous=302)},
    "style": {"get": Rule(404, tuple(READERS), strangers=404, anonymous=404)},
}


# Django's own views and their ways with methods; the style page is there while developing alone.
FRAMEWORKS = ("sign-in", "sign-out", "set_language", "style")
