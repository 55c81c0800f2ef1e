-- The tables of a dataset as views, for Spark, which is started in the folder of the dataset. On a cluster, its address
-- stands before each path: 's3a://audits/2026-11-24/repos'.
CREATE OR REPLACE TEMPORARY VIEW repos
USING parquet OPTIONS (path 'repos', pathGlobFilter '*.parquet');

CREATE OR REPLACE TEMPORARY VIEW deployment_files
USING parquet OPTIONS (path 'deployments', pathGlobFilter '*.parquet');

CREATE OR REPLACE TEMPORARY VIEW deployments AS
SELECT *, coalesce(owner, get(code_owners, 0)) AS team FROM deployment_files;

CREATE OR REPLACE TEMPORARY VIEW finding_files
USING parquet OPTIONS (path 'findings', pathGlobFilter '*.parquet');

CREATE OR REPLACE TEMPORARY VIEW findings AS
SELECT *, coalesce(owner, get(code_owners, 0)) AS team FROM finding_files;

CREATE OR REPLACE TEMPORARY VIEW waivers
USING parquet OPTIONS (path 'waivers', pathGlobFilter '*.parquet');
