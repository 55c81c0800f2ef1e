-- The tables of a dataset as views, for DuckDB, which is started in the folder of the dataset.
CREATE OR REPLACE TEMPORARY VIEW repos AS
SELECT * FROM read_parquet('repos/*/*.parquet', hive_partitioning = true, hive_types = {'snapshot': DATE});

CREATE OR REPLACE TEMPORARY VIEW deployments AS
SELECT *, coalesce(owner, code_owners[1]) AS team
FROM read_parquet('deployments/*/*.parquet', hive_partitioning = true, hive_types = {'snapshot': DATE});

CREATE OR REPLACE TEMPORARY VIEW findings AS
SELECT *, coalesce(owner, code_owners[1]) AS team
FROM read_parquet('findings/*/*.parquet', hive_partitioning = true, hive_types = {'snapshot': DATE});

CREATE OR REPLACE TEMPORARY VIEW waivers AS
SELECT * FROM read_parquet('waivers/*/*.parquet', hive_partitioning = true, hive_types = {'snapshot': DATE});
