//! From the paths of a command line to what is in them: discovers, reads and examines in the same threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use super::Global;
use super::progress::Progress;
use crate::discover::{self, Found, Here, LeftOut, MANIFEST_ENDINGS, OnDisk, Trouble, Visit};
use crate::document::Limits;
use crate::link::{self, Repository};
use crate::output::Texts;
use crate::pipeline::{self, Examined, Input};
use crate::read;
use crate::source::{self, Source};
use crate::threads::Threads;
use crate::workspace::{self, Choice};

/// A buffer that held more than this is given back after the file that needed it.
const KEPT_BUFFER: usize = 1 << 20;

/// What to read, and how.
#[derive(Clone, Debug, Args)]
pub struct Sources {
    /// Files and folders [default: the current folder]; `-` is standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// What standard input is called in reports
    #[arg(long, value_name = "NAME", help_heading = "Sources")]
    pub stdin_filename: Option<PathBuf>,
    /// Largest file to read, in bytes or with K, M or G
    #[arg(long, value_name = "SIZE", default_value = "8M", value_parser = size, help_heading = "Sources")]
    pub max_file_size: u64,
    /// Read as well what .gitignore and .tunelintignore leave out
    #[arg(long, help_heading = "Sources")]
    pub no_ignore: bool,
    /// Parse every file, not only those that could hold a manifest
    #[arg(long, help_heading = "Sources")]
    pub no_prefilter: bool,
    /// Pass over named files as a walk does: those that ignore files leave out, and those that are no YAML and hold
    /// no manifest, such as templates; for a hook, which names whatever was changed
    #[arg(long, help_heading = "Sources")]
    pub skip_unrelated: bool,
}

/// Bytes, with K, M or G for powers of 1,024. Spans are 32 bits wide, and UTF-16 grows when it is decoded, so
/// that 2 GiB are the end.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let text = text.trim_end_matches(['B', 'b']).trim_end_matches('i');
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let shift = match text.get(digits.len()..).unwrap_or_default() {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => return Err("write bytes, or a number with K, M or G".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "write bytes, or a number with K, M or G".to_owned())?;
    number
        .checked_shl(shift)
        .filter(|size| *size <= 1 << 31 && size >> shift == number)
        .ok_or_else(|| "more than 2G".to_owned())
}

impl Default for Sources {
    /// The current folder, read as `check` does where nothing else is said.
    fn default() -> Self {
        Self {
            paths: Vec::new(),
            stdin_filename: None,
            max_file_size: Limits::default().bytes,
            no_ignore: false,
            no_prefilter: false,
            skip_unrelated: false,
        }
    }
}

impl Sources {
    /// A folder as `check` reads it when nothing else is asked for.
    pub fn of(folder: PathBuf) -> Self {
        Self { paths: vec![folder], ..Self::default() }
    }

    /// How to walk for files with these endings.
    pub fn walk(
        &self,
        global: &Global,
        left_out: &LeftOut,
        endings: &'static [&'static str],
    ) -> discover::Settings {
        self.walk_from(Here::now(), global.threads(), left_out, endings)
    }

    /// The same, where reports call files from elsewhere.
    pub(super) fn walk_from(
        &self,
        here: Here,
        threads: Threads,
        left_out: &LeftOut,
        endings: &'static [&'static str],
    ) -> discover::Settings {
        discover::Settings {
            here,
            ignore_files: !self.no_ignore,
            bypass_named: self.skip_unrelated,
            left_out: left_out.clone(),
            endings,
            threads,
        }
    }

    /// How to look at each file.
    pub fn settings(&self) -> pipeline::Settings {
        pipeline::Settings {
            limits: Limits { bytes: self.max_file_size, ..Limits::default() },
            parse_all: self.no_prefilter,
        }
    }

    /// The paths to walk: the current folder where nothing was asked for.
    pub fn paths(&self) -> Vec<PathBuf> {
        let named: Vec<_> = self.paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect();
        if named.is_empty() && !self.reads_standard_input() { vec![PathBuf::from(".")] } else { named }
    }

    /// Whether what standard input is called is left out, as an editor shows a file that a config excludes.
    fn is_left_out(&self, left_out: &LeftOut) -> bool {
        self.stdin_filename.as_deref().is_some_and(|name| left_out.takes(&discover::absolute(name)))
    }

    /// The paths that a run speaks of: those to walk, and what standard input is called.
    pub fn spoken_of(&self) -> Vec<PathBuf> {
        let mut paths = self.paths();
        paths.extend(self.stdin_filename.clone().or_else(|| paths.is_empty().then(|| PathBuf::from("."))));
        paths
    }

    fn reads_standard_input(&self) -> bool {
        self.stdin_filename.is_some() || self.paths.iter().any(|path| path.as_os_str() == "-")
    }

    /// Phase 1 for all of them.
    pub fn gather(&self, global: &Global, left_out: &LeftOut) -> Vec<Examined> {
        let progress = Progress::default();
        let paths = self.paths();
        let (settings, tells_configs) = (self.settings(), global.config.choice() == Choice::Found);
        let mut examined = Vec::new();
        if !paths.is_empty() {
            // A few named files are no walk: they cost no thread to watch them.
            let is_walk = !global.quiet && paths.iter().any(|path| path.is_dir());
            let walk = self.walk(global, left_out, MANIFEST_ENDINGS);
            examined = progress.watch(is_walk, || self.gather_by(&walk, &settings, tells_configs, &progress));
        }
        if self.reads_standard_input() && !self.is_left_out(left_out) {
            let mut reader = Reader::new(&settings, &progress, tells_configs, self.skip_unrelated);
            reader.standard_input(self.stdin_filename.as_deref());
            examined.push(reader.examined);
        }
        examined
    }

    /// Phase 1 for what a walk finds.
    pub(super) fn gather_by(
        &self,
        walk: &discover::Settings,
        settings: &pipeline::Settings,
        tells_configs: bool,
        progress: &Progress,
    ) -> Vec<Examined> {
        let make = || Reader::new(settings, progress, tells_configs, self.skip_unrelated);
        let readers = discover::discover(&self.paths(), walk, make);
        readers.into_iter().map(|reader| reader.examined).collect()
    }
}

