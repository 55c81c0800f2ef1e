//! The waivers file: findings that somebody excused, with a reason, an approver and an end.

mod insert;
mod read;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use globset::{Glob, GlobMatcher};
use jiff::civil::Date;

use super::owners::{self, CodeOwners};
use super::places::{Globs, Top};
use super::rules::Rules;
use super::words::days_between;
use super::{Circumstances, Exceptions, Terms, Told, shown, value};
use crate::finding::{Exception, Finding, Label, Place, Scalar, Severity};
use crate::nearest::nearest;

pub use insert::{CannotExtend, Extended, NewWaiver, in_entry, insert};
pub use read::read;

/// A waiver without a mistake that its file alone would show.
#[derive(Debug)]
pub struct Waiver {
    pub(super) rule: Named,
    pub(super) deployment: Option<Named>,
    pub(super) path: Option<InPlace>,
    pub(super) approved_by: Option<Named>,
    pub(super) granted: Option<Dated>,
    pub(super) expires: Dated,
    /// The value that it was granted for.
    pub(super) value: Option<(Scalar, Place)>,
    pub(super) exception: Arc<Exception>,
}

/// The places that a waiver is for.
#[derive(Debug)]
pub(super) struct InPlace {
    pub(super) named: Named,
    pub(super) glob: Glob,
    /// For a waiver of one deployment, which is not found by its place.
    pub(super) matcher: Option<GlobMatcher>,
}

/// A text, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) text: Box<str>,
    pub(super) place: Place,
}

/// A day, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub(super) day: Date,
    pub(super) place: Place,
}

/// Days before its end on which a waiver that is in use is told of.
const SOON: i64 = 30;

/// Deployments that are not there for which the one that was meant is looked for: each is held against all.
const MOST_GUESSES: usize = 100;

/// The waivers of a run, ready to be asked.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    entries: Vec<Entry<'a>>,
    by_rule: HashMap<Arc<str>, OfRule<'a>>,
    top: &'a Top,
}

/// A waiver that holds.
#[derive(Debug)]
struct Entry<'a> {
    waiver: &'a Waiver,
    rule: Arc<str>,
    /// The manifests of the findings that it excuses, from the top.
    files: BTreeSet<Box<str>>,
    is_used: bool,
    /// A finding that it would excuse, had its value not become worse.
    lapsed: Option<(Label, Scalar)>,
}

/// The waivers of one rule.
#[derive(Debug, Default)]
struct OfRule<'a> {
    by_deployment: HashMap<&'a str, Vec<usize>>,
    globs: Globs,
}

impl<'a> Ledger<'a> {
    /// The waivers that hold; what keeps the others from it is told.
    pub(super) fn new(
        exceptions: &'a Exceptions,
        run: &Circumstances<'_>,
        rules: &Rules<'_>,
        told: &mut Told,
    ) -> Self {
        let mut ledger = Self { entries: Vec::new(), by_rule: HashMap::new(), top: &exceptions.top };
        let mut first: HashMap<_, &Waiver> = HashMap::new();
        for waiver in &exceptions.waivers {
            let Some(rule) = rules.excusable(&waiver.rule.text, &waiver.rule.place, told) else { continue };
            if !holds(waiver, &exceptions.terms, run.today, told) {
                continue;
            }
            let subject =
                (Arc::clone(&rule), waiver.deployment_text(), waiver.path_text(), waiver.value_key());
            match first.get(&subject) {
                Some(first) => told.push(duplicate(waiver, first)),
                None => drop(first.insert(subject, waiver)),
            }
            let number = ledger.entries.len();
            let of_rule = ledger.by_rule.entry(Arc::clone(&rule)).or_default();
            match (&waiver.deployment, &waiver.path) {
                (Some(deployment), _) => {
                    of_rule.by_deployment.entry(&deployment.text).or_default().push(number);
                }
                (None, Some(path)) => of_rule.globs.add(&path.glob, number),
                (None, None) => {}
            }
            let files = BTreeSet::new();
            ledger.entries.push(Entry { waiver, rule, files, is_used: false, lapsed: None });
        }
        // In no order that could be seen.
        #[expect(clippy::iter_over_hash_type, reason = "each is made ready by itself")]
        for of_rule in ledger.by_rule.values_mut() {
            of_rule.globs.build();
        }
        ledger
    }

