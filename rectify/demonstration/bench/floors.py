# ruff: noqa: S608 -- the statements are put together from the constants of this file alone
"""The floor: each operation's work as hand-written SQL through psycopg2 on a connection that is kept open."""

from datetime import date
from typing import Any

ROWS = """
SELECT m.id, m.version, m.number, m.content, m.sub_issue_id, s.round_id, m.kind, m.status, m.progress, m.due_on,
       m.original_due_on, m.due_assumed, m.started_on, m.closed_on, m.responsible_leader_id, l.title,
       m.lead_department_id, d.name, m.work_done, m.next_step, m.difficulty, m.reported_on, m.document, m.stage_goal,
       m.review_on, r.organization_id, o.parent_id,
       ARRAY(SELECT x.department_id FROM measures_measure_responsible_departments x WHERE x.measure_id = m.id),
       q.asked_by_id, q.chain,
       CASE WHEN q.id IS NOT NULL
            THEN ARRAY(SELECT g.signer_id FROM measures_closuresignature g WHERE g.request_id = q.id) END
FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id
JOIN issues_round r ON r.id = s.round_id
JOIN organization_organization o ON o.id = r.organization_id
JOIN organization_leader l ON l.id = m.responsible_leader_id
JOIN organization_department d ON d.id = m.lead_department_id
LEFT JOIN measures_closurerequest q ON q.measure_id = m.id AND q.outcome = 'pending'
"""
OPEN = "('not_started', 'in_progress', 'completed', 'in_review')"
DETAIL = f"{ROWS} WHERE m.id = %s"
ROUND_LIST = f"{ROWS} WHERE s.round_id = %s AND m.status IN {OPEN} ORDER BY m.due_on, m.id LIMIT 50"
ROUND_COUNT = f"""
SELECT COUNT(*) FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id
WHERE s.round_id = %s AND m.status IN {OPEN}
"""
DEPARTMENT_LIST = f"""{ROWS} WHERE m.lead_department_id = %s AND m.status NOT IN ('cancelled', 'merged')
ORDER BY m.due_on, m.id LIMIT 50"""
DEPARTMENT_COUNT = """
SELECT COUNT(*) FROM (SELECT 1 FROM measures_measure
WHERE lead_department_id = %s AND status NOT IN ('cancelled', 'merged') LIMIT 10001) x
"""

COUNTS = """
COUNT(*) FILTER (WHERE status NOT IN ('closed', 'sustained') AND due_on < %(on)s),
COUNT(*) FILTER (WHERE status NOT IN ('closed', 'sustained') AND original_due_on < %(on)s),
COUNT(*) FILTER (WHERE status NOT IN ('closed', 'sustained') AND due_on BETWEEN %(on)s AND %(on)s::date + 10),
COUNT(*) FILTER (WHERE status NOT IN ('closed', 'sustained') AND due_on BETWEEN %(on)s AND %(on)s::date + 20)
"""
GROUPED = f"""
SELECT what, status, kind, department, leader, GROUPING(kind, department, leader), COUNT(*), {COUNTS}
FROM rows_then WHERE status NOT IN ('cancelled', 'merged')
GROUP BY GROUPING SETS ((what, status), (what, kind, status), (what, department, status), (what, leader, status))
"""
ROUND_FIGURES = f"""
WITH rows_then AS (
  SELECT 'm' AS what, m.status, m.kind, m.lead_department_id AS department, m.responsible_leader_id AS leader,
         m.due_on, m.original_due_on
  FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id WHERE s.round_id = %(round)s
  UNION ALL
  SELECT 's', status, kind, lead_department_id, responsible_leader_id, due_on, due_on
  FROM issues_subissue WHERE round_id = %(round)s)
{GROUPED}
"""
NAMES = """
SELECT 'd', id, key, name FROM organization_department WHERE organization_id = %(organization)s
UNION ALL SELECT 'l', id, key, title FROM organization_leader WHERE organization_id = %(organization)s
"""
ROUND = "SELECT organization_id, feedback_on, declared, planned FROM issues_round WHERE id = %(round)s"
HEADS = """
SELECT s.id,
  (SELECT hash FROM issues_subissuehistory h WHERE h.sub_issue_id = s.id ORDER BY sequence DESC LIMIT 1),
  (SELECT hash FROM measures_measurehistory h WHERE h.sub_issue_id = s.id ORDER BY sequence DESC LIMIT 1),
  (SELECT hash FROM issues_roundhistory h WHERE h.round_id = %(round)s ORDER BY sequence DESC LIMIT 1)
FROM issues_subissue s WHERE s.round_id = %(round)s
"""


