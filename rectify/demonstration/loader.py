"""Loads the demonstration: one real round as it was, and a twin of it whose feedback was given five weeks ago."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from issues.models import Finding, Round, SpecialPlan
from issues.plan import (
    NewHeading,
    NewRound,
    NewSubIssue,
    create_round,
    draft_sub_issues,
    enter_feedback,
    publish_notice,
)
from measures.plan import NewMeasure, approve_plan, draft_measures, set_closing_defaults

from .deadline_scenes import deadline_scenes, long_going, moved_on
from .milestones import meet_milestones, set_milestones
from .people import add_substitute, draw_passwords, give_passwords, keep_sign_ins, make_cast
from .second_look import play_with_second_look
from .stage import Stage
from .story import LONG_TERM_REVIEW, Calendar, Part, Scene, acceptance_scenes, closing_scenes, measures_of, scenes_of
from .supervision_scenes import SUPERVISION_ACTS
from .weeks import DispatchStage, week_scenes

SOURCE = Path(__file__).parent / "data" / "liaoning-2021.yaml"
TWIN_AGE = timedelta(weeks=5)
RETURN_REASONS = ("佐证材料不完整，请补充会议纪要和印发文件。", "完成情况与措施内容不一致，请补充说明后重新申请。")


@transaction.atomic
def load_demo(today: date, now: datetime) -> bool:
    """Loads both rounds through the services, in one transaction.

    Args:
        today: the day on which the twin stands in its sixth week.
        now: the present moment; nothing is recorded later than it.

    Returns:
        False where a round is there already; nothing is changed then.
    """
    if Round.objects.exists():
        return False
    ledger = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    with ThreadPoolExecutor(max_workers=1) as pool:
        passwords = draw_passwords(pool)
        cast = make_cast(ledger)
        add_substitute(cast, today)
        feedback_on = ledger["round"]["feedback_on"]
        _load_round(Stage(cast, Round(), timedelta(0), now), ledger, "", None)
        twin = DispatchStage(cast, Round(), today - TWIN_AGE - feedback_on, now)
        _load_round(twin, ledger, "（当前演示）", feedback_on + TWIN_AGE)
        shown = give_passwords(cast, passwords)
    transaction.on_commit(lambda: keep_sign_ins(shown))
    return True


def _sub_issues(ledger: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        sub_issue
        for area in ledger["areas"]
        for group in area["groups"]
        for item in group["items"]
        for sub_issue in item["sub_issues"]
    ]


def _headings(ledger: Mapping[str, Any]) -> list[NewHeading]:
    return [
        NewHeading(
            area["title"],
            children=[
                NewHeading(group["title"], findings=[item["title"] for item in group["items"]])
                for group in area["groups"]
            ],
        )
        for area in ledger["areas"]
    ]


def _load_round(stage: Stage, ledger: Mapping[str, Any], suffix: str, story_today: date | None) -> None:
    """One round.

    Args:
        stage: where it is played, empty yet.
        story_today: the story's day on which the twin stands; None for the round as it was.
    """
    facts = ledger["round"]
    parts = measures_of(_sub_issues(ledger))
    if story_today is not None:
        parts = _with_pressing_deadlines(parts, story_today, stage.shift)
    _draft(stage, ledger, suffix, parts)
    set_milestones(stage, facts)
    ends_on = story_today or facts["notice_on"]
    calendar = Calendar(
        facts["feedback_on"], facts["intensive_period"]["end"], facts["notice_on"], ends_on, stage.shift
    )
    scenes = [scene for part in parts for scene in scenes_of(part, calendar)]
    for number, sub_issue in enumerate(_sub_issues(ledger), start=1):
        scenes += acceptance_scenes(number, sub_issue, facts["acceptance_on"])
    if story_today is not None:
        under_way = {part.position for part in _under_way(parts, story_today)}
        # What is on its way to closed is not reported on any more.
        ends = {True: story_today - timedelta(days=7), False: story_today}
        on_measures = ("report", "complete", "evidence", "request", "sign")
        scenes = [s for s in scenes if s.on <= ends[s.kind in on_measures and s.subject in under_way]]
        # What moved to long term is reviewed, no longer reported on.
        moved, since = long_going(parts).position, moved_on(story_today)
        scenes = [s for s in scenes if s.kind != "report" or s.subject != moved or s.on < since]
        scenes += _scenes_under_way(parts, story_today)
        scenes += deadline_scenes(parts, under_way, story_today, calendar)
        scenes += week_scenes(facts, story_today, stage.shift)
        meet_milestones(stage, facts["mobilization_on"], story_today)
        play_with_second_look(stage, scenes, story_today, SUPERVISION_ACTS)
    else:
        meet_milestones(stage, facts["mobilization_on"], facts["intensive_period"]["end"])
        stage.play(scenes)
        _publish(stage, facts)


def _publish(stage: Stage, facts: Mapping[str, Any]) -> None:
    """The public notice goes out, which was the last milestone."""
    act = stage.act_by("office", facts["notice_on"], 50)
    stage.round.refresh_from_db()
    publish_notice(act, stage.round.pk, {"version": stage.round.version, "notice_on": facts["notice_on"].isoformat()})
    meet_milestones(stage, facts["mobilization_on"], facts["notice_on"])


def _draft(stage: Stage, ledger: Mapping[str, Any], suffix: str, parts: list[Part]) -> None:
    """The round up to its approved plan."""
    facts = ledger["round"]
    period = facts["intensive_period"]
    new = NewRound(
        title=facts["title"] + suffix,
        feedback_on=facts["feedback_on"] + stage.shift,
        session=facts["session"],
        inspecting_team=facts["inspecting_team"],
        intensive_from=period["start"] + stage.shift,
        intensive_until=period["end"] + stage.shift,
        declared=facts["counts"],
    )
    act = stage.act_by("office", facts["feedback_on"], 0)
    stage.round = create_round(act, stage.cast.organization, new)
    set_closing_defaults(stage.round)
    findings = enter_feedback(stage.act_by("office", facts["feedback_on"], 1), stage.round, _headings(ledger))
    _draft_sub_issues(stage, ledger, findings, parts)
    _draft_measures(stage, ledger, parts)
    stage.round.refresh_from_db()
    approval = {"meeting": "党组（扩大）会议", "approved_on": (facts["mobilization_on"] + stage.shift).isoformat()}
    act = stage.act_by("office", facts["mobilization_on"], 0)
    stage.round = approve_plan(act, stage.round.pk, {"version": stage.round.version, **approval})


def _deadline_of(row: Mapping[str, Any], own: list[Part]) -> tuple[date | None, bool]:
    """A sub-issue's deadline and whether it is assumed: where the source gives none, that of its last measure."""
    if "due" in row:
        return row["due"], False
    days = [part.due_on for part in own if part.due_on is not None and part.kind != "long_term"]
    return max(days, default=None), bool(days)