/// Reads and examines files, in one thread.
struct Reader<'a> {
    settings: &'a pipeline::Settings,
    progress: &'a Progress,
    /// Whether configs that do not count are told.
    tells_configs: bool,
    /// Whether named files are examined like those of a walk.
    skips_unrelated: bool,
    buffer: Vec<u8>,
    examined: Examined,
}

impl<'a> Reader<'a> {
    fn new(
        settings: &'a pipeline::Settings,
        progress: &'a Progress,
        tells_configs: bool,
        skips_unrelated: bool,
    ) -> Self {
        let (buffer, examined) = (Vec::new(), Examined::default());
        Self { settings, progress, tells_configs, skips_unrelated, buffer, examined }
    }

    fn take(
        &mut self,
        read: &Result<(), read::Error>,
        path: &dyn Fn() -> Arc<str>,
        file: Option<&Path>,
        named: bool,
    ) {
        let content = read.as_ref().map(|()| &*self.buffer);
        let input = Input { path, file, named, content };
        let examined = pipeline::examine(input, self.settings);
        self.progress.count(examined.manifests);
        self.examined.absorb(examined);
        if self.buffer.capacity() > KEPT_BUFFER {
            self.buffer = Vec::new();
        }
    }

    fn standard_input(&mut self, name: Option<&Path>) {
        let read = read::standard_input(self.settings.limits.bytes, &mut self.buffer);
        let path = || name.map_or_else(|| "<stdin>".into(), |name| discover::shown(name).into());
        self.take(&read, &path, None, true);
    }
}

impl Visit for Reader<'_> {
    fn file(&mut self, found: Found<'_>) {
        let limit = self.settings.limits.bytes;
        let read = if found.named {
            read::named(found.file, limit, &mut self.buffer)
        } else {
            read::walked(found.file, limit, &mut self.buffer)
        };
        let named = found.named && !self.skips_unrelated;
        self.take(&read, &|| found.shown(), Some(found.file), named);
        // The config that counts was read before and is not visited.
        if self.tells_configs && !found.named && workspace::is_config(found.file, &self.buffer) {
            self.examined.findings.push(workspace::nested(&found.shown()));
        }
    }

    fn trouble(&mut self, trouble: Trouble) {
        take_trouble(&mut self.examined, trouble);
    }

    fn done(&mut self) {
        link::sort(&mut self.examined.deployments);
    }
}

/// Takes note of what could not be walked.
pub(super) fn take_trouble(examined: &mut Examined, trouble: Trouble) {
    let path: Arc<str> = if trouble.shown.is_empty() { ".".into() } else { trouble.shown.into() };
    let finding = pipeline::unreadable(&path, trouble.code, trouble.predicate);
    examined.findings.push(finding.with_severity(trouble.severity));
    examined.trouble |= trouble.named;
}

impl Repository for OnDisk {
    fn holds(&self, manifest: &Source, reference: &Path) -> bool {
        let manifest = manifest.file().unwrap_or(Path::new(&*manifest.path));
        self.leads_somewhere(manifest, reference)
    }
}

/// Reads files again for their excerpts. Findings come file by file, so the last text is kept.
#[derive(Debug, Default)]
pub struct Again {
    last: Mutex<Option<(Arc<str>, Arc<str>)>>,
}

impl Texts for Again {
    fn text(&self, source: &Source) -> Option<Arc<str>> {
        if let Some(text) = &source.text {
            return Some(Arc::clone(text));
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((path, text)) = &*last
            && Arc::ptr_eq(path, &source.path)
        {
            return Some(Arc::clone(text));
        }
        let mut buffer = Vec::new();
        // It was read once: its length is known to be within bounds, up to a change that the digest tells.
        let most = u64::from(source.lines.text_len()).saturating_mul(2).saturating_add(2);
        read::named(source.file()?, most, &mut buffer).ok()?;
        let text: Arc<str> = read::decode(&buffer).ok()?.into();
        if source::digest(&text) != source.digest {
            return None;
        }
        *last = Some((Arc::clone(&source.path), Arc::clone(&text)));
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_powers_of_1024() {
        assert_eq!(size("100"), Ok(100));
        assert_eq!(size("8M"), Ok(8 << 20));
        assert_eq!(size("64KiB"), Ok(64 << 10));
        for wrong in ["", "M", "-1", "8T", "4G", "99999999999G", "8 M"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
