"""Signs of paper rectification (纸面整改), for auditors: what looks as if it was done on paper alone.

Each sign is a hint where to look first, no judgement: much of it has a good reason. They are rules over what is known
today, asked of the database, so that a sign's count and its rows cannot disagree.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Length, Replace, RowNumber, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from issues.models import Round
from rectify.workflow.signing import Outcome

from .models import ClosureRequest, Evidence, Measure, MeasureHistory
from .services import REPORTS
from .states import DONE, MeasureStatus

FAST = timedelta(days=1)
LATE = timedelta(days=7)
SHORTEST_TEXT = 10
SHOWN_TEXT = 60
NAMED_PLACES = 12
COMPLETING, UNDOING = ("complete", "request_closure"), ("return", "reopen")
WHITE_SPACE = (" ", "\t", "\n", "\r", "\u00a0", "\u3000")


@dataclass(frozen=True)
class Place:
    """Where a sign was seen.

    Args:
        entry: the sequence of the row of history, where it is one.
        evidence: the id of the piece of evidence, where it is one.
    """

    measure: Measure
    entry: int | None = None
    evidence: int | None = None


@dataclass(frozen=True)
class Sign:
    """One row of a list of signs.

    Args:
        words: what was seen.
        places: where, the first of them where there are many.
        more: in how many further places.
    """

    words: str
    places: Sequence[Place]
    more: int = 0

    @property
    def measure(self) -> Measure:
        return self.places[0].measure


@dataclass(frozen=True)
class Doubt:
    """One kind of sign.

    Args:
        rows: those of a round; to be counted and sliced.
        one: the column that tells them apart.
        told: rows of a slice in words.
    """

    kind: str
    label: Any
    meaning: Any
    rows: Callable[[Round], Any]
    told: Callable[[Round, Iterable[Any]], list[Sign]]
    one: str = "pk"


class RowCount(Subquery):
    """How many rows a query has, as a value within another one."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) item)"
    output_field = IntegerField()


def counts(round_: Round) -> list[tuple[Doubt, int]]:
    """Every kind with the number of its signs in a round: one statement."""
    numbers = [RowCount(doubt.rows(round_).order_by().values(doubt.one)) for doubt in DOUBTS.values()]
    return list(zip(DOUBTS.values(), Round.objects.filter(pk=round_.pk).values_list(*numbers).get(), strict=True))


def _late_evidence(round_: Round) -> Any:
    """Evidence of measures that are done, dated or uploaded after they were; what answers a remark must be later.

    Done is what the first report of completion says, or the first request, since the measure was last sent back.
    """
    of_measure = MeasureHistory.objects.filter(measure=OuterRef(OuterRef("measure")), action__in=UNDOING)
    undone = Coalesce(Subquery(of_measure.order_by("-sequence").values("sequence")[:1]), 0)
    done = MeasureHistory.objects.filter(measure=OuterRef("measure"), action__in=COMPLETING, sequence__gt=undone)
    return (
        Evidence.objects.standing()
        .filter(answers__isnull=True)
        .filter(measure__sub_issue__round=round_, measure__status__in=DONE)
        .annotate(completed_on=Subquery(done.order_by("sequence").values("happened_on")[:1]))
        .filter(Q(uploaded_on__gt=F("completed_on")) | Q(dated_on__gt=F("completed_on")))
        .select_related("measure__lead_department")
        .order_by("measure__sub_issue__position", "measure__position", "pk")
    )


