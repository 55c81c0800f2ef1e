//! Build script: embeds every pack beside it, so that adding a file is all a new rule takes.
//!
//! For each rule it also notes which strategies its `when` names, read off the text. That index only spares the
//! start of a process the reading of rules that cannot apply; a test holds it to what the checked expression says.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo through its standard output")]
#![expect(clippy::disallowed_methods, reason = "a build script reads the files it embeds")]
#![expect(clippy::unnecessary_debug_formatting, reason = "paths are written as string literals of Rust")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("policies");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut code = String::from("pub(super) static PACKS: &[EmbeddedPack] = &[\n");
    for pack in sorted(&root)?.into_iter().filter(|path| path.join("pack.yaml").is_file()) {
        println!("cargo::rerun-if-changed={}", pack.display());
        let _ = writeln!(
            code,
            "EmbeddedPack {{ name: {:?}, text: include_str!({:?}), rules: &[",
            stem(&pack),
            pack.join("pack.yaml")
        );
        for rule in sorted(&pack)? {
            if rule.extension().is_some_and(|extension| extension == "yaml") && stem(&rule) != "pack" {
                println!("cargo::rerun-if-changed={}", rule.display());
                let _ = writeln!(
                    code,
                    "EmbeddedRule {{ id: {:?}, text: include_str!({rule:?}), strategies: &{:?} }},",
                    stem(&rule),
                    strategies(&fs::read_to_string(&rule)?)
                );
            }
        }
        code.push_str("] },\n");
    }
    code.push_str("];\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("packs.rs"), code)
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