def _draft_sub_issues(stage: Stage, ledger: Mapping[str, Any], findings: list[Finding], parts: list[Part]) -> None:
    plans = {
        row["key"]: SpecialPlan.objects.create(round=stage.round, key=row["key"], title=row["title"])
        for row in ledger["special_plans"]
    }
    items = [item for area in ledger["areas"] for group in area["groups"] for item in group["items"]]
    drafts: list[NewSubIssue] = []
    for finding, item in zip(findings, items, strict=True):
        for row in item["sub_issues"]:
            due_on, assumed = _deadline_of(row, [part for part in parts if part.sub_issue == len(drafts) + 1])
            drafts.append(
                NewSubIssue(
                    finding=finding,
                    number=str(len(drafts) + 1),
                    position=len(drafts) + 1,
                    title=row["title"],
                    kind=row["category"],
                    responsible_leader=stage.cast.leaders[row["leader"]],
                    lead_department=stage.cast.departments[row["lead"]],
                    due_on=due_on + stage.shift if due_on else None,
                    due_assumed=assumed,
                    disclosed=row["disclosed"],
                    special_plan=plans.get(row.get("plan", "")),
                )
            )
    act = stage.act_by("office", ledger["round"]["feedback_on"], 2)
    for sub_issue in draft_sub_issues(act, stage.round, drafts):
        stage.sub_issues[sub_issue.position] = sub_issue


