//! Build script: embeds every pack beside it, so that adding a file is all a new rule takes, and the schema of the
//! manifest.
//!
//! What a process would find out of these texts each time it starts is found out here: the digest of a pack, the
//! paths of the schema, and which strategies the `when` of a rule names, read off its text. A test holds each of
//! them to what the text says.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo through its standard output")]
#![expect(clippy::disallowed_methods, reason = "a build script reads the files it embeds")]
#![expect(clippy::unnecessary_debug_formatting, reason = "paths are written as string literals of Rust")]

#[path = "../src/manifest/vocabulary/walk.rs"]
#[expect(unreachable_pub, reason = "written for the crate, where it is reachable")]
mod walk;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use serde_json::Value;
use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("packs.rs"), packs(&root.join("policies"))?)?;

    let schema = root.join("schemas/llm-deployment.schema.json");
    println!("cargo::rerun-if-changed={}", schema.display());
    println!("cargo::rerun-if-changed={}", root.join("src/manifest/vocabulary/walk.rs").display());
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(schema)?)?;
    fs::write(out.join("vocabulary.rs"), vocabulary(&schema))?;
    drop_words(&mut schema);
    fs::write(out.join("manifest.json"), schema.to_string())?;
    let shape = format!("static MANIFEST: Shape = {};\n", shape(&schema)?);
    fs::write(out.join("shape.rs"), shape)
}

/// The packs in a folder as a table.
fn packs(root: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("static PACKS: &[EmbeddedPack] = &[\n");
    for pack in sorted(root)?.into_iter().filter(|path| path.join("pack.yaml").is_file()) {
        println!("cargo::rerun-if-changed={}", pack.display());
        let mut digest = Sha256::new_with_prefix(fs::read(pack.join("pack.yaml"))?);
        let mut rules = String::new();
        for rule in sorted(&pack)? {
            if rule.extension().is_some_and(|extension| extension == "yaml") && stem(&rule) != "pack" {
                println!("cargo::rerun-if-changed={}", rule.display());
                let (id, text) = (stem(&rule), fs::read_to_string(&rule)?);
                for part in [&id, &text] {
                    digest.update((part.len() as u64).to_le_bytes());
                    digest.update(part);
                }
                let _ = writeln!(
                    rules,
                    "EmbeddedRule {{ id: {id:?}, text: include_str!({rule:?}), strategies: &{:?} }},",
                    strategies(&text)
                );
            }
        }
        let digest: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let _ = writeln!(
            code,
            "EmbeddedPack {{ name: {:?}, digest: \"sha256:{digest}\", text: include_str!({:?}), rules: &[\n{rules}] }},",
            stem(&pack),
            pack.join("pack.yaml")
        );
    }
    code.push_str("];\n");
    Ok(code)
}

/// The paths of the manifest schema as a table.
fn vocabulary(schema: &Value) -> String {
    let rows = walk::rows(schema);
    let ids = |ids: &[u16]| ids.iter().map(|id| format!("PathId({id}), ")).collect::<String>();
    let mut code = String::from("static NATIVE: Vocabulary = Vocabulary {\npaths: Cow::Borrowed(&[\n");
    for row in &rows {
        let values: String = row.values.iter().map(|value| format!("Cow::Borrowed({value:?}), ")).collect();
        let _ = writeln!(
            code,
            "PathInfo {{ path: Cow::Borrowed({:?}), key: Cow::Borrowed({:?}), parent: PathId({}), \
             kind: FactType::{:?}, values: Cow::Borrowed(&[{values}]), description: Cow::Borrowed({:?}), \
             children: Cow::Borrowed(&[{}]) }},",
            row.path,
            row.key,
            row.parent,
            row.kind,
            row.description,
            ids(&row.children)
        );
    }
    let _ = writeln!(code, "]),\nby_path: Cow::Borrowed(&[{}]),\n}};", ids(&walk::by_path(&rows)));
    code
}

/// Removes from a schema what is for people alone.
fn drop_words(schema: &mut Value) {
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
fn shape(schema: &Value) -> io::Result<String> {
    if *schema == Value::Bool(false) {
        return Ok("Shape { never: true, ..Shape::ANY }".to_owned());
    }
    let unknown = |what: &dyn std::fmt::Debug| io::Error::other(format!("`Shape` has no place for {what:?}"));
    let members = schema.as_object().ok_or_else(|| unknown(schema))?;
    let mut fields = String::new();
    for (keyword, value) in members {
        let (field, code) = match (keyword.as_str(), value) {
            ("$schema" | "$id", _) => continue,
            ("type", Value::String(kind)) => {
                let (first, rest) = kind.split_at(1);
                ("kind", format!("Some(Kind::{}{rest})", first.to_uppercase()))
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

/// Texts as a list.
fn texts(all: &[Value]) -> String {
    format!("{:?}", all.iter().filter_map(Value::as_str).collect::<Vec<_>>())
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Strategies that the first conjunct of a `when` names, whether it stands behind its key or below it; none where it
/// says nothing of the kind.
fn strategies(rule: &str) -> &'static [&'static str] {
    let mut lines = rule.lines().skip_while(|line| !line.starts_with("  when:"));
    let first = match lines.next().map(|line| line.trim_start_matches("  when:").trim()) {
        Some("|-" | "|" | ">-" | ">") => lines.next().unwrap_or_default(),
        Some(text) => text,
        None => "",
    };
    match first.split("&&").next().unwrap_or_default().trim().trim_matches('"').trim() {
        "customization.strategy == 'fine-tuning'" => &["fine-tuning"],
        "customization.strategy == 'prompting'" => &["prompting"],
        "customization.strategy == 'hybrid'" => &["hybrid"],
        "customization.strategy in ['fine-tuning', 'hybrid']" => &["fine-tuning", "hybrid"],
        "customization.strategy in ['prompting', 'hybrid']" => &["prompting", "hybrid"],
        "customization.strategy in ['fine-tuning', 'prompting']" => &["fine-tuning", "prompting"],
        _ => &[],
    }
}
