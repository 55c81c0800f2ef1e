//! The walk over a manifest schema that finds its paths. The build script compiles this file as well, to make a
//! table of the paths of our own schema.

use serde_json::Value;

/// What the schema says a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// A truth value.
    Bool,
    /// A whole number.
    Integer,
    /// Any finite number.
    Number,
    /// A text, of a fixed set where the schema lists its values.
    String,
    /// An object with known keys.
    Object,
    /// An object from any text to text: labels, annotations.
    Map,
    /// A list; its items have the path `x[]`.
    List,
    /// Anything (an artifact is a text or an object).
    Any,
}

/// One path, as a row of a table: other paths are given by their row.
pub(super) struct Row {
    pub path: String,
    pub key: String,
    pub parent: u16,
    pub kind: FactType,
    pub values: Vec<String>,
    pub description: String,
    pub children: Vec<u16>,
}

/// The paths of a manifest schema: those of `spec` without a prefix, the root first, then those of `metadata` with
/// it.
pub(super) fn rows(schema: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    add(&mut rows, schema, &schema["properties"]["spec"], "", "", 0);
    let metadata = add(&mut rows, schema, &schema["properties"]["metadata"], "metadata", "metadata", 0);
    // `metadata` hangs on the root as well.
    rows[0].children.push(metadata);
    rows
}

/// The rows sorted by their paths, to search in; of several with one path the last.
pub(super) fn by_path(rows: &[Row]) -> Vec<u16> {
    let path = |id: u16| &rows[usize::from(id)].path;
    let mut sorted: Vec<u16> = (0..rows.len() as u16).rev().collect();
    sorted.sort_by(|&left, &right| path(left).cmp(path(right)));
    sorted.dedup_by(|&mut left, &mut right| path(left) == path(right));
    sorted
}

fn add(rows: &mut Vec<Row>, root: &Value, schema: &Value, path: &str, key: &str, parent: u16) -> u16 {
    let schema = match schema["$ref"].as_str() {
        Some(pointer) => root.pointer(pointer.trim_start_matches('#')).unwrap_or(schema),
        None => schema,
    };
    let id = rows.len() as u16;
    let properties = schema["properties"].as_object();
    let kind = match schema["type"].as_str() {
        Some("boolean") => FactType::Bool,
        Some("integer") => FactType::Integer,
        Some("number") => FactType::Number,
        Some("string") => FactType::String,
        Some("array") => FactType::List,
        Some("object") if properties.is_some() => FactType::Object,
        Some("object") => FactType::Map,
        _ => FactType::Any,
    };
    let values = schema["enum"].as_array().into_iter().flatten();
    rows.push(Row {
        path: path.to_owned(),
        key: key.to_owned(),
        parent,
        kind,
        values: values.filter_map(Value::as_str).map(str::to_owned).collect(),
        description: schema["description"].as_str().unwrap_or_default().to_owned(),
        children: Vec::new(),
    });
    let join = |child: &str| if path.is_empty() { child.to_owned() } else { format!("{path}.{child}") };
    let mut children = Vec::new();
    for (name, child) in properties.into_iter().flatten() {
        children.push(add(rows, root, child, &join(name), name, id));
    }
    match kind {
        FactType::List => {
            children.push(add(rows, root, &schema["items"], &format!("{path}[]"), "[]", id));
        }
        FactType::Map => {
            children.push(add(rows, root, &schema["additionalProperties"], &join("*"), "*", id));
        }
        // An item of several shapes: the paths of all of them.
        FactType::Any => {
            for branch in schema["oneOf"].as_array().into_iter().flatten() {
                for (name, child) in branch["properties"].as_object().into_iter().flatten() {
                    children.push(add(rows, root, child, &join(name), name, id));
                }
            }
        }
        _ => {}
    }
    rows[usize::from(id)].children = children;
    id
}
