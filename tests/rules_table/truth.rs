//! Three-valued truth, and values that may be missing or rejected: the table's own, not the engine's.

use std::ops::Not;

/// True, false, or not to be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    True,
    False,
    Unknown,
}

use Truth::{False, True, Unknown};

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { True } else { False }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            True => False,
            False => True,
            Unknown => Unknown,
        }
    }
}

impl Truth {
    /// Both hold. One that does not is enough to say no, whatever the other is.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (False, _) | (_, False) => False,
            (True, True) => True,
            _ => Unknown,
        }
    }

    /// One of them holds. One that does is enough to say yes, whatever the other is.
    pub(crate) fn or(self, other: Self) -> Self {
        !(!self).and(!other)
    }
}

/// What a manifest says of one fact.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Given<T> {
    /// Nothing.
    #[default]
    Absent,
    /// Something that the schema does not allow there.
    Rejected,
    /// This.
    Value(T),
}

impl<T> Given<T> {
    /// A condition on the value; unknown without one.
    pub(crate) fn test(self, condition: impl FnOnce(T) -> bool) -> Truth {
        match self {
            Self::Value(value) => condition(value).into(),
            Self::Absent | Self::Rejected => Unknown,
        }
    }

    /// The value, or another for what nobody declared. What was rejected stays so.
    pub(crate) fn or_undeclared(self, default: T) -> Self {
        match self {
            Self::Absent => Self::Value(default),
            other => other,
        }
    }

    /// Whether there is a value: never unknown.
    pub(crate) fn is_there(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// The same with another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Given<U> {
        match self {
            Self::Absent => Given::Absent,
            Self::Rejected => Given::Rejected,
            Self::Value(value) => Given::Value(change(value)),
        }
    }
}

impl<T: Copy + PartialEq> Given<T> {
    /// The value is this one.
    pub(crate) fn is(self, wanted: T) -> Truth {
        self.test(|value| value == wanted)
    }

    /// The value is another one.
    pub(crate) fn is_not(self, unwanted: T) -> Truth {
        !self.is(unwanted)
    }
}

/// A list; an item can be rejected on its own.
pub(crate) type Items = &'static [Given<&'static str>];

impl Given<Items> {
    /// The list has an item. A rejected item could be the one looked for.
    pub(crate) fn contains(self, wanted: &'static str) -> Truth {
        match self {
            Self::Value(items) => items.iter().fold(False, |found, item| found.or(item.is(wanted))),
            Self::Absent | Self::Rejected => Unknown,
        }
    }
}

impl Given<&'static str> {
    /// Somebody wrote a text there that says something: never unknown.
    pub(crate) fn is_present(self) -> Truth {
        match self {
            Self::Value(text) => {
                let text = text.trim().to_lowercase();
                Truth::from(!["", "todo", "tbd", "n/a", "none", "-", "?"].contains(&text.as_str()))
            }
            Self::Absent | Self::Rejected => False,
        }
    }
}
