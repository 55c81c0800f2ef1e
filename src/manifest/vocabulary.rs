//! The paths that facts can have, read from the manifest schema: one source for extraction, for the static
//! checks of policies, and for what an editor shows.

mod walk;

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use serde_json::Value;

pub use walk::FactType;

/// The schema of the native manifest, embedded.
pub const MANIFEST_SCHEMA: &str = include_str!("../../schemas/llm-deployment.schema.json");

/// The same without its words, as short as it can be: all that validation needs of it. Made by the build script.
pub const TERSE_SCHEMA: &str = include_str!(concat!(env!("OUT_DIR"), "/manifest.json"));

/// The schema of the native manifest, parsed: once, since that takes a fifth of a millisecond.
pub fn manifest_schema() -> &'static Value {
    static PARSED: OnceLock<Value> = OnceLock::new();
    PARSED.get_or_init(|| serde_json::from_str(MANIFEST_SCHEMA).unwrap_or_default())
}

/// A path of the vocabulary, interned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub u16);

/// One path of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathInfo {
    /// The path as policies write it: `workload.monthlyRequests`, `metadata.name`, `artifacts[].path`; empty for
    /// the root.
    pub path: Cow<'static, str>,
    /// Its last segment: the key in the manifest, `[]` for items, `*` for the values of a map.
    pub key: Cow<'static, str>,
    /// The path above; the root is its own.
    pub parent: PathId,
    /// Its type.
    pub kind: FactType,
    /// The texts it may be, if the schema lists them.
    pub values: Cow<'static, [Cow<'static, str>]>,
    /// The schema's description.
    pub description: Cow<'static, str>,
    /// Paths directly below.
    pub children: Cow<'static, [PathId]>,
}

/// All paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    paths: Cow<'static, [PathInfo]>,
    /// All ids, sorted by their paths' texts.
    by_path: Cow<'static, [PathId]>,
}

// `static NATIVE`: the vocabulary of the embedded schema, made by the build script.
include!(concat!(env!("OUT_DIR"), "/vocabulary.rs"));

/// Texts about paths of the native vocabulary, each made when it is first asked for and shared from then on: ten thousand
/// deployments have their facts at the same places.
pub struct PathTexts(LazyLock<Box<[OnceLock<Arc<str>>]>>);

impl Default for PathTexts {
    fn default() -> Self {
        Self::new()
    }
}

impl PathTexts {
    /// None yet.
    pub const fn new() -> Self {
        Self(LazyLock::new(|| NATIVE.paths.iter().map(|_| OnceLock::new()).collect()))
    }

    /// The text about a path.
    pub fn get(&self, id: PathId, make: impl FnOnce() -> String) -> Arc<str> {
        match self.0.get(usize::from(id.0)) {
            Some(text) => Arc::clone(text.get_or_init(|| make().into())),
            None => make().into(),
        }
    }
}

/// Pointer to the root of the facts in a native manifest.
pub const NATIVE_BASE: &str = "/spec";

/// The root of the facts: `spec` in a native manifest.
pub const ROOT: PathId = PathId(0);