def _last(name: str, cast: str = "") -> str:
    """The last word on a field among a subject's rows in one pass over them."""
    word = f"h.payload #>> '{{new,{name}}}'"
    ordered = f"array_agg({word} ORDER BY h.happened_on DESC, h.place DESC) FILTER (WHERE h.payload->'new' ? '{name}')"
    return f"({ordered})[1]{cast}"


def _then(history: str, subject: str, where: str, fields: str) -> str:
    return f"""SELECT h.{subject}_id AS id, {fields} FROM {history} h
    WHERE {where} AND h.happened_on <= %(on)s
      AND NOT EXISTS (SELECT 1 FROM {history} c WHERE c.replaces_id = h.id)
    GROUP BY h.{subject}_id"""


IN_ROUND = "h.sub_issue_id IN (SELECT id FROM issues_subissue WHERE round_id = %(round)s)"
STATE = ", ".join(
    (
        f"{_last('status')} AS status",
        f"{_last('kind')} AS kind",
        f"{_last('lead_department')} AS department",
        f"{_last('responsible_leader')} AS leader",
        f"{_last('due_on', '::date')} AS due_on",
    )
)
PAST_FIGURES = f"""
WITH rows_then AS (
  SELECT 'm' AS what, status, kind, department, leader, due_on, original_due_on FROM ({
    _then(
        "measures_measurehistory",
        "measure",
        IN_ROUND,
        f"{STATE}, {_last('original_due_on', '::date')} AS original_due_on",
    )
}) x
  UNION ALL
  SELECT 's', status, kind, department, leader, due_on, due_on FROM ({
    _then("issues_subissuehistory", "sub_issue", IN_ROUND, STATE)
}) x)
{GROUPED}
"""
WORDS = ", ".join(
    f"{_last(name)} AS {name}"
    for name in (
        "content",
        "progress",
        "original_due_on",
        "closed_on",
        "responsible_departments",
        "work_done",
        "next_step",
        "difficulty",
        "reported_on",
    )
)
PAST_STATE = _then("measures_measurehistory", "measure", IN_ROUND, f"{STATE}, {WORDS}")
PAST_LIST = f"""SELECT COUNT(*) OVER (), x.*, m.version, m.number, m.sub_issue_id, m.due_assumed,
       m.document, m.stage_goal, m.review_on
FROM ({PAST_STATE}) x JOIN measures_measure m ON m.id = x.id
WHERE x.status IN {OPEN} ORDER BY x.due_on, x.id LIMIT 50"""


class Floor:
    """Runs the hand-written statements."""

    def __init__(self, link: Any) -> None:
        self.link = link
        self.cursor = link.cursor()

    def _all(self, statement: str, values: Any) -> list[Any]:
        self.cursor.execute(statement, values)
        return self.cursor.fetchall()

    def detail(self, measure_id: int) -> int:
        return len(self._all(DETAIL, [measure_id]))

    def round_list(self, round_id: int) -> int:
        self._all(ROUND_COUNT, [round_id])
        return len(self._all(ROUND_LIST, [round_id]))

    def department_list(self, department_id: int) -> int:
        self._all(DEPARTMENT_COUNT, [department_id])
        return len(self._all(DEPARTMENT_LIST, [department_id]))

    def figures(self, round_id: int, on: date, statement: str = ROUND_FIGURES) -> int:
        """Round, figures, names and chain heads."""
        values: dict[str, Any] = {"round": round_id, "on": on}
        values["organization"] = self._all(ROUND, values)[0][0]
        figures = self._all(statement, values)
        self._all(NAMES, values)
        return len(figures) * len(self._all(HEADS, values))

    def past_figures(self, round_id: int, on: date) -> int:
        return self.figures(round_id, on, PAST_FIGURES)

    def past_list(self, round_id: int, on: date) -> int:
        return len(self._all(PAST_LIST, {"round": round_id, "on": on}))
