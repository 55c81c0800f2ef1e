//! Schemas as tables: the paths of the manifest, and what a schema asks of a value.

use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::{fs, io};

use serde_json::Value;

use super::walk;

/// Reads a schema, and again whenever its file changes.
pub(super) fn read(file: &Path) -> io::Result<Value> {
    println!("cargo::rerun-if-changed={}", file.display());
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}

/// The paths of the manifest schema as a table.
pub(super) fn vocabulary(schema: &Value) -> String {
    let rows = walk::rows(schema);
    let ids = |ids: &[u16]| ids.iter().map(|id| format!("PathId({id})")).collect::<Vec<_>>().join(", ");
    let mut code = String::from("static NATIVE: Vocabulary = Vocabulary {\npaths: Cow::Borrowed(&[\n");
    for row in &rows {
        let values: Vec<_> = row.values.iter().map(|value| format!("Cow::Borrowed({value:?})")).collect();
        let _ = writeln!(
            code,
            "PathInfo {{ path: Cow::Borrowed({:?}), key: Cow::Borrowed({:?}), parent: PathId({}), \
             kind: FactType::{:?}, values: Cow::Borrowed(&[{}]), description: Cow::Borrowed({:?}), \
             children: Cow::Borrowed(&[{}]) }},",
            row.path,
            row.key,
            row.parent,
            row.kind,
            values.join(", "),
            row.description,
            ids(&row.children)
        );
    }
    let _ = writeln!(code, "]),\nby_path: Cow::Borrowed(&[{}]),\n}};", ids(&walk::by_path(&rows)));
    code
}

/// Puts what the references of a schema lead to in their place.
pub(super) fn inline(schema: &mut Value) {
    let Some(definitions) = schema.as_object_mut().and_then(|members| members.remove("$defs")) else {
        return;
    };
    put_in_place(schema, &definitions);
}

fn put_in_place(schema: &mut Value, definitions: &Value) {
    match schema {
        Value::Object(members) => {
            let name = members.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix("#/$defs/"));
            if let Some(Value::Object(meant)) = name.and_then(|name| definitions.get(name)).cloned() {
                members.remove("$ref");
                members.extend(meant);
            }
            members.values_mut().for_each(|member| put_in_place(member, definitions));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_in_place(item, definitions)),
        _ => {}
    }
}

/// Removes from a schema what is for people alone.
pub(super) fn drop_words(schema: &mut Value) {
    let Some(members) = schema.as_object_mut() else { return };
    members.retain(|keyword, _| !matches!(keyword.as_str(), "title" | "description" | "examples"));
    for (keyword, value) in members {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(named)) => named.values_mut().for_each(drop_words),
            ("oneOf", Value::Array(branches)) => branches.iter_mut().for_each(drop_words),
            ("items" | "additionalProperties" | "if" | "then", value) => drop_words(value),
            _ => {}
        }
    }
}

/// A schema as a value of `Shape`.
///
/// # Errors
/// A keyword that a shape has no place for, or one with a value that it has none for.
pub(super) fn shape(schema: &Value) -> io::Result<String> {
    if *schema == Value::Bool(false) {
        return Ok("Shape { never: true, ..Shape::ANY }".to_owned());
    }
    let unknown = |what: &dyn Debug| io::Error::other(format!("`Shape` has no place for {what:?}"));
    let members = schema.as_object().ok_or_else(|| unknown(schema))?;
    let mut fields = String::new();
    for (keyword, value) in members {
        let (field, code) = match (keyword.as_str(), value) {
            ("$schema" | "$id", _) => continue,
            ("type", Value::String(name)) => ("kinds", format!("&[{}]", kind(name))),
            ("type", Value::Array(names)) if names.iter().all(Value::is_string) => {
                let names: Vec<_> = names.iter().filter_map(Value::as_str).map(kind).collect();
                ("kinds", format!("&[{}]", names.join(", ")))
            }
            ("const", Value::String(text)) => ("texts", format!("&[{text:?}]")),
            ("enum", Value::Array(all)) if all.len() > 1 && all.iter().all(Value::is_string) => {
                ("texts", format!("&{}", texts(all)))
            }
            ("required", Value::Array(all)) => ("required", format!("&{}", texts(all))),
            ("pattern", Value::String(pattern)) => ("pattern", format!("Some({pattern:?})")),
            ("minimum", Value::Number(least))
                if least.as_i64().is_some_and(|least| least.abs() < 1 << 50) =>
            {
                ("minimum", format!("Some({least}.0)"))
            }
            ("properties", Value::Object(named)) => {
                let named =
                    named.iter().map(|(name, schema)| Ok(format!("({name:?}, {}), ", shape(schema)?)));
                ("members", format!("&[{}]", named.collect::<io::Result<String>>()?))
            }
            ("additionalProperties", schema) => ("others", format!("Some(&{})", shape(schema)?)),
            ("items", schema) => ("items", format!("Some(&{})", shape(schema)?)),
            ("oneOf", Value::Array(branches)) => {
                let branches = branches.iter().map(|branch| Ok(shape(branch)? + ", "));
                ("one_of", format!("&[{}]", branches.collect::<io::Result<String>>()?))
            }
            ("if", condition) => {
                ("implies", format!("Some((&{}, &{}))", shape(condition)?, shape(&schema["then"])?))
            }
            ("then", _) if members.contains_key("if") => continue,
            other => return Err(unknown(&other)),
        };
        let _ = write!(fields, "{field}: {code}, ");
    }
    Ok(format!("Shape {{ {fields}..Shape::ANY }}"))
}

fn kind(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!("Kind::{}{rest}", first.to_uppercase())
}

/// Texts as a list.
fn texts(all: &[Value]) -> String {
    format!("{:?}", all.iter().filter_map(Value::as_str).collect::<Vec<_>>())
}