    /// The first waiver that excuses a finding; all that do are used by it.
    pub(super) fn of(&mut self, finding: &Finding) -> Option<Arc<Exception>> {
        let of_rule = self.by_rule.get(&finding.rule)?;
        let file = self.top.below(manifest(finding));
        let deployment = finding.deployment.as_deref().and_then(|own| of_rule.by_deployment.get(own));
        let mut numbers: Vec<usize> = deployment.into_iter().flatten().copied().collect();
        numbers.extend(of_rule.globs.fitting(&file));
        numbers.sort_unstable();
        let mut first = None;
        for number in numbers {
            let Some(entry) = self.entries.get_mut(number) else { continue };
            if !entry.waiver.fits_path(&file) {
                continue;
            }
            match &entry.waiver.value {
                Some((granted_for, _)) if !value::is_no_worse(finding, granted_for) => {
                    let now = value::decisive(finding).into_owned();
                    entry.lapsed.get_or_insert_with(|| (finding.primary.clone(), now));
                }
                _ => {
                    entry.is_used = true;
                    if entry.waiver.approved_by.is_some() {
                        entry.files.insert((&*file).into());
                    }
                    first.get_or_insert_with(|| Arc::clone(&entry.waiver.exception));
                }
            }
        }
        first
    }

    /// Tells of waivers that lapsed, of those for nothing, of those that end soon, and of approvers.
    pub(super) fn tell(
        &self,
        exceptions: &Exceptions,
        run: &Circumstances<'_>,
        rules: &Rules<'_>,
        told: &mut Told,
    ) {
        let mut idle = Vec::new();
        for entry in &self.entries {
            if !entry.is_used {
                match &entry.lapsed {
                    Some((label, now)) => told.push(entry.lapsed(label, now)),
                    None => idle.push(entry),
                }
                continue;
            }
            let left = days_between(run.today, entry.waiver.expires.day);
            if left <= SOON {
                told.push(ends_soon(entry.waiver, left));
            }
            if let (Some(approver), Some(owners)) = (&entry.waiver.approved_by, &exceptions.owners) {
                told.findings.extend(approval(approver, &entry.files, owners));
            }
        }
        self.tell_idle(&idle, exceptions.is_whole, run, rules, told);
    }

    /// Tells of waivers that no finding fits, if what they are for was judged by their rule, or is not there.
    fn tell_idle(
        &self,
        idle: &[&Entry<'_>],
        is_whole: bool,
        run: &Circumstances<'_>,
        rules: &Rules<'_>,
        told: &mut Told,
    ) {
        if idle.is_empty() {
            return;
        }
        let (mut by_deployment, mut globs) = (HashMap::<&str, Vec<usize>>::new(), Globs::default());
        for (number, entry) in idle.iter().enumerate() {
            match (&entry.waiver.deployment, &entry.waiver.path) {
                (Some(named), _) => by_deployment.entry(&named.text).or_default().push(number),
                (None, Some(path)) => globs.add(&path.glob, number),
                (None, None) => {}
            }
        }
        globs.build();
        // Of each: whether what it is for is there, and whether the rule ran on any of it.
        let mut met = vec![(false, false); idle.len()];
        for subject in run.subjects {
            let file = self.top.below(subject.file);
            let named = subject.identity.and_then(|identity| by_deployment.get(identity));
            for number in named.into_iter().flatten().copied().chain(globs.fitting(&file)) {
                let (Some(entry), Some(met)) = (idle.get(number), met.get_mut(number)) else { continue };
                if entry.waiver.fits_path(&file) {
                    met.0 = true;
                    met.1 |= rules.runs(&entry.rule, subject.file);
                }
            }
        }
        let mut guesses = MOST_GUESSES;
        for (entry, (is_there, is_judged)) in idle.iter().zip(met) {
            if is_judged {
                told.push(entry.unused());
            } else if !is_there && is_whole {
                told.push(entry.about_nothing(run, guesses > 0));
                guesses = guesses.saturating_sub(1);
            }
        }
    }
}

/// Where a waiver that excuses nothing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is nothing to excuse.
    Unused,
    /// The value is worse than the one it was granted for.
    Lapsed,
    /// Its last day is over.
    Expired,
    /// It says something that no waiver may say.
    Rejected,
}

impl Waiver {
    /// What findings that it excuses say of it.
    pub const fn exception(&self) -> &Arc<Exception> {
        &self.exception
    }

    /// The rule that it names.
    pub fn rule_text(&self) -> &str {
        &self.rule.text
    }

