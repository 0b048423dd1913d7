"""The dashboards over the API: a round's figures, its course, who answers for what, how it was reported."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.api import DAYS
from issues.models import Round
from issues.scope import named_round
from measures.figures.round import round_figures
from measures.figures.trend import trend
from rectify.web import clock
from rectify.web.lists import require_known
from rectify.web.moments import Moment, read_moment

from .figures.dashboard import round_dashboard
from .figures.histories import loads
from .figures.owners import owners
from .figures.reporting import reporting_map
from .live import SINCE, revision

POLLED = OpenApiParameter(
    SINCE, str, description="The revision that is known already: 204 where nothing changed since then."
)
UNCHANGED = OpenApiResponse(description="Nothing changed since the revision.")
KNOWN = {"round", "as_of", "known_at", SINCE}


class DashboardView(APIView):
    """One dashboard of one round, as of a day; answers 204 to who has this revision already."""

    def get(self, request: Request) -> Response:
        require_known(request.query_params, {*KNOWN, *self.further()})
        round_ = named_round(request.user, clock.today(), request.query_params)
        moment = read_moment(request.query_params, clock.today(), round_.feedback_on)
        present = revision(round_, moment)
        if request.query_params.get(SINCE, "") == present:
            return Response(status=204)
        return Response(self.told(round_, moment, request) | {"revision": present})

    def further(self) -> set[str]:
        """The parameters that this dashboard takes beside the round and the days."""
        return set()

    def told(self, round_: Round, moment: Moment, request: Request) -> dict[str, Any]:
        """What is answered."""
        raise NotImplementedError


def of_moment(round_: Round, moment: Moment) -> dict[str, Any]:
    """What every dashboard says of its round and day."""
    return {"round": round_.pk, "as_of": moment.on, "known_at": moment.known_on or moment.today}


class OfMomentSerializer(serializers.Serializer):
    """A round and a day."""

    round = serializers.IntegerField()
    as_of = serializers.DateField()
    known_at = serializers.DateField()
    revision = serializers.CharField(help_text="to be sent back as `since`")


class RoundDashboardSerializer(OfMomentSerializer):
    """A round's figures. Each status figure equals the count of the list with the same round, status and days."""

    sub_issues = serializers.DictField(child=serializers.IntegerField())
    measures = serializers.DictField(child=serializers.IntegerField())
    done = serializers.IntegerField(help_text="completed, under review or closed")
    overdue = serializers.IntegerField(help_text="not settled, current deadline before the day")
    overdue_original = serializers.IntegerField(help_text="not settled, original deadline before the day")
    due_in_10_days = serializers.IntegerField()
    due_in_20_days = serializers.IntegerField()
    behind = serializers.IntegerField(help_text="not done, and less far than even progress would be")
    sub_issues_overdue = serializers.IntegerField(help_text="by the sub-issues' own deadlines")
    superior = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="sub-issues accepted or sent_back by the superior; none: neither yet",
    )
    by_department = serializers.ListField(child=serializers.DictField())
    by_leader = serializers.ListField(child=serializers.DictField())
    by_kind = serializers.ListField(child=serializers.DictField())
    by_heading = serializers.ListField(child=serializers.DictField())
    waiting = serializers.DictField(help_text="closures and acceptances under review, and for how many days")
    outcomes = serializers.DictField(child=serializers.CharField(), help_text="of closed measures, in their units")
    reported = serializers.DictField(allow_null=True, help_text="the newest week's lines")
    milestone = serializers.DictField(allow_null=True, help_text="the next one not reached")
    since = serializers.DictField(allow_null=True, help_text="changes since the last frozen week before the day")
    declared = serializers.DictField()
    digest = serializers.CharField(help_text="over the heads of all chains of the round's history")


class RoundDashboardView(DashboardView):
    """The figures of one round."""

    @extend_schema(parameters=[*DAYS, POLLED], responses={200: RoundDashboardSerializer, 204: UNCHANGED})
    def get(self, request: Request) -> Response:
        """A round's figures, in the present or as of a past day."""
        return super().get(request)

    def told(self, round_: Round, moment: Moment, request: Request) -> dict[str, Any]:
        return round_dashboard(round_, moment).as_json()


