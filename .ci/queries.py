"""Asks a dataset the queries of the query page, and holds the answers of each engine against the report.

queries.py QUERIES DATASET REPORT ENGINE..., where an engine is `duckdb` or `spark`.
"""

import json
import os
import pathlib
import sys
from collections import Counter

NAMES = ["below-volume", "strict-compliance", "waivers", "open-findings", "trend"]
SEVERITIES = ["errors", "warnings", "notes"]


def statements(text):
    """The statements of a file. None of ours has a semicolon but at its end."""
    return [statement for statement in text.split(";") if statement.strip()]


def duckdb(queries):
    """Every answer of DuckDB, as rows by name of column."""
    import duckdb

    connection = duckdb.connect()
    connection.execute((queries / "duckdb.sql").read_text())
    for name in NAMES:
        answer = connection.execute((queries / f"{name}.sql").read_text())
        columns = [column[0] for column in answer.description]
        yield name, [dict(zip(columns, row)) for row in answer.fetchall()]


def spark(queries):
    """Every answer of Spark, as rows by name of column."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").appName("queries")
    for option, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
    }.items():
        builder = builder.config(option, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for statement in statements((queries / "spark.sql").read_text()):
        session.sql(statement)
    for name in NAMES:
        (query,) = statements((queries / f"{name}.sql").read_text())
        yield name, [row.asDict() for row in session.sql(query).collect()]
    session.stop()


def same(what, left, right):
    if left != right:
        sys.exit(f"error: {what}\n  {left}\n  {right}")


def numbers(row, names):
    return tuple(row[name] for name in names)


def hold_against(report, answers):
    """The report's numbers are the answers'."""
    rules = {rule["rule"]: rule for rule in report["rules"]}

    for name in ["below-volume", "strict-compliance"]:
        rows = answers[name]
        assert rows, f"{name} has no row, and shows nothing"
        open_rows = Counter(row["rule"] for row in rows if row["status"] == "open")
        for rule in sorted({row["rule"] for row in rows}):
            told = rules[rule]
            failing = sum(numbers(told, SEVERITIES)) - told["undetermined"]
            same(f"{name}: open failures of {rule}", open_rows[rule], failing)
    assert all(row["requests"] < row["threshold"] for row in answers["below-volume"])
    assert {row["status"] for row in answers["below-volume"]} == {"open", "waived"}
    assert {row["status"] for row in answers["strict-compliance"]} == {"open", "suppressed"}
    assert all(row["model"] for row in answers["strict-compliance"]), "a deployment was not found"

    ledger = report["waivers"]
    states = Counter(row["state"] for row in answers["waivers"])
    for state, count in {
        "in-use": "inUse", "unused": "unused", "lapsed": "lapsed", "expired": "expired", "rejected": "rejected"
    }.items():
        same(f"waivers: {state}", states[state], ledger[count])
    assert {"in-use", "unused", "expired"} <= set(states), states
    holding = [
        (row["repo"], row["file"], row["line"], row["rule"], str(row["expires"]), row["days_left"], row["findings"])
        for row in answers["waivers"]
        if row["state"] == "in-use"
    ]
    told = [
        (item["repo"], item["file"], item["line"], item["rule"], str(item["expires"]), item["daysLeft"],
         item["findings"])
        for item in ledger["holding"]["items"]
    ]
    same("waivers: what holds, and what ends next", holding, told)

    for part, lines, key in [
        ("team", "teams", "name"), ("rule", "rules", "rule"), ("stage", "stages", "name"),
        ("strategy", "strategies", "name"),
    ]:
        rows = {row["name"]: numbers(row, SEVERITIES) for row in answers["open-findings"] if row["part"] == part}
        told = {line[key] or "(none)": numbers(line, SEVERITIES) for line in report[lines]}
        told = {name: counts for name, counts in told.items() if any(counts)}
        assert len(told) > 1, f"{lines}: {told}"
        same(f"open findings by {part}", dict(sorted(rows.items())), dict(sorted(told.items())))

    names = ["repos", "deployments", *SEVERITIES, "undetermined"]
    days = [(str(row["snapshot"]), row["excused"], *numbers(row, names)) for row in answers["trend"]]
    told = [
        (point["day"], point["suppressed"] + point["waived"] + point["baselined"], *numbers(point, names))
        for point in report["trend"]
    ]
    assert len(told) == 4, told
    same("trend", days, told)
    more = [row["more_errors"] for row in answers["trend"]]
    errors = [point["errors"] for point in report["trend"]]
    same("trend: more errors", more, [None, *(now - before for before, now in zip(errors, errors[1:]))])


def main():
    queries, dataset, report, *engines = sys.argv[1:]
    queries = pathlib.Path(queries).resolve()
    report = json.loads(pathlib.Path(report).read_text())
    os.chdir(dataset)
    first = None
    for engine in engines:
        answers = dict({"duckdb": duckdb, "spark": spark}[engine](queries))
        hold_against(report, answers)
        for name in NAMES if first else []:
            same(f"{name}: {engines[0]} and {engine}", first[name], answers[name])
        first = first or answers
        print(f"{engine}: " + ", ".join(f"{name} {len(answers[name])} rows" for name in NAMES))


main()
