-- Who prompts a general model under strict compliance, and on what?
SELECT
  coalesce(finding.team, '(nobody)') AS owner,
  finding.repo,
  coalesce(finding.deployment, finding.deployment_id) AS deployment,
  deployment.model,
  deployment.hosting,
  deployment.monthly_requests AS requests,
  finding.severity,
  finding.status,
  finding.rule
FROM findings AS finding
LEFT JOIN deployments AS deployment
  ON deployment.snapshot = finding.snapshot
  AND deployment.repo = finding.repo
  AND concat(deployment.file, '#', CAST(deployment.document AS STRING)) = finding.deployment_id
WHERE finding.snapshot = (SELECT max(snapshot) FROM repos)
  AND finding.rule IN (
    'prompting-under-strict-compliance', 'prompting-under-strict-compliance-on-private-hosting'
  )
  AND finding.outcome = 'fail'
ORDER BY owner, finding.repo, finding.deployment_id, finding.fingerprint;
