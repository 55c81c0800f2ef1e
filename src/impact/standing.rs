//! What a rule comes to on a deployment, and how two such differ.

use crate::finding::Severity;

/// What a rule comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It applies and holds.
    Pass,
    /// It applies and does not hold.
    Fail,
    /// It applies and cannot be decided.
    Undetermined,
    /// It does not apply, or it is unknown whether it does.
    NotApplicable,
    /// It cannot be evaluated: a mistake of the rule.
    Error,
    /// It is not in force, or not there.
    Off,
    /// The deployment is left out, and so not judged.
    LeftOut,
}

impl Verdict {
    /// The word used in every format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undetermined => "undetermined",
            Self::NotApplicable => "not-applicable",
            Self::Error => "error",
            Self::Off => "off",
            Self::LeftOut => "left-out",
        }
    }
}

/// What a rule comes to, and how bad that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it comes to.
    pub verdict: Verdict,
    /// The severity of its finding, if it has one.
    pub severity: Option<Severity>,
}

impl Standing {
    /// Of a rule that is not in force.
    pub(super) const OFF: Self = Self { verdict: Verdict::Off, severity: None };
    /// On a deployment that is left out.
    pub(super) const LEFT_OUT: Self = Self { verdict: Verdict::LeftOut, severity: None };

    /// From the word of a verdict, and the severity of the finding that was made of it.
    pub(super) fn new(word: &str, severity: Option<Severity>) -> Self {
        let verdict = match word {
            "pass" => Verdict::Pass,
            "fail" => Verdict::Fail,
            "undetermined" => Verdict::Undetermined,
            "error" => Verdict::Error,
            _ => Verdict::NotApplicable,
        };
        let severity = if verdict == Verdict::Error { Some(Severity::Error) } else { severity };
        Self { verdict, severity }
    }

    /// Whether it is told that the rule cannot be decided.
    fn is_open(self) -> bool {
        matches!(self.verdict, Verdict::Undetermined | Verdict::Error) && self.severity.is_some()
    }

    fn fails(self) -> bool {
        self.verdict == Verdict::Fail
    }

    fn passes(self) -> bool {
        self.verdict == Verdict::Pass
    }
}

/// How what a rule comes to differs. The order is that in which it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It fails, and did not before.
    NewlyFails,
    /// It fails or is undetermined as before, but that is worse, or less bad.
    SeverityChanged,
    /// It cannot be decided, and before it could, or was not asked.
    BecomesUndetermined,
    /// It does not fail any more.
    NewlyPasses,
    /// It could not be decided, and now there is nothing to decide, or it passes.
    BecomesDecidable,
    /// It passes, and did not apply before.
    StartsApplying,
    /// It passed, and does not apply any more.
    StopsApplying,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Self; 7] = [
        Self::NewlyFails,
        Self::SeverityChanged,
        Self::BecomesUndetermined,
        Self::NewlyPasses,
        Self::BecomesDecidable,
        Self::StartsApplying,
        Self::StopsApplying,
    ];

    /// The word used in machine formats.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewlyFails => "newly-fails",
            Self::SeverityChanged => "severity-changed",
            Self::BecomesUndetermined => "becomes-undetermined",
            Self::NewlyPasses => "newly-passes",
            Self::BecomesDecidable => "becomes-decidable",
            Self::StartsApplying => "starts-applying",
            Self::StopsApplying => "stops-applying",
        }
    }

    /// What one, or several, do: after a number.
    pub const fn phrase(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::NewlyFails, 1) => "newly fails",
            (Self::NewlyFails, _) => "newly fail",
            (Self::SeverityChanged, 1) => "changes severity",
            (Self::SeverityChanged, _) => "change severity",
            (Self::BecomesUndetermined, 1) => "becomes undetermined",
            (Self::BecomesUndetermined, _) => "become undetermined",
            (Self::NewlyPasses, 1) => "newly passes",
            (Self::NewlyPasses, _) => "newly pass",
            (Self::BecomesDecidable, 1) => "becomes decidable",
            (Self::BecomesDecidable, _) => "become decidable",
            (Self::StartsApplying, 1) => "starts to apply",
            (Self::StartsApplying, _) => "start to apply",
            (Self::StopsApplying, 1) => "stops applying",
            (Self::StopsApplying, _) => "stop applying",
        }
    }

    /// How two differ, if they do in what anybody is told.
    pub(super) fn of(before: Standing, after: Standing) -> Option<Self> {
        if after.fails() && !before.fails() {
            return Some(Self::NewlyFails);
        }
        if after.is_open() && !before.is_open() {
            return Some(Self::BecomesUndetermined);
        }
        if after.fails() || after.is_open() {
            return (before.severity != after.severity).then_some(Self::SeverityChanged);
        }
        if before.fails() {
            return Some(Self::NewlyPasses);
        }
        if before.is_open() {
            return Some(Self::BecomesDecidable);
        }
        match (before.passes(), after.passes()) {
            (false, true) => Some(Self::StartsApplying),
            (true, false) => Some(Self::StopsApplying),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_verdicts_has_the_kind_that_a_reader_would_name() {
        let (error, warning) = (Some(Severity::Error), Some(Severity::Warning));
        let kind = |before: (&str, Option<Severity>), after: (&str, Option<Severity>)| {
            let of = |(word, severity)| match word {
                "off" => Standing::OFF,
                "left-out" => Standing::LEFT_OUT,
                word => Standing::new(word, severity),
            };
            Kind::of(of(before), of(after)).map(Kind::as_str)
        };
        for (before, after, expected) in [
            (("pass", None), ("fail", error), Some("newly-fails")),
            (("off", None), ("fail", warning), Some("newly-fails")),
            (("undetermined", warning), ("fail", error), Some("newly-fails")),
            (("fail", error), ("fail", error), None),
            (("fail", error), ("fail", warning), Some("severity-changed")),
            (("undetermined", warning), ("undetermined", error), Some("severity-changed")),
            (("fail", error), ("undetermined", warning), Some("becomes-undetermined")),
            (("pass", None), ("error", None), Some("becomes-undetermined")),
            (("fail", error), ("undetermined", None), Some("newly-passes")),
            (("fail", error), ("pass", None), Some("newly-passes")),
            (("fail", error), ("off", None), Some("newly-passes")),
            (("fail", error), ("left-out", None), Some("newly-passes")),
            (("undetermined", warning), ("pass", None), Some("becomes-decidable")),
            (("undetermined", None), ("pass", None), Some("starts-applying")),
            (("not-applicable-unknown", None), ("pass", None), Some("starts-applying")),
            (("pass", None), ("off", None), Some("stops-applying")),
            (("pass", None), ("pass", None), None),
            (("off", None), ("not-applicable", None), None),
        ] {
            assert_eq!(kind(before, after), expected, "{before:?} {after:?}");
        }
    }
}
