//! Build script: embeds every pack beside it, so that adding a file is all a new rule takes, and the schemas of the
//! manifest and of the config.
//!
//! What a process would find out of these texts each time it starts is found out here: the digest of a pack, the
//! paths of the schema, the words of packs and rules, and which strategies the `when` of a rule names. A test holds each of them to what
//! the text says.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo through its standard output")]
#![expect(clippy::disallowed_methods, reason = "a build script reads the files it embeds")]
#![expect(clippy::unnecessary_debug_formatting, reason = "paths are written as string literals of Rust")]

#[path = "../src/manifest/vocabulary/walk.rs"]
#[expect(unreachable_pub, reason = "written for the crate, where it is reachable")]
mod walk;

#[path = "embed/node.rs"]
mod node;
#[path = "embed/pack.rs"]
mod pack;
#[path = "embed/rule.rs"]
mod rule;
#[path = "embed/schema.rs"]
mod schema;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("packs.rs"), packs(&root.join("policies"))?)?;

    let mut manifest = schema::read(&root.join("schemas/llm-deployment.schema.json"))?;
    fs::write(out.join("vocabulary.rs"), schema::vocabulary(&manifest))?;
    schema::drop_words(&mut manifest);
    fs::write(out.join("manifest.json"), manifest.to_string())?;
    let mut shapes = format!("static MANIFEST: Shape = {};\n", schema::shape(&manifest)?);
    for (name, file) in [("RULE", "rule"), ("PACK", "pack"), ("CONFIG", "config")] {
        let mut own = schema::read(&root.join(format!("schemas/{file}.schema.json")))?;
        schema::inline(&mut own);
        schema::drop_words(&mut own);
        let _ = writeln!(shapes, "static {name}: Shape = {};", schema::shape(&own)?);
    }
    fs::write(out.join("shape.rs"), shapes)
}

/// The packs in a folder as a table.
fn packs(root: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("static PACKS: &[EmbeddedPack] = &[\n");
    for folder in sorted(root)?.into_iter().filter(|path| path.join("pack.yaml").is_file()) {
        println!("cargo::rerun-if-changed={}", folder.display());
        let file = folder.join("pack.yaml");
        let pack_text = fs::read_to_string(&file)?;
        let mut digest = Sha256::new_with_prefix(&pack_text);
        let mut rules = String::new();
        for path in sorted(&folder)? {
            if path.extension().is_some_and(|extension| extension == "yaml") && stem(&path) != "pack" {
                println!("cargo::rerun-if-changed={}", path.display());
                let (id, text) = (stem(&path), fs::read_to_string(&path)?);
                for part in [&id, &text] {
                    digest.update((part.len() as u64).to_le_bytes());
                    digest.update(part);
                }
                rules += &rule::rule(&stem(&folder), &id, &text, &path.to_string_lossy())?;
            }
        }
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let _ = writeln!(
            code,
            "EmbeddedPack {{ name: {:?}, digest: \"sha256:{digest}\", text: include_str!({file:?}), {}, rules: &[\n{rules}] }},",
            stem(&folder),
            pack::fields(&pack_text)?
        );
    }
    code.push_str("];\n");
    Ok(code)
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort_by_key(|path| stem(path));
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