def _tell_late_evidence(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    def words(file: Any) -> str:
        days = {"completed": file.completed_on, "title": file.title}
        if file.uploaded_on > file.completed_on:
            said = _("completed %(completed)s, evidence “%(title)s” uploaded %(uploaded)s")
            return said % {**days, "uploaded": file.uploaded_on}
        return _("completed %(completed)s, evidence “%(title)s” dated %(dated)s") % {**days, "dated": file.dated_on}

    return [Sign(words(file), [Place(file.measure, evidence=file.pk)]) for file in rows]


def _late_entries(round_: Round) -> Any:
    return (
        MeasureHistory.objects.filter(sub_issue__round=round_)
        .annotate(entered_on=TruncDate("recorded_at"))
        .filter(entered_on__gt=ExpressionWrapper(F("happened_on") + LATE, output_field=DateField()))
        .select_related("measure__lead_department")
        .order_by("measure__sub_issue__position", "measure__position", "sequence")
    )


def _tell_late_entries(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    said = _("happened %(happened)s, entered %(entered)s")
    return [
        Sign(said % {"happened": row.happened_on, "entered": row.entered_on}, [Place(row.measure, entry=row.sequence)])
        for row in rows
    ]


def _reports(round_: Round) -> Any:
    """The reports that count, each with its `text` without white space, those of a few words left out."""
    text: Any = KeyTextTransform("work_done", KeyTextTransform("new", "payload"))
    for space in WHITE_SPACE:
        text = Replace(text, Value(space), Value(""), output_field=TextField())
    reports = MeasureHistory.objects.filter(sub_issue__round=round_, action__in=REPORTS).counting().order_by()
    return reports.annotate(text=text).annotate(letters=Length("text")).filter(letters__gte=SHORTEST_TEXT)


def _same_texts(round_: Round) -> Any:
    """Texts that stand in several reports, with how many of them there are, and of how many measures."""
    found = _reports(round_).values("text").annotate(times=Count("pk"), measures=Count("measure", distinct=True))
    return found.filter(times__gt=1).order_by("-times", "text")


def _tell_same_texts(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    """Each text with the first places where it stands: one statement for all of them."""
    listed = list(rows)
    in_order = ("sub_issue__position", "measure__position", "sequence")
    nth = Window(RowNumber(), partition_by=[F("text")], order_by=[F(name).asc() for name in in_order])
    reports = _reports(round_).filter(text__in=[row["text"] for row in listed]).annotate(nth=nth)
    reports = reports.filter(nth__lte=NAMED_PLACES).select_related("measure__lead_department").order_by("nth")
    places: dict[str, list[Place]] = {}
    for report in reports if listed else ():
        places.setdefault(report.text, []).append(Place(report.measure, entry=report.sequence))
    return [Sign(_same_words(row), places[row["text"]], row["times"] - len(places[row["text"]])) for row in listed]


def _same_words(row: Mapping[str, Any]) -> str:
    text = row["text"] if len(row["text"]) <= SHOWN_TEXT else f"{row['text'][:SHOWN_TEXT]}…"
    facts = {"times": row["times"], "measures": row["measures"], "text": text}
    if row["measures"] == 1:
        return _("%(times)d reports of this measure say the same: “%(text)s”") % facts
    return _("%(times)d reports of %(measures)d measures say the same: “%(text)s”") % facts


def _extended_twice(round_: Round) -> Any:
    return (
        Measure.objects.filter(sub_issue__round=round_)
        .annotate(times=Count("extensions", filter=Q(extensions__outcome=Outcome.PASSED)))
        .filter(times__gte=2)
        .select_related("lead_department")
        .order_by("sub_issue__position", "position")
    )


def _tell_extended_twice(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    def words(measure: Any) -> str:
        said = ngettext(
            "extended %(times)d time, from %(first)s to %(now)s",
            "extended %(times)d times, from %(first)s to %(now)s",
            measure.times,
        )
        return said % {"times": measure.times, "first": measure.original_due_on, "now": measure.due_on}

    return [Sign(words(measure), [Place(measure)]) for measure in rows]


def _fast_closures(round_: Round) -> Any:
    return (
        ClosureRequest.objects.filter(measure__sub_issue__round=round_, outcome=Outcome.PASSED)
        .filter(ended_on__lte=ExpressionWrapper(F("asked_on") + FAST, output_field=DateField()))
        .filter(measure__status=MeasureStatus.CLOSED)
        .select_related("measure__lead_department")
        .order_by("measure__sub_issue__position", "measure__position", "pk")
    )


def _tell_fast_closures(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    said = _("asked %(asked)s, closed %(closed)s")
    return [Sign(said % {"asked": row.asked_on, "closed": row.ended_on}, [Place(row.measure)]) for row in rows]


def _without_evidence(round_: Round) -> Any:
    standing = Evidence.objects.standing().filter(measure=OuterRef("pk"))
    closed = Measure.objects.filter(~Exists(standing), sub_issue__round=round_, status=MeasureStatus.CLOSED)
    return closed.select_related("lead_department").order_by("sub_issue__position", "position")


def _tell_without_evidence(round_: Round, rows: Iterable[Any]) -> list[Sign]:
    said = _("closed %(closed)s, no evidence stands")
    return [Sign(said % {"closed": measure.closed_on}, [Place(measure)]) for measure in rows]


DOUBTS: Mapping[str, Doubt] = {
    doubt.kind: doubt
    for doubt in (
        Doubt(
            "late_evidence",
            gettext_lazy("Evidence later than completion"),
            gettext_lazy("Evidence that is dated or was uploaded after the measure was reported as completed."),
            _late_evidence,
            _tell_late_evidence,
        ),
        Doubt(
            "late_entry",
            gettext_lazy("Entered more than 7 days later"),
            gettext_lazy("Entries that were made more than 7 days after what they tell of."),
            _late_entries,
            _tell_late_entries,
        ),
        Doubt(
            "same_text",
            gettext_lazy("Same text in several reports"),
            gettext_lazy("Reports of 10 characters or more that say the same word for word, white space left aside."),
            _same_texts,
            _tell_same_texts,
            "text",
        ),
        Doubt(
            "extended_twice",
            gettext_lazy("Extended twice or more"),
            gettext_lazy("Measures whose deadline was moved by two approved requests or more."),
            _extended_twice,
            _tell_extended_twice,
        ),
        Doubt(
            "fast_closure",
            gettext_lazy("Closed within a day of the request"),
            gettext_lazy("Closures on which everybody had signed on the day of the request or the day after."),
            _fast_closures,
            _tell_fast_closures,
        ),
        Doubt(
            "no_evidence",
            gettext_lazy("Closed without evidence"),
            gettext_lazy("Closed measures none of whose evidence stands: it was withdrawn, or there never was any."),
            _without_evidence,
            _tell_without_evidence,
        ),
    )
}
