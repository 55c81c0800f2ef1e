-- What is open, by team, by rule, by stage and by strategy?
SELECT
  CASE
    WHEN grouping(team) = 0 THEN 'team'
    WHEN grouping(rule) = 0 THEN 'rule'
    WHEN grouping(stage) = 0 THEN 'stage'
    ELSE 'strategy'
  END AS part,
  coalesce(team, rule, stage, strategy, '(none)') AS name,
  count(*) FILTER (WHERE severity = 'error') AS errors,
  count(*) FILTER (WHERE severity = 'warning') AS warnings,
  count(*) FILTER (WHERE severity = 'note') AS notes,
  count(DISTINCT repo) AS repos
FROM findings
WHERE snapshot = (SELECT max(snapshot) FROM repos)
  AND status = 'open'
  AND outcome NOT IN ('pass', 'not-applicable')
GROUP BY GROUPING SETS ((team), (rule), (stage), (strategy))
ORDER BY part, errors DESC, warnings DESC, notes DESC, name;
