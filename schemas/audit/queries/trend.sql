-- Is it getting better?
SELECT
  snapshot,
  count(*) FILTER (WHERE state = 'audited') AS repos,
  CAST(sum(deployments) AS BIGINT) AS deployments,
  CAST(sum(errors) AS BIGINT) AS errors,
  CAST(sum(errors) - lag(sum(errors)) OVER (ORDER BY snapshot) AS BIGINT) AS more_errors,
  CAST(sum(warnings) AS BIGINT) AS warnings,
  CAST(sum(notes) AS BIGINT) AS notes,
  CAST(sum(undetermined) AS BIGINT) AS undetermined,
  CAST(sum(suppressed + waived + baselined) AS BIGINT) AS excused
FROM repos
GROUP BY snapshot
ORDER BY snapshot;
