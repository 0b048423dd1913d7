# ruff: noqa: S608 -- the statements are put together from the constants of this file alone
"""The floor of the dashboards: the same figures as hand-written SQL, in as few statements as they take."""

from .row_floors import last_word, state_then

SETTLED = "('closed', 'sustained')"
UNDONE = "('not_started', 'in_progress')"
# Behind even progress: what runs longer than 60 days and is less far than its share of the time.
BEHIND = f"""
status IN {UNDONE} AND due_on - start > 60
AND COALESCE(progress, 0) < CASE WHEN %(on)s >= due_on THEN 100
                                 ELSE GREATEST(0, 100 * (%(on)s - start) / (due_on - start)) END
"""
COUNTS = f"""
COUNT(*),
COUNT(*) FILTER (WHERE status NOT IN {SETTLED} AND due_on < %(on)s),
COUNT(*) FILTER (WHERE status NOT IN {SETTLED} AND original_due_on < %(on)s),
COUNT(*) FILTER (WHERE status NOT IN {SETTLED} AND due_on BETWEEN %(on)s AND %(on)s + 10),
COUNT(*) FILTER (WHERE status NOT IN {SETTLED} AND due_on BETWEEN %(on)s AND %(on)s + 20),
COUNT(*) FILTER (WHERE {BEHIND})
""".replace("%(on)s", "%(on)s::date")
GROUPED = f"""
SELECT what, status, kind, department, leader, heading, GROUPING(kind, department, leader, heading), {COUNTS}
FROM rows_then WHERE status NOT IN ('cancelled', 'merged')
GROUP BY GROUPING SETS ((what, status), (what, kind, status), (what, department, status), (what, leader, status),
                        (what, heading, status))
"""
# The heading at the top and the day on which the plan was approved.
OF_SUB_ISSUE = """
JOIN issues_round r ON r.id = s.round_id
JOIN issues_finding f ON f.id = s.finding_id
JOIN issues_heading g ON g.id = f.heading_id
"""
TOP = "COALESCE(g.parent_id, g.id) AS heading, r.plan_approved_on AS start"
FIGURES = f"""
WITH rows_then AS (
  SELECT 'm' AS what, m.status, m.kind, m.lead_department_id AS department, m.responsible_leader_id AS leader,
         m.due_on, m.original_due_on, m.progress, {TOP}
  FROM issues_subissue s JOIN measures_measure m ON m.sub_issue_id = s.id {OF_SUB_ISSUE} WHERE s.round_id = %(round)s
  UNION ALL
  SELECT 's', s.status, s.kind, s.lead_department_id, s.responsible_leader_id, s.due_on, NULL, NULL, {TOP}
  FROM issues_subissue s {OF_SUB_ISSUE} WHERE s.round_id = %(round)s)
{GROUPED}
"""
IN_ROUND = "h.sub_issue_id IN (SELECT id FROM issues_subissue WHERE round_id = %(round)s)"
STATE = ", ".join(
    (
        f"{last_word('status')} AS status",
        f"{last_word('kind')} AS kind",
        f"{last_word('lead_department')} AS department",
        f"{last_word('responsible_leader')} AS leader",
        f"{last_word('due_on', '::date')} AS due_on",
    )
)
OF_MEASURE = (
    f"{last_word('original_due_on', '::date')} AS original_due_on, {last_word('progress', '::int')} AS progress"
)
PAST_MEASURES = state_then("measures_measurehistory", "measure", IN_ROUND, f"{STATE}, {OF_MEASURE}")
PAST_SUB_ISSUES = state_then("issues_subissuehistory", "sub_issue", IN_ROUND, STATE)
PAST_FIGURES = f"""
WITH rows_then AS (
  SELECT 'm' AS what, x.status, x.kind, department, leader, x.due_on, x.original_due_on, x.progress, {TOP}
  FROM ({PAST_MEASURES}) x JOIN measures_measure m ON m.id = x.id
  JOIN issues_subissue s ON s.id = m.sub_issue_id {OF_SUB_ISSUE}
  UNION ALL
  SELECT 's', x.status, x.kind, department, leader, x.due_on, NULL, NULL, {TOP}
  FROM ({PAST_SUB_ISSUES}) x JOIN issues_subissue s ON s.id = x.id {OF_SUB_ISSUE})
{GROUPED}
"""
# The round with its revision, its open week and its next milestone.
ROUND = """
SELECT r.organization_id, r.feedback_on, r.plan_approved_on, r.declared, r.planned, o.parent_id, r.entries,
       (SELECT SUM(entries) FROM issues_subissue WHERE round_id = r.id),
       (SELECT SUM(m.entries) FROM measures_measure m JOIN issues_subissue s ON s.id = m.sub_issue_id
        WHERE s.round_id = r.id),
       (SELECT COUNT(*) FROM dispatch_dispatch WHERE round_id = r.id),
       (SELECT id FROM dispatch_dispatch WHERE round_id = r.id AND frozen_at IS NULL AND skipped = '' LIMIT 1),
       n.title, n.due_on
FROM issues_round r JOIN organization_organization o ON o.id = r.organization_id
LEFT JOIN LATERAL (SELECT title, due_on FROM issues_milestone WHERE round_id = r.id AND NOT dropped
                   AND (met_on IS NULL OR met_on > %(on)s) ORDER BY due_on, position LIMIT 1) n ON true
WHERE r.id = %(round)s
"""
COUNTING = "AND NOT EXISTS (SELECT 1 FROM {history} c WHERE c.replaces_id = h.id) AND h.happened_on <= %(on)s"
OF_MEASURES = COUNTING.format(history="measures_measurehistory")
OF_SUB_ISSUES = COUNTING.format(history="issues_subissuehistory")
# Since when closures and acceptances wait that are under review.
WAITING = f"""
SELECT 'm', h.measure_id, MAX(h.happened_on) FROM issues_subissue s
JOIN measures_measure m ON m.sub_issue_id = s.id AND m.status = 'in_review'
JOIN measures_measurehistory h ON h.measure_id = m.id AND h.to_status = 'in_review' AND h.from_status <> 'in_review'
WHERE s.round_id = %(round)s {OF_MEASURES} GROUP BY 2
UNION ALL
SELECT 's', h.sub_issue_id, MAX(h.happened_on) FROM issues_subissue s
JOIN issues_subissuehistory h ON h.sub_issue_id = s.id AND h.to_status = 'in_review' AND h.from_status <> 'in_review'
WHERE s.round_id = %(round)s AND s.status = 'in_review' {OF_SUB_ISSUES} GROUP BY 2
"""
# What came of the measures that are closed.
OUTCOMES = f"""
SELECT e.key, SUM(e.value::numeric) FROM (
  SELECT DISTINCT ON (h.measure_id) h.payload->'outcomes' AS told FROM issues_subissue s
  JOIN measures_measure m ON m.sub_issue_id = s.id AND m.status = 'closed'
  JOIN measures_measurehistory h ON h.measure_id = m.id AND h.action = 'request_closure'
  WHERE s.round_id = %(round)s {OF_MEASURES}
  ORDER BY h.measure_id, h.happened_on DESC, h.place DESC) x, jsonb_each_text(x.told) e GROUP BY 1
"""
# The same of a past day: what the last row says that counts.
LAST_STATUS = f"""
SELECT DISTINCT ON (h.measure_id) h.measure_id AS id, h.to_status AS status FROM issues_subissue s
JOIN measures_measurehistory h ON h.sub_issue_id = s.id
WHERE s.round_id = %(round)s {OF_MEASURES} ORDER BY h.measure_id, h.happened_on DESC, h.place DESC
"""
LAST_SUB_STATUS = f"""
SELECT DISTINCT ON (h.sub_issue_id) h.sub_issue_id AS id, h.to_status AS status FROM issues_subissue s
JOIN issues_subissuehistory h ON h.sub_issue_id = s.id
WHERE s.round_id = %(round)s {OF_SUB_ISSUES} ORDER BY h.sub_issue_id, h.happened_on DESC, h.place DESC
"""
PAST_WAITING = f"""
SELECT 'm', h.measure_id, MAX(h.happened_on) FROM ({LAST_STATUS}) x
JOIN measures_measurehistory h ON h.measure_id = x.id AND h.to_status = 'in_review' AND h.from_status <> 'in_review'
WHERE x.status = 'in_review' {OF_MEASURES} GROUP BY 2
UNION ALL
SELECT 's', h.sub_issue_id, MAX(h.happened_on) FROM ({LAST_SUB_STATUS}) x
JOIN issues_subissuehistory h ON h.sub_issue_id = x.id AND h.to_status = 'in_review' AND h.from_status <> 'in_review'
WHERE x.status = 'in_review' {OF_SUB_ISSUES} GROUP BY 2
"""
PAST_OUTCOMES = f"""
SELECT e.key, SUM(e.value::numeric) FROM (
  SELECT DISTINCT ON (h.measure_id) h.payload->'outcomes' AS told FROM ({LAST_STATUS}) x
  JOIN measures_measurehistory h ON h.measure_id = x.id AND h.action = 'request_closure'
  WHERE x.status = 'closed' {OF_MEASURES}
  ORDER BY h.measure_id, h.happened_on DESC, h.place DESC) x, jsonb_each_text(x.told) e GROUP BY 1
"""
NAMES = """
SELECT 'd', position, id, key, name FROM organization_department WHERE organization_id = %(organization)s
UNION ALL SELECT 'l', position, id, key, title FROM organization_leader WHERE organization_id = %(organization)s
UNION ALL SELECT 'h', position, id, number, title FROM issues_heading WHERE round_id = %(round)s AND parent_id IS NULL
"""
HEADS = """
SELECT s.id,
  (SELECT hash FROM issues_subissuehistory h WHERE h.sub_issue_id = s.id ORDER BY sequence DESC LIMIT 1),
  (SELECT hash FROM measures_measurehistory h WHERE h.sub_issue_id = s.id ORDER BY sequence DESC LIMIT 1),
  (SELECT hash FROM issues_roundhistory h WHERE h.round_id = %(round)s ORDER BY sequence DESC LIMIT 1)
FROM issues_subissue s WHERE s.round_id = %(round)s
"""
# What was kept with the last frozen weeks, and how they were reported.
KEPT = """
SELECT k.figures, k."on", d.id, d.year, d.week FROM dispatch_frozenfigures k
JOIN dispatch_dispatch d ON d.id = k.dispatch_id
WHERE k.round_id = %(round)s AND k."on" <= %(on)s ORDER BY k."on" DESC, d.monday DESC LIMIT 2
"""
DASHBOARD = (FIGURES, WAITING, OUTCOMES, NAMES, HEADS, KEPT)
PAST_DASHBOARD = (PAST_FIGURES, PAST_WAITING, PAST_OUTCOMES, NAMES, HEADS, KEPT)