    /// Where it stands, if it excuses nothing, by what a run told of waivers.
    pub fn standing<'a>(&self, told: impl Iterator<Item = &'a Finding>) -> Standing {
        // More may be told of one waiver: that it is there twice, and that it lapsed.
        let own: Vec<&Finding> = told.filter(|finding| self.is_at(&finding.primary.place)).collect();
        let says = |code: &str| own.iter().any(|finding| finding.code == Some(code));
        if says("expired") {
            Standing::Expired
        } else if says("lapsed") {
            Standing::Lapsed
        } else if own.iter().any(|finding| finding.severity == Severity::Error) {
            Standing::Rejected
        } else {
            Standing::Unused
        }
    }

    /// Whether a place is one of its own.
    fn is_at(&self, place: &Place) -> bool {
        let named = [Some(&self.rule), self.deployment.as_ref(), self.approved_by.as_ref()];
        let named = named.into_iter().flatten().chain(self.path.as_ref().map(|path| &path.named));
        let dated = [Some(&self.expires), self.granted.as_ref()].into_iter().flatten();
        let all = named.map(|own| &own.place).chain(dated.map(|own| &own.place));
        let mut all = all.chain(self.value.as_ref().map(|(_, place)| place));
        all.any(|own| Arc::ptr_eq(&own.source, &place.source) && own.span == place.span)
    }

    /// Whether it says who approved it.
    pub fn names_approver(&self) -> bool {
        self.approved_by.is_some()
    }

    /// The deployment that it names.
    pub fn deployment_text(&self) -> Option<&str> {
        self.deployment.as_ref().map(|named| &*named.text)
    }

    /// The glob of manifests that it names.
    pub fn path_text(&self) -> Option<&str> {
        self.path.as_ref().map(|path| path.glob.glob())
    }

    fn value_key(&self) -> Option<String> {
        self.value.as_ref().map(|(value, _)| value::key(value))
    }

    /// Whether it is for a deployment's place, which one without a deployment was found by.
    fn fits_path(&self, file: &str) -> bool {
        self.path.as_ref().and_then(|path| path.matcher.as_ref()).is_none_or(|matcher| matcher.is_match(file))
    }

    /// What it is for, in words.
    pub(super) fn subject(&self) -> String {
        match (self.deployment_text(), self.path_text()) {
            (Some(deployment), None) => deployment.to_owned(),
            (Some(deployment), Some(path)) => format!("{deployment} in {path}"),
            (None, path) => path.unwrap_or_default().to_owned(),
        }
    }
}

impl Entry<'_> {
    fn lapsed(&self, at: &Label, now: &Scalar) -> Finding {
        let place = self.waiver.value.as_ref().map_or(&self.waiver.rule.place, |(_, place)| place).clone();
        let granted_for = self.waiver.value.as_ref().map_or(&Scalar::Null, |(value, _)| value);
        let message = format!(
            "This waiver has lapsed: it was granted for {}, and now it is {}",
            shown(granted_for),
            shown(now)
        );
        warning("lapsed", message, Label::new(place, "granted for this"))
            .with_label(Label::new(at.place.clone(), "what it is now"))
            .with_help("Mend what the rule finds, or have the waiver approved for the new value")
    }

    fn unused(&self) -> Finding {
        let message = format!("{} finds nothing on {}", self.rule, self.waiver.subject());
        warning("unused", message, Label::new(self.waiver.rule.place.clone(), "excuses nothing"))
            .with_help("Remove this waiver")
    }

    /// What it is for is nowhere in the repository.
    fn about_nothing(&self, run: &Circumstances<'_>, may_guess: bool) -> Finding {
        let Some(named) = &self.waiver.deployment else {
            let place = self.waiver.path.as_ref().map_or(&self.waiver.rule.place, |path| &path.named.place);
            let message = format!("No deployment lies in {}", self.waiver.subject());
            return warning("unknown-path", message, Label::new(place.clone(), "fits no manifest"))
                .with_help(
                    "Correct the glob, which counts from the top of the repository, or remove this waiver",
                );
        };
        let identities = run.subjects.iter().filter_map(|subject| subject.identity);
        let is_elsewhere = identities.clone().any(|own| *own == *named.text);
        if let Some(InPlace { named: path, .. }) = self.waiver.path.as_ref().filter(|_| is_elsewhere) {
            let message = format!("{} does not lie in {}", named.text, path.text);
            return warning("unknown-path", message, Label::new(path.place.clone(), "not its manifest"))
                .with_help("Correct the glob, which counts from the top of the repository");
        }
        let message = format!("There is no deployment {:?}", named.text);
        let finding =
            warning("unknown-deployment", message, Label::new(named.place.clone(), "no such deployment"));
        // Who leaves out the namespace means the name.
        let alone = |identity: &&str| identity.rsplit_once('/').is_some_and(|(_, name)| name == &*named.text);
        let identities = identities.filter(|_| may_guess);
        let near = identities.clone().find(alone).or_else(|| nearest(&named.text, identities));
        match near {
            Some(near) => finding.with_help(format!("Did you mean {near}?")),
            None => finding
                .with_help("Write namespace/name, or the name alone; remove the waiver of one that is gone"),
        }
    }
}

