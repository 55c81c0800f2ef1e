//! The command of the README's section on audits, run as it stands.

use std::path::Path;
use std::process::Command;

use crate::document::Document;

#[test]
fn the_audit_shown_keeps_a_dataset_and_writes_both_reports() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = |from: &str, to: &str| {
        let to = folder.path().join(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(root.join(from), to).unwrap();
    };
    copy("tests/readme/organisation.yaml", "llm-policies/tunelint.yaml");
    for (clone, manifest) in [("support", "support/support-bot"), ("labs", "labs/onboarding-coach")] {
        copy(
            &format!("tests/repos/acme-platform/teams/{manifest}.yaml"),
            &format!("clones/{clone}/deploy/bot.yaml"),
        );
        for arguments in [&["init", "--quiet"][..], &["add", "--all"], &["commit", "--quiet", "-m", "One"]] {
            let done = Command::new("git")
                .current_dir(folder.path().join("clones").join(clone))
                .args(["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgSign=false"])
                .args(arguments)
                .env("GIT_COMMITTER_DATE", "2026-11-20T12:00:00Z")
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .status()
                .unwrap();
            assert!(done.success());
        }
    }
    let shown = Document::read("README.md");
    let line = shown
        .block_text("audit")
        .trim()
        .trim_start_matches("```sh")
        .trim_end_matches("```")
        .replace("\\\n", " ");
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    assert_eq!(words[0], "tunelint");
    let output = Command::new(env!("CARGO_BIN_EXE_tunelint"))
        .current_dir(folder.path())
        .args(&words[1..])
        .args(["--today", "2026-11-24"])
        .output()
        .unwrap();
    let brief = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{brief}{}", String::from_utf8_lossy(&output.stderr));
    assert!(brief.starts_with("tunelint audit 2026-11-24: 2 repositories, 2 deployments: "), "{brief}");
    let page = std::fs::read_to_string(folder.path().join("audit.html")).unwrap();
    assert!(page.contains("onboarding-coach"));
    let day = folder.path().join("kept/2026-11/findings/snapshot=2026-11-24");
    assert!(day.join("part-0001-of-0001.jsonl").is_file());
    let months = std::fs::read_dir(folder.path().join("kept/2026-11/repos")).unwrap().count();
    assert_eq!(months, 12);
}
