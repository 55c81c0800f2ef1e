//! From the text of a waivers file to its waivers: every mistake a finding, and none of them hides a waiver that has
//! none.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::{Dated, InPlace, Named, Waiver};
use crate::document::{self, Document, Entry, Limits, NodeRef, Problem};
use crate::exceptions::words::{date, says_something};
use crate::exceptions::{owners, places, value};
use crate::finding::{Exception, ExceptionKind, Finding, Label, Outcome, Place};
use crate::schema;
use crate::source::{Source, Span};

/// Where the waivers stand in their document.
const BASE: &str = "/spec/waivers/";

/// Reads a waivers file. Waivers that have no mistake are read, whatever is wrong with others.
pub fn read(source: &Arc<Source>, text: &Arc<str>, findings: &mut Vec<Finding>) -> Vec<Waiver> {
    let limits = Limits { comments: false, depth: 64, ..Limits::default() };
    let stream = document::parse(text, &limits);
    if stream.documents.is_empty() && stream.problems.is_empty() {
        let label = Label::new(Place::whole(source), "empty");
        findings.push(Finding::invalid("waivers", "empty", "This waivers file holds no document", label));
    }
    let mut waivers = Vec::new();
    // What cannot be read is a mistake in the waivers: the run is in trouble, not the repo.
    let told = |problem: &Problem| {
        let found = schema::problems([problem], "waivers", source).into_iter();
        found.map(|finding| Finding { rule: "waivers".into(), outcome: Outcome::Invalid, ..finding })
    };
    for document in &stream.documents {
        let of_document = stream.problems.iter().filter(|problem| problem.document == document.index);
        let mut wrong: Vec<Finding> = of_document.flat_map(told).collect();
        wrong.extend(schema::validate_waivers(document, source));
        let mut reader = Reader { document, source, findings: wrong };
        let spoiled = reader.spoiled();
        let all = document.root().get("spec").and_then(|spec| spec.get("waivers"));
        for (index, node) in all.into_iter().flat_map(NodeRef::items).enumerate() {
            if !spoiled.contains(&index) {
                waivers.extend(reader.waiver(index, node));
            }
        }
        findings.append(&mut reader.findings);
    }
    let is_read = |problem: &&Problem| stream.documents.iter().any(|own| own.index == problem.document);
    findings.extend(stream.problems.iter().filter(|problem| !is_read(problem)).flat_map(told));
    waivers
}

struct Reader<'a> {
    document: &'a Document,
    source: &'a Arc<Source>,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    /// The waivers that something was told of: what they were meant to say is not known.
    fn spoiled(&self) -> BTreeSet<usize> {
        let index = |finding: &Finding| {
            let below = finding.primary.place.pointer.as_deref()?.strip_prefix(BASE)?;
            below.split('/').next()?.parse().ok()
        };
        self.findings.iter().filter_map(index).collect()
    }

    fn place(&self, index: usize, key: &str, span: Span) -> Place {
        Place::at(self.source, Some(self.document.index), span).with_pointer(format!("{BASE}{index}/{key}"))
    }

    fn tell(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        place: Place,
        label: &str,
        help: &str,
    ) {
        let finding = Finding::invalid("waivers", code, message, Label::new(place, label));
        self.findings.push(finding.with_help(help));
    }

    fn text(&self, node: NodeRef<'a>, index: usize, key: &str) -> Option<Named> {
        let value = node.get(key)?;
        Some(Named { text: value.as_str()?.into(), place: self.place(index, key, value.span()) })
    }

    fn waiver(&mut self, index: usize, node: NodeRef<'a>) -> Option<Waiver> {
        let before = self.findings.len();
        let rule = self.text(node, index, "rule")?;
        let deployment = self.text(node, index, "deployment");
        let path = self.text(node, index, "path");
        if deployment.is_none() && path.is_none() {
            let heading = node.entries().next().map_or(node.span(), Entry::key_span);
            self.tell(
                "required",
                "A waiver has to say what it is for: deployment or path is missing",
                self.place(index, "deployment", heading),
                "for nothing",
                "Add deployment: NAMESPACE/NAME, or path with a glob",
            );
        }
        let path = path.and_then(|named| match places::glob(&named.text) {
            Ok(glob) => {
                let matcher = deployment.is_some().then(|| glob.compile_matcher());
                Some(InPlace { named, glob, matcher })
            }
            Err(error) => {
                let message = format!("{:?} is no glob: {error}", named.text);
                self.tell("glob", message, named.place, "no glob", "Write it as in deploy/staging/**");
                None
            }
        });
        let reason = self.text(node, index, "reason")?;
        if !says_something(&reason.text) {
            let help = "Say why the finding does not count for now";
            self.tell("reason", "This reason says nothing", reason.place, "no reason", help);
        }
        let expires = self.day(node, index, "expires");
        let granted = self.day(node, index, "granted");
        if let (Some(granted), Some(expires)) = (&granted, &expires)
            && expires.day < granted.day
        {
            let message =
                format!("This waiver ended before {}, the day on which it was granted", granted.day);
            self.tell("date", message, expires.place.clone(), "too early", "Correct one of the two days");
        }
        let owner = self.text(node, index, "owner");
        let approved_by = self.text(node, index, "approvedBy");
        if let (Some(owner), Some(approver)) = (&owner, &approved_by)
            && owners::is_same(&owner.text, &approver.text)
        {
            let message = format!("{} cannot approve a waiver of their own", approver.text);
            let label = Label::new(approver.place.clone(), "the owner");
            let finding = Finding::invalid("waivers", "approver", message, label);
            self.findings.push(
                finding
                    .with_label(Label::new(owner.place.clone(), "owner"))
                    .with_help("Name somebody else who approved it"),
            );
        }
        let granted_for = node
            .get("value")
            .and_then(|node| Some((value::read(node)?, self.place(index, "value", node.span()))));
        if self.findings.len() > before {
            return None;
        }
        let expires = expires?;
        let entry = Place::at(self.source, Some(self.document.index), rule.place.span?)
            .with_pointer(format!("{BASE}{index}"));
        let text = |named: &Option<Named>| named.as_ref().map(|named| named.text.clone());
        let exception = Arc::new(Exception {
            kind: ExceptionKind::Waiver,
            reason: Some(reason.text),
            owner: text(&owner),
            approved_by: text(&approved_by),
            ticket: text(&self.text(node, index, "ticket")),
            expires: Some(expires.day),
            place: entry,
        });
        Some(Waiver { rule, deployment, path, approved_by, granted, expires, value: granted_for, exception })
    }

    fn day(&mut self, node: NodeRef<'a>, index: usize, key: &str) -> Option<Dated> {
        let named = self.text(node, index, key)?;
        let found: Option<Date> = date(&named.text);
        if found.is_none() {
            let message = format!("{} is no day of the calendar", named.text);
            self.tell("date", message, named.place.clone(), "no such day", "Write it as YYYY-MM-DD");
        }
        Some(Dated { day: found?, place: named.place })
    }
}
