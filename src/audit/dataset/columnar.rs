//! Parquet, made of the JSON Lines beside it, a row group at a time.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, date};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};

use super::columns::{Cell, Column, Columns};
use super::lines::{self, Input};
use super::{Error, PARQUET};
use crate::audit::Tool;

/// Rows of a row group, at the most.
const ROWS: usize = 8_192;

/// Bytes of a row group, at the most, as JSON Lines; by which its memory is bounded, whatever rows are like.
const BYTES: u64 = 4 << 20;

/// The day that dates are counted from.
const EPOCH: Date = date(1970, 1, 1);

/// Writes the rows of a file of JSON Lines to a Parquet file beside it.
///
/// # Errors
/// Those of the system.
pub(super) fn write_beside<R: Columns>(rows: &Path) -> Result<(), Error> {
    let path = rows.with_extension(PARQUET);
    let mut input: Input<R> = Input::new(rows.to_owned(), lines::room(1));
    let wrong = |error: ParquetError| Error::Parquet { path: path.clone(), message: error.to_string() };
    let file = File::create_new(&path).map_err(Error::write(&path))?;
    let schema = schema::<R>().map_err(wrong)?;
    let mut writer =
        SerializedFileWriter::new(BufWriter::new(file), schema, Arc::new(properties())).map_err(wrong)?;
    loop {
        let rows = group(&mut input)?;
        if rows.is_empty() {
            return writer.close().map(drop).map_err(wrong);
        }
        let mut group = writer.next_row_group().map_err(wrong)?;
        for column in R::COLUMNS {
            if let Some(mut writer) = group.next_column().map_err(wrong)? {
                fill(column, &rows, &mut writer).and_then(|()| writer.close()).map_err(wrong)?;
            }
        }
        group.close().map_err(wrong)?;
    }
}

/// The rows of the group that comes next; none at the end.
fn group<R: Columns>(input: &mut Input<R>) -> Result<Vec<R>, Error> {
    let mut rows = Vec::new();
    let begin = input.position();
    while rows.len() < ROWS && input.position() - begin < BYTES {
        let Some(row) = input.next()? else { break };
        rows.push(row);
    }
    Ok(rows)
}

/// Nothing in a file says when or where it was written.
fn properties() -> WriterProperties {
    let tool = Tool::this();
    WriterProperties::builder()
        .set_created_by(format!("{} version {}", tool.name, tool.version))
        .set_compression(Compression::SNAPPY)
        // A file has few pages, so that an index of them is larger than what it spares to read.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
}

fn schema<R: Columns>() -> Result<TypePtr, ParquetError> {
    let fields = R::COLUMNS.iter().map(|column| field(column).map(Arc::new)).collect::<Result<_, _>>()?;
    Type::group_type_builder(R::TABLE.name()).with_fields(fields).build().map(Arc::new)
}

fn field<R>(column: &Column<R>) -> Result<Type, ParquetError> {
    let leaf = |name: &str, physical: Physical, logical: Option<LogicalType>, repetition: Repetition| {
        Type::primitive_type_builder(name, physical)
            .with_logical_type(logical)
            .with_repetition(repetition)
            .build()
    };
    let (text, day) = (Some(LogicalType::String), Some(LogicalType::Date));
    let name = column.name;
    match column.cell {
        Cell::Text(_) => leaf(name, Physical::BYTE_ARRAY, text, Repetition::REQUIRED),
        Cell::TextOrNull(_) => leaf(name, Physical::BYTE_ARRAY, text, Repetition::OPTIONAL),
        Cell::DateOrNull(_) => leaf(name, Physical::INT32, day, Repetition::OPTIONAL),
        Cell::Int(_) => leaf(name, Physical::INT32, None, Repetition::REQUIRED),
        Cell::IntOrNull(_) => leaf(name, Physical::INT32, None, Repetition::OPTIONAL),
        Cell::Long(_) => leaf(name, Physical::INT64, None, Repetition::REQUIRED),
        Cell::LongOrNull(_) => leaf(name, Physical::INT64, None, Repetition::OPTIONAL),
        Cell::DoubleOrNull(_) => leaf(name, Physical::DOUBLE, None, Repetition::OPTIONAL),
        Cell::Texts(_) => {
            let element = leaf("element", Physical::BYTE_ARRAY, text, Repetition::REQUIRED)?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![Arc::new(element)])
                .build()?;
            Type::group_type_builder(name)
                .with_repetition(Repetition::REQUIRED)
                .with_logical_type(Some(LogicalType::List))
                .with_fields(vec![Arc::new(list)])
                .build()
        }
    }
}

/// Writes a column of some rows.
fn fill<R>(column: &Column<R>, rows: &[R], to: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
    match column.cell {
        Cell::Text(read) => whole::<ByteArrayType, _>(rows, |row| bytes(&read(row)), to),
        Cell::TextOrNull(read) => {
            sparse::<ByteArrayType, _>(rows, |row| read(row).map(|text| bytes(&text)), to)
        }
        Cell::DateOrNull(read) => sparse::<Int32Type, _>(rows, |row| read(row).map(days), to),
        Cell::Int(read) => whole::<Int32Type, _>(rows, |row| int(read(row)), to),
        Cell::IntOrNull(read) => sparse::<Int32Type, _>(rows, |row| read(row).map(int), to),
        Cell::Long(read) => {
            whole::<Int64Type, _>(rows, |row| i64::try_from(read(row)).unwrap_or(i64::MAX), to)
        }
        Cell::LongOrNull(read) => sparse::<Int64Type, _>(rows, read, to),
        Cell::DoubleOrNull(read) => sparse::<DoubleType, _>(rows, read, to),
        Cell::Texts(read) => lists(rows, read, to),
    }
}

/// A column that every row fills.
fn whole<T: DataType, R>(
    rows: &[R],
    read: impl Fn(&R) -> T::T,
    to: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    let values: Vec<T::T> = rows.iter().map(read).collect();
    to.typed::<T>().write_batch(&values, None, None).map(drop)
}

/// A column that a row may leave empty.
fn sparse<T: DataType, R>(
    rows: &[R],
    read: impl Fn(&R) -> Option<T::T>,
    to: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    let (mut values, mut levels) = (Vec::new(), Vec::with_capacity(rows.len()));
    for value in rows.iter().map(read) {
        levels.push(i16::from(value.is_some()));
        values.extend(value);
    }
    to.typed::<T>().write_batch(&values, Some(&levels), None).map(drop)
}

/// A column of lists. That a list is empty is a level of its own, and what is not its first goes on with it.
fn lists<R>(
    rows: &[R],
    read: fn(&R) -> &[String],
    to: &mut SerializedColumnWriter<'_>,
) -> Result<(), ParquetError> {
    let (mut values, mut filled, mut goes_on) = (Vec::new(), Vec::new(), Vec::new());
    for list in rows.iter().map(read) {
        if list.is_empty() {
            filled.push(0);
            goes_on.push(0);
        }
        for (index, text) in list.iter().enumerate() {
            values.push(bytes(text));
            filled.push(1);
            goes_on.push(i16::from(index > 0));
        }
    }
    to.typed::<ByteArrayType>().write_batch(&values, Some(&filled), Some(&goes_on)).map(drop)
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text)
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn days(day: Date) -> i32 {
    // Every date that there is has fewer days than that.
    i32::try_from(day.duration_since(EPOCH).as_hours() / 24).unwrap_or(i32::MAX)
}