class OwnersSerializer(OfMomentSerializer):
    """Departments or leaders, what hurts most first."""

    results = serializers.ListField(child=serializers.DictField())
    digest = serializers.CharField()


class OwnersView(DashboardView):
    """Who answers for what; `groups` says whether departments or leaders."""

    groups = "by_department"

    def told(self, round_: Round, moment: Moment, request: Request) -> dict[str, Any]:
        figures = round_figures(round_, moment)
        weeks = loads(round_, moment, self.groups)
        results = [
            {
                **owner.figures,
                "open": owner.open,
                "weeks": [{**asdict(load), "week": str(load.week)} for load in weeks.get(owner.key, [])],
            }
            for owner in owners(getattr(figures, self.groups), None)
        ]
        return {**of_moment(round_, moment), "results": results, "digest": figures.digest}


class DepartmentsView(OwnersView):
    @extend_schema(parameters=[*DAYS, POLLED], responses={200: OwnersSerializer, 204: UNCHANGED})
    def get(self, request: Request) -> Response:
        """The departments that lead measures, with their load when each of the last weeks was frozen."""
        return super().get(request)


class LeadersView(OwnersView):
    groups = "by_leader"

    @extend_schema(parameters=[*DAYS, POLLED], responses={200: OwnersSerializer, 204: UNCHANGED})
    def get(self, request: Request) -> Response:
        """The leaders who answer for measures, with their load when each of the last weeks was frozen."""
        return super().get(request)


class PointSerializer(serializers.Serializer):
    on = serializers.DateField()
    planned = serializers.IntegerField(help_text="measures whose original deadline has come")
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    closed = serializers.IntegerField()
    sustained = serializers.IntegerField()
    sub_issues_closed = serializers.IntegerField()
    sub_issues_sustained = serializers.IntegerField()


class TrendSerializer(OfMomentSerializer):
    """The completion curve."""

    points = PointSerializer(many=True, help_text="the feedback day, each day with a change, the day that is shown")
    due = serializers.ListField(child=serializers.DateField(), help_text="every original deadline, later ones too")


class TrendView(DashboardView):
    @extend_schema(parameters=[*DAYS, POLLED], responses={200: TrendSerializer, 204: UNCHANGED})
    def get(self, request: Request) -> Response:
        """Done and closed against the plan since the feedback day."""
        return super().get(request)

    def told(self, round_: Round, moment: Moment, request: Request) -> dict[str, Any]:
        course = trend(round_, moment, round_figures(round_, moment).rows)
        points = [{**asdict(point), "planned": course.planned(point.on)} for point in course.points]
        return {**of_moment(round_, moment), "points": points, "due": course.due}


class ReportingSerializer(OfMomentSerializer):
    """The reporting map."""

    weeks = serializers.ListField(child=serializers.DictField())
    departments = serializers.ListField(child=serializers.DictField())


class ReportingView(DashboardView):
    @extend_schema(parameters=[*DAYS, POLLED], responses={200: ReportingSerializer, 204: UNCHANGED})
    def get(self, request: Request) -> Response:
        """How each department reported in each week: lines on time, late, missing, returned, exempt."""
        return super().get(request)

    def told(self, round_: Round, moment: Moment, request: Request) -> dict[str, Any]:
        found = reporting_map(round_, moment)
        names = {week.pk: str(week.week) for week in found.weeks}
        weeks = [
            {"week": str(week.week), "dispatch": week.pk, "open": week.is_open, "skipped": week.skipped}
            for week in found.weeks
        ]
        departments = [
            {
                "id": row.pk,
                "key": row.key,
                "name": row.name,
                "weeks": {names[pk]: counts for pk, counts in row.weeks.items()},
            }
            for row in found.rows
        ]
        return {**of_moment(round_, moment), "weeks": weeks, "departments": departments}
