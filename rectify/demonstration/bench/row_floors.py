# ruff: noqa: S608 -- the statements are put together from the constants of this file alone
"""The floor of lists and rows: each one's work as hand-written SQL."""

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
# The 50 first, or the planner would join whole tables to the department's few hundred.
DEPARTMENT_LIST = f"""{ROWS} WHERE m.id IN (
  SELECT id FROM measures_measure WHERE lead_department_id = %s AND status NOT IN ('cancelled', 'merged')
  ORDER BY due_on, id LIMIT 50)
ORDER BY m.due_on, m.id"""
DEPARTMENT_COUNT = """
SELECT COUNT(*) FROM (SELECT 1 FROM measures_measure
WHERE lead_department_id = %s AND status NOT IN ('cancelled', 'merged') LIMIT 10001) x
"""


def last_word(name: str, cast: str = "") -> str:
    """The last word on a field among a subject's rows in one pass over them."""
    word = f"h.payload #>> '{{new,{name}}}'"
    ordered = f"array_agg({word} ORDER BY h.happened_on DESC, h.place DESC) FILTER (WHERE h.payload->'new' ? '{name}')"
    return f"({ordered})[1]{cast}"


def state_then(history: str, subject: str, where: str, fields: str) -> str:
    """Every subject with some fields as they stood on a day, in one pass over the history."""
    return f"""SELECT h.{subject}_id AS id, {fields} FROM {history} h
    WHERE {where} AND h.happened_on <= %(on)s
      AND NOT EXISTS (SELECT 1 FROM {history} c WHERE c.replaces_id = h.id)
    GROUP BY h.{subject}_id"""


# The words of a row of a past day.
IN_ROUND = "h.sub_issue_id IN (SELECT id FROM issues_subissue WHERE round_id = %(round)s)"
TEXTS = (
    "status",
    "kind",
    "lead_department",
    "responsible_leader",
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
WORDS = ", ".join([f"{last_word('due_on', '::date')} AS due_on", *(f"{last_word(name)} AS {name}" for name in TEXTS)])
PAST_STATE = state_then("measures_measurehistory", "measure", IN_ROUND, WORDS)
PAST_LIST = f"""SELECT COUNT(*) OVER (), x.*, m.version, m.number, m.sub_issue_id, m.due_assumed,
       m.document, m.stage_goal, m.review_on
FROM ({PAST_STATE}) x JOIN measures_measure m ON m.id = x.id
WHERE x.status IN {OPEN} ORDER BY x.due_on, x.id LIMIT 50"""
ROUND_ROWS = f"{ROWS} WHERE s.round_id = %s AND m.status NOT IN ('cancelled', 'merged') ORDER BY s.position, m.position"
HEADINGS = "SELECT id, parent_id, number, title FROM issues_heading WHERE round_id = %(round)s ORDER BY position"
FINDINGS = "SELECT id, heading_id, number, title FROM issues_finding WHERE round_id = %(round)s ORDER BY position"
SUB_ISSUES = """
SELECT id, finding_id, number, title, kind, status, due_on, responsible_leader_id, lead_department_id, version
FROM issues_subissue WHERE round_id = %(round)s ORDER BY position
"""
BARS = """
SELECT m.id, m.sub_issue_id, m.number, m.content, m.status, m.kind, m.due_on, m.original_due_on, m.closed_on,
       m.review_on, m.progress, m.lead_department_id, m.responsible_leader_id
FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id
WHERE s.round_id = %(round)s AND m.status NOT IN ('cancelled', 'merged') ORDER BY s.position, m.position
"""
# What a file of measures holds, of everybody whose superior the reader is.
FILE = """
SELECT m.number, f.title, s.title, m.content, m.kind, l.title, d.name,
       (SELECT string_agg(c.name, '、' ORDER BY c.position, c.id)
        FROM measures_measure_responsible_departments x JOIN organization_department c ON c.id = x.department_id
        WHERE x.measure_id = m.id),
       m.due_on, m.original_due_on, m.status, m.progress, m.due_on < CURRENT_DATE AND m.status <> 'closed',
       m.work_done, m.next_step, m.difficulty, m.reported_on, m.closed_on, CURRENT_DATE
FROM measures_measure m
JOIN issues_subissue s ON s.id = m.sub_issue_id
JOIN issues_finding f ON f.id = s.finding_id
JOIN issues_round r ON r.id = s.round_id
JOIN organization_leader l ON l.id = m.responsible_leader_id
JOIN organization_department d ON d.id = m.lead_department_id
WHERE m.status NOT IN ('cancelled', 'merged') AND (%(until)s IS NULL OR m.due_on <= %(until)s::date)
  AND r.organization_id IN (
    SELECT b.id FROM organization_organization b JOIN organization_roleassignment a ON a.organization_id = b.parent_id
    WHERE a.user_id = %(user)s AND a.role IN ('office', 'auditor'))
ORDER BY s.round_id, s.position, m.position
"""
