//! What a finding is recognised by from run to run. No line and no offset is in it, so that a moved, reindented or
//! renamed manifest has the findings it had.

use std::collections::HashMap;

use serde::ser::{Error, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::threads::Threads;

/// Bytes of the hash that a report shows: 128 bits.
const SHOWN: usize = 16;

/// What a report shows: hexadecimal digits.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint([u8; SHOWN]);

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 2 * SHOWN];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(self.0) {
            *pair = hexadecimal(byte);
        }
        serializer.serialize_str(str::from_utf8(&digits).map_err(S::Error::custom)?)
    }
}

/// One fingerprint a finding, in their order: a hash of rule, pack, code, deployment (or file, where there is none),
/// the deciding pointer, and how many findings before had the same. Unique in a report.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    let all = shown(findings, Threads::new(Some(1)));
    all.into_iter().map(|Fingerprint(bytes)| written(&bytes)).collect()
}

/// The same, by several threads.
pub(super) fn shown(findings: &[Finding], threads: Threads) -> Vec<Fingerprint> {
    hashes(findings, threads, |hash| {
        let mut shown = [0; SHOWN];
        shown.iter_mut().zip(hash).for_each(|(shown, byte)| *shown = byte);
        Fingerprint(shown)
    })
}

/// The same hashes whole: SHA-256 in hexadecimal digits.
pub(super) fn digests(findings: &[Finding]) -> Vec<String> {
    hashes(findings, Threads::new(Some(1)), |hash| written(&hash))
}

type Hash = [u8; 32];

/// Findings fewer than this are hashed faster than a thread is started.
const FEW: usize = 512;

fn hashes<T>(findings: &[Finding], threads: Threads, form: impl Fn(Hash) -> T) -> Vec<T> {
    let firsts = threads.map(findings, FEW, |finding| hash(finding, 0));
    // The hash of the first of its kind is what the others are known by.
    let mut seen: HashMap<Hash, u32> = HashMap::with_capacity(findings.len());
    let all = findings.iter().zip(firsts).map(|(finding, first)| {
        let before = seen.entry(first).or_default();
        let occurrence = *before;
        *before += 1;
        form(if occurrence == 0 { first } else { hash(finding, occurrence) })
    });
    all.collect()
}

fn hash(finding: &Finding, occurrence: u32) -> Hash {
    identity(finding).chain_update(occurrence.to_le_bytes()).finalize().into()
}

fn written(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|&byte| hexadecimal(byte)).map(char::from).collect()
}

fn hexadecimal(byte: u8) -> [u8; 2] {
    // Arithmetic and no choice: a processor does many at once.
    [byte >> 4, byte & 0xf].map(|half| b'0' + half + u8::from(half > 9) * (b'a' - b'0' - 10))
}

fn identity(finding: &Finding) -> Sha256 {
    let place = &finding.primary.place;
    let (kind, subject) = match &finding.deployment {
        Some(deployment) => ("deployment", deployment),
        None => ("file", &place.source.path),
    };
    let parts = [
        Some(&*finding.rule),
        finding.pack.as_deref(),
        finding.code,
        Some(kind),
        Some(&**subject),
        place.pointer.as_deref(),
    ];
    let mut hasher = Sha256::new();
    for part in parts {
        // The length before each part keeps `a` + `bc` from being `ab` + `c`; an absent part is no empty one.
        hasher.update(part.map_or(u64::MAX, |part| part.len() as u64).to_le_bytes());
        hasher.update(part.unwrap_or(""));
    }
    hasher
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Label, Place};
    use crate::source::{Source, Span};

    fn finding(text: &str, pointer: &str) -> Finding {
        let source = Source::in_memory("a.yaml", text);
        let at = text.find("key").unwrap() as u32;
        let place = Place::at(&source, Some(0), Span::new(at, at + 3)).with_pointer(pointer);
        Finding::invalid("schema", "type", "wrong", Label::new(place, "here"))
    }

    #[test]
    fn a_moved_finding_keeps_its_fingerprint() {
        assert_eq!(
            fingerprints(&[finding("key: 1", "/key")]),
            fingerprints(&[finding("\n\n# more\nkey: 1", "/key")])
        );
    }

    #[test]
    fn equal_findings_are_told_apart_by_their_order() {
        let all = fingerprints(&[
            finding("key: 1", "/key"),
            finding("key: 1", "/key"),
            finding("key: 1", "/other"),
        ]);
        assert_eq!(all.len(), 3);
        assert!(all[0] != all[1] && all[0] != all[2] && all[1] != all[2]);
        assert!(all.iter().all(|one| one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit())));
    }

    #[test]
    fn a_deployment_outranks_the_file_it_lies_in() {
        let mut here = finding("key: 1", "/key");
        here.deployment = Some("a.yaml".into());
        assert_ne!(fingerprints(&[here]), fingerprints(&[finding("key: 1", "/key")]));
    }
}
