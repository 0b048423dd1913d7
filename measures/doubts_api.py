"""Signs of paper rectification over the API, for auditors."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from issues.models import Round
from issues.scope import named_round
from rectify.organization.posts import Posts
from rectify.web import clock
from rectify.web.lists import MAX_PAGE_SIZE, BoundedPagination, require_known
from rectify.workflow.refusals import Forbidden, Invalid

from .doubts import DOUBTS, Place, Sign, counts
from .look_back.parties import audits


class DoubtSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=list(DOUBTS))
    label = serializers.CharField()  # type: ignore[assignment]
    meaning = serializers.CharField()
    count = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer):
    measure = serializers.IntegerField()
    measure_number = serializers.CharField()
    lead_department_name = serializers.CharField()
    entry = serializers.IntegerField(allow_null=True, help_text="sequence of the row of the measure's history")
    evidence = serializers.IntegerField(allow_null=True)


class SignSerializer(serializers.Serializer):
    words = serializers.CharField(help_text="what was seen")
    places = PlaceSerializer(many=True)
    more = serializers.IntegerField(help_text="in how many further places")


class DoubtsSerializer(serializers.Serializer):
    """Every kind of sign with its count; with `kind` the signs of that kind, page by page. Hints, no judgements."""

    round = serializers.IntegerField()
    kinds = DoubtSerializer(many=True)
    kind = serializers.CharField(allow_null=True)
    count = serializers.IntegerField()
    count_exact = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SignSerializer(many=True)


def require_auditor(posts: Posts, round_: Round) -> None:
    """Raises Forbidden for everybody who is no auditor of the round's organisation or of the one above it."""
    if not audits(posts, round_.organization):
        raise Forbidden(_("Signs of paper rectification are for inspection auditors."))


def _place_row(place: Place) -> dict[str, Any]:
    measure = place.measure
    return {
        "measure": measure.pk,
        "measure_number": measure.number,
        "lead_department_name": measure.lead_department.name,
        "entry": place.entry,
        "evidence": place.evidence,
    }


def _sign_row(sign: Sign) -> dict[str, Any]:
    return {"words": sign.words, "places": [_place_row(place) for place in sign.places], "more": sign.more}


class DoubtsView(APIView):
    """Where an auditor looks first."""

    @extend_schema(
        parameters=[
            OpenApiParameter("round", int, required=True),
            OpenApiParameter("kind", str, enum=list(DOUBTS)),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}),
        ],
        responses=DoubtsSerializer,
    )
    def get(self, request: Request) -> Response:
        """The signs of paper rectification in a round, counted by kind; those of one kind in words."""
        round_ = named_round(request.user, clock.today(), request.query_params)
        require_auditor(Posts.of(request.user, clock.today()), round_)
        require_known(request.query_params, ("round", "kind"))
        kind = request.query_params.get("kind", "") or None
        if kind is not None and kind not in DOUBTS:
            raise Invalid(errors={"kind": [_("One of: %(names)s.") % {"names": ", ".join(DOUBTS)}]})
        return Response({"round": round_.pk, "kinds": _kinds(round_), "kind": kind, **_signs(request, round_, kind)})


def _kinds(round_: Round) -> list[dict[str, Any]]:
    return [
        {"kind": doubt.kind, "label": str(doubt.label), "meaning": str(doubt.meaning), "count": number}
        for doubt, number in counts(round_)
    ]


def _signs(request: Request, round_: Round, kind: str | None) -> dict[str, Any]:
    """A page of the signs of a kind; an empty one where none is named."""
    pages = BoundedPagination()
    if kind is None:
        pages.paginate_list([], request)
        return pages.get_paginated_response([]).data
    doubt = DOUBTS[kind]
    rows = pages.paginate_queryset(doubt.rows(round_), request)
    return pages.get_paginated_response([_sign_row(sign) for sign in doubt.told(round_, rows)]).data