def _draft_measures(stage: Stage, ledger: Mapping[str, Any], parts: list[Part]) -> None:
    act = stage.act_by("office", ledger["round"]["feedback_on"], 3)
    for number, sub_issue in stage.sub_issues.items():
        own = [part for part in parts if part.sub_issue == number]
        for part, measure in zip(own, draft_measures(act, sub_issue, [_draft_of(stage, p) for p in own]), strict=True):
            stage.measures[part.position] = measure


def _draft_of(stage: Stage, part: Part) -> NewMeasure:
    parent, long_term = part.parent, part.kind == "long_term"
    return NewMeasure(
        number=f"{part.sub_issue}-{part.serial}",
        position=part.serial,
        content=part.row["text"],
        kind=part.kind,
        responsible_leader=stage.cast.leaders[parent["leader"]],
        lead_department=stage.cast.departments[parent["lead"]],
        responsible_departments=[stage.cast.departments[key] for key in parent["with"]],
        due_on=part.due_on + stage.shift if part.due_on and not long_term else None,
        due_assumed=part.due_assumed and not long_term,
        stage_goal=part.row.get("result") or "每季度调度一次，持续巩固" if long_term else "",
        review_on=LONG_TERM_REVIEW + stage.shift if long_term else None,
        document=part.row.get("document", ""),
    )


def _open_then(parts: list[Part], story_today: date) -> list[Part]:
    """Measures of the twin that are not done yet on its day, those nearest to done first."""
    open_parts = [part for part in parts if part.done_on and part.done_on > story_today]
    return sorted(open_parts, key=lambda part: (part.done_on, part.position))


def _under_way(parts: list[Part], story_today: date) -> list[Part]:
    """The five that are on their way to closed: two were returned, three wait for a signature."""
    nearest = _open_then(parts, story_today)
    roads = [part for part in nearest if part.parent["lead"] == "road"][:2]
    return roads + [part for part in nearest if part not in roads][: 5 - len(roads)]


def _with_pressing_deadlines(parts: list[Part], story_today: date, shift: timedelta) -> list[Part]:
    """Gives eight open measures of the twin deadlines that press: three late, five due this week."""
    under_way = _under_way(parts, story_today)
    chosen = [part for part in reversed(_open_then(parts, story_today)) if part not in under_way][:8]
    left_in_week = 6 - (story_today + shift).weekday()
    days = [story_today - timedelta(days=late) for late in (9, 5, 2)]
    days += [story_today + timedelta(days=min(ahead, left_in_week)) for ahead in range(5)]
    new = {part.position: day for part, day in zip(chosen, days, strict=True)}
    return [
        replace(part, due_on=new[part.position], due_assumed=True) if part.position in new else part for part in parts
    ]


def _scenes_under_way(parts: list[Part], story_today: date) -> list[Scene]:
    """Requests on their way in the twin: the first two returned by the office, the others waiting for each signer."""
    scenes: list[Scene] = []
    stops = ("return", "return", "head", "office", "leader")
    for nth, (part, stop) in enumerate(zip(_under_way(parts, story_today), stops, strict=True)):
        asked_on = story_today - timedelta(days=6 - nth)
        for scene in closing_scenes(part, asked_on, asked_on):
            if scene.kind == "sign" and (scene.facts["signer"] == stop or (stop == "return" and scene.order > 23)):
                break
            scenes.append(replace(scene, order=scene.order + 30))
        if stop == "return":
            facts = {"signer": "office", "reason": RETURN_REASONS[nth]}
            scenes.append(Scene(asked_on + timedelta(days=1), 30, "return", part.position, facts))
    return scenes