impl Vocabulary {
    /// The vocabulary of the embedded manifest schema.
    pub fn native() -> &'static Self {
        &NATIVE
    }

    /// Reads the paths from a manifest schema: those of `spec` without a prefix, those of `metadata` with it.
    pub fn from_schema(schema: &Value) -> Self {
        let rows = walk::rows(schema);
        let by_path = walk::by_path(&rows).into_iter().map(PathId).collect();
        let paths = rows.into_iter().map(|row| PathInfo {
            path: row.path.into(),
            key: row.key.into(),
            parent: PathId(row.parent),
            kind: row.kind,
            values: row.values.into_iter().map(Cow::Owned).collect(),
            description: row.description.into(),
            children: row.children.into_iter().map(PathId).collect(),
        });
        Self { paths: paths.collect(), by_path }
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

    /// The path of a fact as policies write it; of an entry of a map with its key:
    /// `metadata.annotations['example.com/cost-centre']`, `metadata.labels.team`.
    pub fn written(&self, id: PathId, key: Option<&str>) -> Cow<'_, str> {
        let path = self.path(id);
        let Some(key) = key else { return path.into() };
        let map = path.trim_end_matches(".*");
        let is_name = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
        if is_name {
            format!("{map}.{key}").into()
        } else {
            format!("{map}['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")).into()
        }
    }

    /// What a path is called in a few words: its last key, of items that of their list.
    pub fn name(&self, id: PathId) -> &str {
        let mut info = self.info(id);
        while info.key == "[]" {
            info = self.info(info.parent);
        }
        &info.key
    }

    /// Pointer in a native manifest to what has a path of the native vocabulary; nothing where the path alone does not
    /// tell it, because it leads through a list or a map.
    pub fn native_pointer(&self, id: PathId) -> Option<Arc<str>> {
        static POINTERS: PathTexts = PathTexts::new();
        let path = self.path(id);
        if path.contains(['[', '*']) || !std::ptr::eq(self, Self::native()) {
            return None;
        }
        Some(POINTERS.get(id, || {
            let is_metadata = path == "metadata" || path.starts_with("metadata.");
            let mut pointer = String::from(if is_metadata { "" } else { NATIVE_BASE });
            for key in path.split('.').filter(|key| !key.is_empty()) {
                crate::document::push_token(&mut pointer, key);
            }
            pointer
        }))
    }

    /// The id of a path as policies write it.
    pub fn find(&self, path: &str) -> Option<PathId> {
        let found = self.by_path.binary_search_by(|&id| self.path(id).cmp(path));
        found.ok().and_then(|at| self.by_path.get(at)).copied()
    }

    /// The path below another by its key; for items of a list `[]`, for the values of a map any key.
    pub fn child(&self, parent: PathId, key: &str) -> Option<PathId> {
        let info = self.info(parent);
        if info.kind == FactType::Map {
            return info.children.first().copied();
        }
        info.children.iter().copied().find(|&child| &*self.info(child).key == key)
    }

    /// The same, for keys that come one after the other: `near` is where the last was found, and most manifests are
    /// written in the order of the schema.
    pub fn child_after(&self, parent: PathId, key: &str, near: &mut usize) -> Option<PathId> {
        let info = self.info(parent);
        if info.kind == FactType::Map {
            return info.children.first().copied();
        }
        let is_it = |child: &PathId| &*self.info(*child).key == key;
        let (before, after) = info.children.split_at_checked(*near).unwrap_or((&info.children, &[]));
        let ahead = after.iter().position(is_it).map(|index| before.len() + index);
        let found = ahead.or_else(|| before.iter().position(is_it))?;
        *near = found + 1;
        info.children.get(found).copied()
    }

    /// All paths in schema order.
    pub fn iter(&self) -> impl Iterator<Item = (PathId, &PathInfo)> {
        self.paths.iter().enumerate().map(|(index, info)| (PathId(index as u16), info))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_made_at_build_time_is_the_one_of_the_schema() {
        assert_eq!(*Vocabulary::native(), Vocabulary::from_schema(manifest_schema()));
    }

    #[test]
    fn a_key_is_written_as_a_policy_selects_it() {
        let native = Vocabulary::native();
        let map = native.find("metadata.labels").unwrap();
        let entry = native.child(map, "any").unwrap();
        for (key, written) in [
            ("team", "metadata.labels.team"),
            ("example.com/team", "metadata.labels['example.com/team']"),
            ("a-b", "metadata.labels['a-b']"),
            ("it's \\", r"metadata.labels['it\'s \\']"),
        ] {
            assert_eq!(native.written(entry, Some(key)), written);
            assert_eq!(native.written(map, Some(key)), written);
        }
        assert_eq!(native.written(map, None), "metadata.labels");
    }

    #[test]
    fn every_path_is_found_and_no_other_and_is_called_by_its_last_key() {
        let native = Vocabulary::native();
        for (id, info) in native.iter() {
            assert_eq!(native.find(&info.path), Some(id));
            assert_eq!(Some(native.name(id)), info.path.trim_end_matches("[]").rsplit('.').next());
        }
        assert_eq!(native.find("workload.monthly"), None);
    }
}
