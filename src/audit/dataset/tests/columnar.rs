//! Parquet files, read back by the reader of the crate.

use std::fs::File;
use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::date;
use parquet::basic::Compression;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row as Record};
use serde_json::{Value, json};

use super::*;

const BOTH: Formats = Formats { json_lines: true, parquet: true };

const PART: &str = "part-0001-of-0001";

/// The rows of a table on a day, as a reader has them.
fn records(folder: &Path, table: Table, day: &str) -> Vec<Record> {
    let path = folder.join(table.name()).join(format!("snapshot={day}")).join(PART).with_extension(PARQUET);
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    reader.into_iter().map(Result::unwrap).collect()
}

/// A record as JSON; what is JSON in it, read.
fn as_json(record: &Record) -> Value {
    let fields = record.get_column_iter().map(|(name, field)| {
        let value = match field {
            Field::Str(text) if ["packs", "passed_over", "values_json"].contains(&name.as_str()) => {
                serde_json::from_str(text).unwrap()
            }
            field => field_as_json(field),
        };
        (name.clone(), value)
    });
    fields.collect::<serde_json::Map<_, _>>().into()
}

fn field_as_json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Int(number) => json!(number),
        Field::Long(number) => json!(number),
        Field::Double(number) => json!(number),
        Field::Str(text) => json!(text),
        Field::Date(days) => json!(date(1970, 1, 1).checked_add(days.days()).unwrap()),
        Field::ListInternal(list) => list.elements().iter().map(field_as_json).collect(),
        other => panic!("{other:?}"),
    }
}

/// What a row of JSON Lines is as a record: without its day, with what lies deeper in columns of their own.
fn flat(table: Table, row: Value) -> Value {
    let Value::Object(mut row) = row else { panic!("{row}") };
    row.remove("snapshot");
    if table == Table::Findings {
        let values = row.remove("values").unwrap();
        let first = values[0].clone();
        let text = |value: &Value| match value {
            Value::Null | Value::String(_) => value.clone(),
            other => json!(other.to_string()),
        };
        for (name, value) in [
            ("fact", first["path"].clone()),
            ("value", text(&first["value"])),
            ("value_number", json!(first["value"].as_f64())),
            ("op", first["op"].clone()),
            ("threshold", text(&first["threshold"])),
            ("threshold_number", json!(first["threshold"].as_f64())),
            ("parameter", first["parameter"].clone()),
            ("parameter_source", first["parameter_source"].clone()),
        ] {
            row.insert(name.to_owned(), value);
        }
        let exception = row.remove("exception").unwrap();
        for name in ["kind", "reason", "owner", "approved_by", "ticket", "expires", "file", "line"] {
            row.insert(format!("waiver_{name}"), exception[name].clone());
        }
        row.insert("values_json".to_owned(), values);
    }
    row.into()
}

/// The rows of a table on a day, as JSON Lines have them.
fn lines(folder: &Path, table: Table, day: &str) -> Vec<Value> {
    let path =
        folder.join(table.name()).join(format!("snapshot={day}")).join(PART).with_extension(JSON_LINES);
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| flat(table, serde_json::from_str(line).unwrap())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn parquet_holds_what_json_lines_hold(audit in audits()) {
        let folder = TempDir::new().unwrap();
        write_as(folder.path(), &audit.header, &audit.rows, BOTH);
        for table in Table::ALL {
            for day in audit.header.snapshots.iter().map(ToString::to_string) {
                let read: Vec<Value> = records(folder.path(), table, &day).iter().map(as_json).collect();
                prop_assert_eq!(read, lines(folder.path(), table, &day));
            }
        }
    }

    #[test]
    fn shards_merged_are_the_whole_to_the_byte_in_parquet(audit in audits(), of in 1_u32..9) {
        let scratch = TempDir::new().unwrap();
        let (whole, merged) = (scratch.path().join("whole"), scratch.path().join("merged"));
        write_as(&whole, &audit.header, &audit.rows, BOTH);
        write_shards(&scratch.path().join("shards"), &audit, of);
        let shards = gather(&[scratch.path().join("shards")]).unwrap();
        let rows: Vec<RepoRows> = shards.rows().collect::<Result<_, _>>().unwrap();
        write_as(&merged, &shards.header, &rows, BOTH);
        prop_assert_eq!(files(&whole), files(&merged));
    }
}

#[test]
fn row_groups_are_bounded_and_compressed() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    let header = Header { snapshots: vec![audit.header.today], ..audit.header };
    let mut rows = audit.rows[1].clone();
    rows.findings = vec![rows.findings[0].clone(); 20_000];
    rows.waivers = vec![rows.waivers[0].clone(); 20_000];
    rows.waivers.iter_mut().for_each(|waiver| waiver.reason = None);
    write_as(folder.path(), &header, &[rows], BOTH);
    let groups = |table: Table| -> Vec<i64> {
        let path = table.part(folder.path(), header.today, None).with_extension(PARQUET);
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let groups = reader.metadata().row_groups();
        assert!(
            groups
                .iter()
                .flat_map(RowGroupMetaData::columns)
                .all(|column| column.compression() == Compression::SNAPPY)
        );
        assert_eq!(
            reader.metadata().file_metadata().created_by(),
            Some(concat!("tunelint version ", env!("CARGO_PKG_VERSION")))
        );
        groups.iter().map(RowGroupMetaData::num_rows).collect()
    };
    assert_eq!(groups(Table::Waivers), [8_192, 8_192, 3_616]);
    let of_findings = groups(Table::Findings);
    assert!(of_findings.len() > 3 && of_findings.iter().sum::<i64>() == 20_000, "{of_findings:?}");
}

#[test]
fn parquet_alone_leaves_no_json_lines_and_is_not_read_again() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    write_as(folder.path(), &audit.header, &audit.rows, Formats { json_lines: false, parquet: true });
    let names: Vec<String> = files(folder.path()).into_keys().collect();
    assert!(names.iter().all(|name| name == HEADER || name.ends_with(".parquet")), "{names:?}");
    assert_eq!(names.len(), 1 + 4 * 2);
    let said = Dataset::open(folder.path()).unwrap_err().to_string();
    assert!(said.contains("has no JSON Lines, which are what is read"), "{said}");
    write(folder.path(), &audit.header, &audit.rows);
    assert!(files(folder.path()).into_keys().all(|name| !name.ends_with(".parquet")));
}

#[test]
fn an_empty_table_has_its_columns() {
    let folder = TempDir::new().unwrap();
    let audit = sample();
    write_as(folder.path(), &audit.header, &[], BOTH);
    for table in Table::ALL {
        let path = table.part(folder.path(), audit.header.today, None).with_extension(PARQUET);
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        let names: Vec<String> =
            schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
        let described: Vec<&str> = columns(table).iter().map(|column| column.name).skip(1).collect();
        assert_eq!(names, described);
        assert_eq!(Arc::clone(&schema).name(), table.name());
        assert_eq!(reader.metadata().num_row_groups(), 0);
    }
}
