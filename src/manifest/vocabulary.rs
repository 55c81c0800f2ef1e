//! The paths that facts can have, read from the manifest schema: one source for extraction, for the static
//! checks of policies, and for what an editor shows.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::Value;

/// The schema of the native manifest, embedded.
pub const MANIFEST_SCHEMA: &str = include_str!("../../schemas/llm-deployment.schema.json");

/// The schema of the native manifest, parsed: once, since that takes a fifth of a millisecond.
pub fn manifest_schema() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(MANIFEST_SCHEMA).unwrap_or_default())
}

/// A path of the vocabulary, interned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub u16);

/// What the schema says a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// A truth value.
    Bool,
    /// A whole number.
    Integer,
    /// Any finite number.
    Number,
    /// A text, of a fixed set where [`PathInfo::values`] is not empty.
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

/// One path of the vocabulary.
#[derive(Debug)]
pub struct PathInfo {
    /// The path as policies write it: `workload.monthlyRequests`, `metadata.name`, `artifacts[].path`; empty for
    /// the root.
    pub path: Box<str>,
    /// Its last segment: the key in the manifest, `[]` for items, `*` for the values of a map.
    pub key: Box<str>,
    /// The path above; the root is its own.
    pub parent: PathId,
    /// Its type.
    pub kind: FactType,
    /// The texts it may be, if the schema lists them.
    pub values: Vec<Box<str>>,
    /// The schema's description.
    pub description: Box<str>,
    /// Paths directly below.
    pub children: Vec<PathId>,
}

/// All paths.
#[derive(Debug)]
pub struct Vocabulary {
    paths: Vec<PathInfo>,
    by_path: HashMap<Box<str>, PathId>,
}

/// The root of the facts: `spec` in a native manifest.
pub const ROOT: PathId = PathId(0);

impl Vocabulary {
    /// The vocabulary of the embedded manifest schema.
    pub fn native() -> &'static Self {
        static NATIVE: OnceLock<Vocabulary> = OnceLock::new();
        NATIVE.get_or_init(|| Self::from_schema(manifest_schema()))
    }

    /// Reads the paths from a manifest schema: those of `spec` without a prefix, those of `metadata` with it.
    pub fn from_schema(schema: &Value) -> Self {
        let mut vocabulary = Self { paths: Vec::new(), by_path: HashMap::new() };
        vocabulary.add(schema, &schema["properties"]["spec"], "", "", ROOT);
        vocabulary.add(schema, &schema["properties"]["metadata"], "metadata", "metadata", ROOT);
        vocabulary
    }

    fn add(&mut self, root: &Value, schema: &Value, path: &str, key: &str, parent: PathId) -> PathId {
        let schema = match schema["$ref"].as_str() {
            Some(pointer) => root.pointer(pointer.trim_start_matches('#')).unwrap_or(schema),
            None => schema,
        };
        let id = PathId(self.paths.len() as u16);
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
        let values = schema["enum"]
            .as_array()
            .map(|values| values.iter().filter_map(Value::as_str).map(Into::into).collect())
            .unwrap_or_default();
        self.paths.push(PathInfo {
            path: path.into(),
            key: key.into(),
            parent,
            kind,
            values,
            description: schema["description"].as_str().unwrap_or_default().into(),
            children: Vec::new(),
        });
        self.by_path.insert(path.into(), id);
        let join = |child: &str| if path.is_empty() { child.to_owned() } else { format!("{path}.{child}") };
        let mut children = Vec::new();
        for (name, child) in properties.into_iter().flatten() {
            children.push(self.add(root, child, &join(name), name, id));
        }
        match kind {
            FactType::List => {
                children.push(self.add(root, &schema["items"], &format!("{path}[]"), "[]", id));
            }
            FactType::Map => {
                children.push(self.add(root, &schema["additionalProperties"], &join("*"), "*", id));
            }
            // An item of several shapes: the paths of all of them.
            FactType::Any => {
                for branch in schema["oneOf"].as_array().into_iter().flatten() {
                    for (name, child) in branch["properties"].as_object().into_iter().flatten() {
                        children.push(self.add(root, child, &join(name), name, id));
                    }
                }
            }
            _ => {}
        }
        if id == ROOT {
            // `metadata` comes after `spec` and hangs on the root as well.
            children.push(PathId(self.paths.len() as u16));
        }
        self.paths[id.0 as usize].children = children;
        id
    }

    /// How many paths there are; ids are below it.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there is no path at all (a schema that could not be read).
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// What is known of a path.
    pub fn info(&self, id: PathId) -> &PathInfo {
        &self.paths[id.0 as usize]
    }

    /// The path written out.
    pub fn path(&self, id: PathId) -> &str {
        &self.info(id).path
    }

    /// The id of a path as policies write it.
    pub fn find(&self, path: &str) -> Option<PathId> {
        self.by_path.get(path).copied()
    }

    /// The path below another by its key; for items of a list `[]`, for the values of a map any key.
    pub fn child(&self, parent: PathId, key: &str) -> Option<PathId> {
        let info = self.info(parent);
        if info.kind == FactType::Map {
            return info.children.first().copied();
        }
        info.children.iter().copied().find(|&child| &*self.info(child).key == key)
    }

    /// All paths in schema order.
    pub fn iter(&self) -> impl Iterator<Item = (PathId, &PathInfo)> {
        self.paths.iter().enumerate().map(|(index, info)| (PathId(index as u16), info))
    }
}
