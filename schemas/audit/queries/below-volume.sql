-- Who fine-tunes below the volume from which it pays, and how far below?
SELECT
  coalesce(team, '(nobody)') AS owner,
  repo,
  coalesce(deployment, deployment_id) AS deployment,
  CAST(value_number AS BIGINT) AS requests,
  CAST(threshold_number AS BIGINT) AS threshold,
  CAST(floor(100 * value_number / threshold_number) AS INT) AS percent,
  parameter_source,
  status,
  rule
FROM findings
WHERE snapshot = (SELECT max(snapshot) FROM repos)
  AND rule IN ('fine-tuning-below-volume', 'fine-tuning-below-volume-for-compliance')
  AND outcome = 'fail'
ORDER BY owner, requests, repo, deployment_id, fingerprint;
