//! One finding as a result of a log.

use serde::Serialize;

use super::line_hash::LineHash;
use super::message::{LINKED, message};
use super::place::Location;
use super::{Level, Text};
use crate::finding::{Clause, ExceptionKind, Finding, Scalar, Status};
use crate::output::links::Links;

/// A result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Result<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: Level,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints<'a>,
    /// Told of all results or of none: a result without the list might be suppressed or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression<'a>>>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_location_line_hash: Option<String>,
    #[serde(rename = "tunelintFingerprint/v1")]
    own: &'a str,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Terms<'a>>,
}

/// The terms of an exception.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Terms<'a> {
    owner: Option<&'a str>,
    approved_by: Option<&'a str>,
    ticket: Option<&'a str>,
    expires: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    outcome: crate::finding::Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    passes_if: Vec<Passes<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing: &'a [std::borrow::Cow<'static, str>],
}

#[derive(Serialize)]
struct Passes<'a> {
    path: &'a str,
    op: &'a str,
    value: &'a Scalar,
}

/// What a result is made of, beside its finding.
pub(super) struct Context<'a> {
    /// The rule's name and place in the log.
    pub(super) rule: (&'a str, usize),
    /// The hash of the line it points at.
    pub(super) line_hash: Option<LineHash>,
    /// Where the part of its place on one line ends.
    pub(super) end: Option<u32>,
    /// Its own fingerprint.
    pub(super) fingerprint: &'a str,
    /// Whether the log tells suppressions.
    pub(super) has_suppressions: bool,
    /// What the rule says to do: advice that is the same is not repeated.
    pub(super) rule_help: &'a str,
}

impl<'a> Result<'a> {
    pub(super) fn new(finding: &'a Finding, context: &Context<'a>, links: Links<'_>) -> Self {
        let related = finding.secondary.iter().take(LINKED).enumerate();
        Self {
            rule_id: context.rule.0,
            rule_index: context.rule.1,
            level: Level::of(finding.severity),
            message: Text::new(message(finding)),
            locations: [Location::new(&finding.primary, None, context.end, links)],
            related_locations: related
                .map(|(index, label)| Location::new(label, Some(index + 1), None, links))
                .collect(),
            partial_fingerprints: Fingerprints {
                primary_location_line_hash: context.line_hash.map(|hash| hash.to_string()),
                own: context.fingerprint,
            },
            suppressions: context
                .has_suppressions
                .then(|| Suppression::of(finding, links).into_iter().collect()),
            properties: Properties {
                outcome: finding.outcome,
                code: finding.code,
                pack: finding.pack.as_deref(),
                deployment: finding.deployment.as_deref(),
                deployment_id: finding.deployment_id.as_deref(),
                pointer: finding.primary.place.pointer.as_deref(),
                help: finding.help.as_deref().filter(|help| *help != context.rule_help),
                passes_if: finding.passes_if.iter().map(Passes::new).collect(),
                missing: &finding.missing,
            },
        }
    }
}

impl<'a> Passes<'a> {
    fn new(clause: &'a Clause) -> Self {
        Self { path: &clause.path, op: clause.op, value: &clause.value }
    }
}

impl<'a> Suppression<'a> {
    /// Why a finding does not count; nothing where it does.
    fn of(finding: &'a Finding, links: Links<'_>) -> Option<Self> {
        let (kind, otherwise) = match finding.status {
            Status::Open => return None,
            Status::Suppressed => ("inSource", "ignored by a comment beside it"),
            Status::Waived => ("external", "waived"),
            Status::Baselined => ("external", "in the baseline"),
        };
        let exception = finding.exception.as_deref();
        Some(Self {
            kind,
            status: "accepted",
            justification: exception.and_then(|own| own.reason.as_deref()).unwrap_or(otherwise),
            location: exception.map(|own| Location::of(&own.place, None, None, links)),
            properties: exception.filter(|own| own.kind != ExceptionKind::Baseline).map(|own| Terms {
                owner: own.owner.as_deref(),
                approved_by: own.approved_by.as_deref(),
                ticket: own.ticket.as_deref(),
                expires: own.expires.map(|day| day.to_string()),
            }),
        })
    }
}
