//! What a finding is recognised by from run to run. No line and no offset is in it, so that a moved, reindented or
//! renamed manifest has the findings it had.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::threads::Threads;

/// Hexadecimal digits of the hash that a report shows: 128 bits.
const SHOWN: usize = 32;

/// One fingerprint a finding, in their order: a hash of rule, pack, code, deployment (or file, where there is none),
/// the deciding pointer, and how many findings before had the same. Unique in a report.
pub fn fingerprints(findings: &[Finding]) -> Vec<String> {
    shown(findings, Threads::new(Some(1)))
}

/// The same, by several threads.
pub(super) fn shown(findings: &[Finding], threads: Threads) -> Vec<String> {
    hashes(findings, SHOWN, threads)
}

/// The same hashes whole: SHA-256 in hexadecimal digits.
pub(super) fn digests(findings: &[Finding]) -> Vec<String> {
    hashes(findings, 2 * <Sha256 as Digest>::output_size(), Threads::new(Some(1)))
}

/// Findings fewer than this are hashed faster than a thread is started.
const FEW: usize = 512;

fn hashes(findings: &[Finding], digits: usize, threads: Threads) -> Vec<String> {
    let firsts = threads.map(findings, FEW, |finding| {
        let identity = identity(finding);
        (<[u8; 32]>::from(identity.clone().finalize()), shown_hash(identity, 0, digits))
    });
    let mut seen: HashMap<[u8; 32], u32> = HashMap::with_capacity(findings.len());
    findings
        .iter()
        .zip(firsts)
        .map(|(finding, (key, first))| {
            let before = seen.entry(key).or_default();
            let occurrence = *before;
            *before += 1;
            if occurrence == 0 { first } else { shown_hash(identity(finding), occurrence, digits) }
        })
        .collect()
}

fn shown_hash(identity: Sha256, occurrence: u32, digits: usize) -> String {
    let digest = identity.chain_update(occurrence.to_le_bytes()).finalize();
    let mut shown = String::with_capacity(digits);
    for byte in digest.iter().take(digits / 2) {
        for half in [byte >> 4, byte & 0xf] {
            shown.push(char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 }));
        }
    }
    shown
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
