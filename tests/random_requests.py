"""Random requests on a ledger: legal acts and illegal ones, by the right person or by any, up to date or not."""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from issues.models import AcceptanceRequest, SubIssue
from issues.states import SUB_ISSUE_TRANSITIONS
from measures.checking import rebuild_differences, verify_history
from measures.models import ClosureRequest, Measure, MeasureHistory
from measures.states import MEASURE_TRANSITIONS, SETTLED
from rectify.organization.models import User
from rectify.workflow.signing import Outcome

from .building import REASON, TODAY, Ledger
from .sending import api, sheet, upload_of, url

# What a request may be answered with, whoever sends whatever.
ANSWERS = {200, 201, 400, 403, 404, 409}
PEOPLE = ("liaison-road", "head-road", "office", "leader-vp_road", "liaison-plan", "auditor", "system-admin")
USUAL = dict.fromkeys(("reopen", "register_signature", "record_superior_finding"), "office")
MEASURE_ACTS = [*MEASURE_TRANSITIONS.transitions]
SUB_ISSUE_ACTS = [*SUB_ISSUE_TRANSITIONS.transitions]


@dataclass
class Sender:
    """One client that sends one random request after the other; the same seed sends the same."""

    ledger: Ledger
    seed: str

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 -- nothing here is secret
        self.users = {key: User.objects.get(pk=self.ledger.people[key].pk) for key in PEOPLE}

    def send(self) -> int:
        """Sends one; returns the status of the answer."""
        rng = self.rng
        if rng.random() < 0.2:
            return self._on_sub_issue(SubIssue.objects.get(pk=rng.choice(self.ledger.sub_issues).pk))
        return self._on_measure(Measure.objects.get(pk=rng.choice(self.ledger.measures).pk))

    def _on_measure(self, measure: Measure) -> int:
        act = self._act(MEASURE_ACTS, MEASURE_TRANSITIONS, measure.status)
        request = measure.closure_requests.filter(outcome=Outcome.PENDING).first()
        user = self._by(act, request)
        if act == "add_evidence":
            return upload_of(user, measure).status_code
        return self._post("measures", measure, act, user, self._input(act, measure))

    def _on_sub_issue(self, sub_issue: SubIssue) -> int:
        act = self._act(SUB_ISSUE_ACTS, SUB_ISSUE_TRANSITIONS, sub_issue.status)
        request = sub_issue.acceptance_requests.filter(outcome=Outcome.PENDING).first()
        body = {"note": "申请验收", "result": self.rng.choice(["closed", "sustained"]), "reason": REASON}
        body |= {"finding": self.rng.choice(["accepted", "sent_back"]), "found_on": str(TODAY), "paper": "12号"}
        return self._post("sub-issues", sub_issue, act, self._by(act, request), body)

    def _act(self, acts: list[str], table: Any, status: str) -> str:
        """Mostly one that the state allows."""
        legal = [act for act in acts if status in table.transitions[act].sources]
        return self.rng.choice(legal if legal and self.rng.random() < 0.8 else acts)

    def _by(self, act: str, request: Any) -> User:
        """Mostly somebody whose act it is."""
        if self.rng.random() < 0.2:
            return self.users[self.rng.choice(PEOPLE)]
        if act in ("sign", "return") and request is not None and request.next_signer:
            return self.users[{"head": "head-road", "leader": "leader-vp_road"}.get(request.next_signer, "office")]
        return self.users[USUAL.get(act, "liaison-road")]

    def _post(self, collection: str, row: Any, act: str, user: User, body: dict[str, Any]) -> int:
        version = row.version if self.rng.random() < 0.9 else max(1, row.version - 1)
        address = url(collection, row, act)
        if act == "register_signature":
            return api(user).post(address, sheet(version=version), format="multipart").status_code
        return api(user).post(address, {**body, "version": version}, format="json").status_code

    def _input(self, act: str, measure: Measure) -> dict[str, Any]:
        day = TODAY + timedelta(days=self.rng.randint(-5, 200))
        body: dict[str, Any] = {
            "progress": self.rng.randint(0, 100),
            "done": "已开展工作",
            "note": "已完成",
            "reason": REASON,
            "due_on": day.isoformat(),
            "stage_goal": "每季度调度一次",
            "review_on": day.isoformat(),
            "met": self.rng.random() < 0.5,
        }
        if act == "correct":
            reports = measure.history.filter(action="report_progress").values_list("sequence", flat=True)
            body["replaces"] = self.rng.choice([*reports, 1])
        return body


def faults() -> list[str]:
    """Everything that must never be, after whatever was sent."""
    found = [str(flaw) for flaw in verify_history()] + [str(difference) for difference in rebuild_differences()]
    open_under = Measure.objects.exclude(status__in=SETTLED).filter(sub_issue__status="closed")
    found += [f"{measure} is open under a closed sub-issue" for measure in open_under]
    for requests in (ClosureRequest, AcceptanceRequest):
        for request in requests.objects.prefetch_related("signatures"):
            signers = request.signer_ids()
            if len(signers) != len(set(signers)) or request.asked_by_id in signers:
                found.append(f"{request} was signed twice or by its asker")
            whole = len(request.signatures.all()) == len(request.chain)
            if whole != (request.outcome == Outcome.PASSED):
                found.append(f"{request} is {request.outcome} with {len(request.signatures.all())} signatures")
    return found


def acts_in_history() -> int:
    """How many acts on measures history tells of."""
    return MeasureHistory.objects.values("act_id").distinct().count()