/// Whether a waiver holds today and is allowed; if not, that is told.
fn holds(waiver: &Waiver, terms: &Terms, today: Date, told: &mut Told) -> bool {
    let expires = &waiver.expires;
    let here = |words: &str| Label::new(expires.place.clone(), words.to_owned());
    if let Some(granted) = waiver.granted.as_ref().filter(|granted| granted.day > today) {
        let message = format!("This waiver is granted on {}, which is still to come", granted.day);
        let label = Label::new(granted.place.clone(), "not yet");
        told.push(
            Finding::invalid("waivers", "date", message, label).with_help("Give the day of its approval"),
        );
        return false;
    }
    if expires.day < today {
        let message = format!("This waiver held until {}", expires.day);
        told.push(
            warning("expired", message, here("expired"))
                .with_help("Mend what the rule finds and remove this, or have it approved for longer"),
        );
        return false;
    }
    let from = waiver.granted.as_ref().map_or(today, |granted| granted.day);
    if let Some(most) = terms.max_days
        && days_between(from, expires.day) > i64::from(most)
    {
        let since = if waiver.granted.is_some() { "the day it was granted" } else { "today" };
        let message = format!("This waiver would hold for more than {most} days from {since}");
        let finding = Finding::invalid("waivers", "too-long", message, here("too late"));
        let finding = finding.with_help("Give an earlier day");
        told.push(match &terms.max_days_at {
            Some(limit) => finding.with_label(Label::new(limit.clone(), "the limit")),
            None => finding,
        });
        return false;
    }
    true
}

fn duplicate(waiver: &Waiver, first: &Waiver) -> Finding {
    let message = format!("There is a waiver of {} for {} already", waiver.rule.text, waiver.subject());
    warning("duplicate", message, Label::new(waiver.rule.place.clone(), "again here"))
        .with_label(Label::new(first.rule.place.clone(), "first here"))
        .with_help("Remove one of them")
}

fn ends_soon(waiver: &Waiver, left: i64) -> Finding {
    let when = match left {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let label = Label::new(waiver.expires.place.clone(), "its last day");
    let message = format!("The waiver of {} for {} ends {when}", waiver.rule.text, waiver.subject());
    warning("ends-soon", message, label)
        .with_severity(Severity::Note)
        .with_help("Mend what the rule finds by then, or have the waiver approved for longer")
}

/// What is to be said of an approver: of the first manifest that CODEOWNERS names others for.
fn approval(approver: &Named, files: &BTreeSet<Box<str>>, named: &CodeOwners) -> Option<Finding> {
    files.iter().find_map(|file| {
        let name = &approver.text;
        let here = |words: &str| Label::new(approver.place.clone(), words.to_owned());
        let help = "Have it approved by one of those that CODEOWNERS names for the manifest";
        let finding = match named.standing(name, file) {
            owners::Standing::Eligible => return None,
            owners::Standing::NotNamed(label) => {
                let message =
                    format!("{name} is not eligible to approve this: CODEOWNERS names others for {file}");
                warning("approver-not-eligible", message, here("not named there")).with_label(label)
            }
            owners::Standing::NobodyNamed => {
                let message =
                    format!("{name} is not eligible to approve this: CODEOWNERS names nobody for {file}");
                warning("approver-not-eligible", message, here("not named there"))
            }
            owners::Standing::Unknown(label) => {
                let message =
                    format!("Whether {name} is eligible is not known: CODEOWNERS names a team for {file}");
                warning("approver-unknown", message, here("perhaps of the team"))
                    .with_severity(Severity::Note)
                    .with_label(label)
            }
        };
        Some(finding.with_help(help))
    })
}

fn warning(code: &'static str, message: String, label: Label) -> Finding {
    Finding::invalid("waivers", code, message, label).with_severity(Severity::Warning)
}

/// The manifest of the deployment that a finding is about.
fn manifest(finding: &Finding) -> &str {
    let id = finding.deployment_id.as_deref().and_then(|id| id.rsplit_once('#'));
    id.map_or(&finding.primary.place.source.path, |(file, _)| file)
}