READABLE = """
SELECT o.id FROM organization_organization o WHERE o.id IN (
  SELECT organization_id FROM organization_roleassignment WHERE user_id = %(user)s
  UNION SELECT b.id FROM organization_organization b
  JOIN organization_roleassignment a ON a.organization_id = b.parent_id
  WHERE a.user_id = %(user)s AND a.role IN ('office', 'auditor'))
"""
ROUNDS = f"""
SELECT r.id, r.title, r.status, r.planned, o.id, o.name FROM issues_round r
JOIN organization_organization o ON o.id = r.organization_id
WHERE r.organization_id IN ({READABLE}) ORDER BY r.feedback_on DESC, r.id DESC LIMIT 50
"""
ROUND_COUNT = f"SELECT COUNT(*) FROM (SELECT 1 FROM issues_round WHERE organization_id IN ({READABLE}) LIMIT 10001) x"
STATUSES = ("not_started", "in_progress", "completed", "in_review", "closed", "sustained")
SUB_ISSUE_STATUSES = ("rectifying", "in_review", "closed", "sustained")


def _by_status(statuses: tuple[str, ...]) -> str:
    return ", ".join(f"COUNT(*) FILTER (WHERE status = '{status}')" for status in statuses)


# Round by round: grouped over 50 of them at once, the planner would read the whole table.
OF_ROUNDS = f"""
SELECT r.id, a.*, b.* FROM issues_round r
JOIN LATERAL (
  SELECT {COUNTS}, {_by_status(STATUSES)} FROM (
    SELECT m.status, m.due_on, m.original_due_on, m.progress, r.plan_approved_on AS start
    FROM issues_subissue s JOIN measures_measure m ON m.sub_issue_id = s.id
    WHERE s.round_id = r.id AND m.status NOT IN ('cancelled', 'merged')) x) a ON true
JOIN LATERAL (
  SELECT COUNT(*), {_by_status(SUB_ISSUE_STATUSES)} FROM issues_subissue WHERE round_id = r.id) b ON true
WHERE r.id = ANY(%(rounds)s)
"""
NEWEST_WEEKS = """
SELECT r.id, k."on", d.id, d.year, d.week, k.figures->'reported', w.id
FROM unnest(%(rounds)s) r(id)
LEFT JOIN LATERAL (SELECT * FROM dispatch_frozenfigures f WHERE f.round_id = r.id AND f."on" <= %(on)s
                   ORDER BY f."on" DESC LIMIT 1) k ON true
LEFT JOIN dispatch_dispatch d ON d.id = k.dispatch_id
LEFT JOIN LATERAL (SELECT id FROM dispatch_dispatch x WHERE x.round_id = r.id AND x.frozen_at IS NULL
                   AND x.skipped = '' LIMIT 1) w ON true
"""
