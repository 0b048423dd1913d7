"""Acts the story's scenes through the real services, with both times simulated: the business day and the clock."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from issues.models import Round, SubIssue
from measures import closing, closure, deadline_signing, deadlines, services
from measures.evidence import add_evidence
from measures.models import Extension, LongTermRequest, Measure
from rectify.workflow.acts import Act
from rectify.workflow.signing import Outcome

from .people import Cast
from .story import Scene


class Stage:
    """A round on which scenes are acted.

    Args:
        shift: what to add to the story's days to get the round's.
        now: the present moment; nothing is recorded later than it.
    """

    def __init__(self, cast: Cast, round_: Round, shift: timedelta, now: datetime) -> None:
        self.cast, self.round, self.shift, self.now = cast, round_, shift, now
        self.measures: dict[int, Measure] = {}
        self.sub_issues: dict[int, SubIssue] = {}

    def act_by(self, username: str, story_day: date, order: int) -> Act:
        """An act of a person on a day of the story, entered in office hours of that day."""
        day = story_day + self.shift
        moment = min(timezone.make_aware(datetime.combine(day, time(9))) + timedelta(minutes=order * 7), self.now)
        return Act(self.cast.users[username], day, lambda: moment)

    def play(self, scenes: Iterable[Scene]) -> None:
        """Acts the scenes in the order of their days."""
        for scene in sorted(scenes, key=lambda scene: (scene.on, scene.order, scene.subject)):
            getattr(self, f"_{scene.kind}")(scene)

    def _lead(self, scene: Scene) -> str:
        return self.measures[scene.subject].lead_department.key

    def _on_measure(self, service: Any, username: str, scene: Scene, data: Mapping[str, Any]) -> None:
        measure = self.measures[scene.subject]
        after = service(self.act_by(username, scene.on, scene.order), measure.pk, {"version": measure.version, **data})
        measure.version = after.version

    def _report(self, scene: Scene) -> None:
        self._on_measure(services.report_progress, f"liaison-{self._lead(scene)}", scene, scene.facts)

    def _complete(self, scene: Scene) -> None:
        self._on_measure(services.complete, f"liaison-{self._lead(scene)}", scene, scene.facts)

    def _evidence(self, scene: Scene) -> None:
        measure = self.measures[scene.subject]
        act = self.act_by(f"liaison-{self._lead(scene)}", scene.on, scene.order)
        title = scene.facts["title"]
        text = f"{title}\n\n整改措施：{measure.content}\n完成日期：{act.on}\n（演示用佐证材料）\n"
        file = SimpleUploadedFile(f"{measure.number} 佐证材料.txt", text.encode(), "text/plain")
        add_evidence(act, measure.pk, {"title": title[:200], "kind": "document"}, file)

    def _request(self, scene: Scene) -> None:
        self._on_measure(closing.request_closure, f"liaison-{self._lead(scene)}", scene, scene.facts)

    def _signer(self, scene: Scene, department: str, leader: str) -> str:
        names = {"head": f"head-{department}", "office": "office", "leader": f"leader-{leader}"}
        return {**names, "chair": "leader-secretary"}[scene.facts["signer"]]

    def _sign(self, scene: Scene) -> None:
        leader = self.measures[scene.subject].responsible_leader.key
        username = self._signer(scene, self._lead(scene), leader)
        self._on_measure(closing.sign, username, scene, {"comment": "同意销号。"})

    def _return(self, scene: Scene) -> None:
        leader = self.measures[scene.subject].responsible_leader.key
        username = self._signer(scene, self._lead(scene), leader)
        self._on_measure(closing.return_for_rework, username, scene, {"reason": scene.facts["reason"]})

    def _shifted(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a scene with the story's days as the round's, in the form in which acts take them."""
        return {
            name: (value + self.shift).isoformat() if isinstance(value, date) else value
            for name, value in facts.items()
        }

    def _ask_extension(self, scene: Scene) -> None:
        data = self._shifted(scene.facts)
        self._on_measure(deadlines.request_extension, f"liaison-{self._lead(scene)}", scene, data)

    def _ask_long_term(self, scene: Scene) -> None:
        data = self._shifted(scene.facts)
        self._on_measure(deadlines.request_long_term, f"liaison-{self._lead(scene)}", scene, data)

    def _sign_extension(self, scene: Scene) -> None:
        self._sign_deadline(deadline_signing.sign_extension, Extension, scene)

    def _sign_long_term(self, scene: Scene) -> None:
        self._sign_deadline(deadline_signing.sign_long_term, LongTermRequest, scene)

    def _sign_deadline(self, service: Any, requests: Any, scene: Scene) -> None:
        measure = self.measures[scene.subject]
        username = self._signer(scene, self._lead(scene), measure.responsible_leader.key)
        request = requests.objects.get(measure=measure, outcome=Outcome.PENDING)
        data = {"version": request.version, "comment": "同意。"}
        service(self.act_by(username, scene.on, scene.order), request.pk, data)
        measure.refresh_from_db(fields=["version"])

    def _on_sub_issue(self, service: Any, username: str, scene: Scene, data: Mapping[str, Any]) -> None:
        sub_issue = self.sub_issues[scene.subject]
        after = service(
            self.act_by(username, scene.on, scene.order), sub_issue.pk, {"version": sub_issue.version, **data}
        )
        sub_issue.version = after.version

    def _accept_request(self, scene: Scene) -> None:
        closed = scene.facts["result"] == "closed"
        note = "全部整改措施已销号，申请验收。" if closed else "集中整改任务已完成，申请验收并持续推进。"
        username = f"liaison-{self.sub_issues[scene.subject].lead_department.key}"
        self._on_sub_issue(closure.request_acceptance, username, scene, {"note": note, **scene.facts})

    def _accept_sign(self, scene: Scene) -> None:
        sub_issue = self.sub_issues[scene.subject]
        username = self._signer(scene, sub_issue.lead_department.key, sub_issue.responsible_leader.key)
        self._on_sub_issue(closure.sign_acceptance, username, scene, {"comment": "同意。"})
