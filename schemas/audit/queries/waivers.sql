-- What was excused, by whom, until when, and what ends next? What excuses nothing comes last.
SELECT
  state,
  expires,
  CAST(expires - snapshot AS INT) AS days_left,
  owner,
  approved_by,
  rule,
  repo,
  coalesce(deployment, path) AS excused,
  findings,
  reason,
  ticket,
  kind,
  file,
  line
FROM waivers
WHERE snapshot = (SELECT max(snapshot) FROM repos)
ORDER BY
  CASE state WHEN 'in-use' THEN 0 WHEN 'expired' THEN 1 WHEN 'lapsed' THEN 2 WHEN 'rejected' THEN 3 ELSE 4 END,
  expires NULLS LAST, repo, file, line NULLS LAST, rule;
