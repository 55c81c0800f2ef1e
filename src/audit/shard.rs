//! Shards: which part of an audit a repository belongs to. Its name alone decides, so that machines that never heard of
//! each other agree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Parts of one audit. More have no room in the names of their files, and are a slip of the hand.
const MOST: u32 = 9_999;

/// A part of an audit: that of the repositories which the hash of their name gives to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Its number, from one.
    pub index: u32,
    /// How many there are.
    pub of: u32,
}

/// Why something names no part of an audit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It has another form.
    #[error("{0:?} is no shard: write it as I/N, from 1/N to N/N")]
    Malformed(String),
    /// It is counted from one.
    #[error("there is no shard 0 of {of}: they are counted from 1")]
    Zero {
        /// How many there are.
        of: u32,
    },
    /// There are fewer.
    #[error("there is no shard {index} of {of}")]
    Beyond {
        /// The number asked for.
        index: u32,
        /// How many there are.
        of: u32,
    },
    /// There are none, or beyond all measure.
    #[error("an audit has from 1 to {MOST} shards, not {0}")]
    Count(u32),
    /// A job without an index.
    #[error("JOB_COMPLETION_INDEX is not set: the job has to be one with completionMode: Indexed")]
    NoJob,
    /// A job with an index that is no number.
    #[error("JOB_COMPLETION_INDEX is {0:?}, which is no number from zero")]
    Job(String),
}

impl Shard {
    /// Part `index`, counted from one, of `of`.
    ///
    /// # Errors
    /// There is no such part.
    pub const fn new(index: u32, of: u32) -> Result<Self, ShardError> {
        match (index, of) {
            (_, 0) => Err(ShardError::Count(of)),
            (_, MOST..) if of > MOST => Err(ShardError::Count(of)),
            (0, _) => Err(ShardError::Zero { of }),
            _ if index > of => Err(ShardError::Beyond { index, of }),
            _ => Ok(Self { index, of }),
        }
    }

    /// The part of a pod of an Indexed Job: `index` is its `JOB_COMPLETION_INDEX`, which is counted from zero.
    ///
    /// # Errors
    /// It is not set, no number, or too large.
    pub fn of_job(index: Option<&str>, of: u32) -> Result<Self, ShardError> {
        let given = index.ok_or(ShardError::NoJob)?;
        let index = number(given).and_then(|index| index.checked_add(1));
        Self::new(index.ok_or_else(|| ShardError::Job(given.to_owned()))?, of)
    }

    /// Whether a repository is in this part.
    pub fn holds(self, repo: &str) -> bool {
        let digest = Sha256::digest(repo.as_bytes());
        let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        hash % u64::from(self.of.max(1)) == u64::from(self.index).saturating_sub(1)
    }

    /// Those of some repositories that are in this part.
    pub fn repos(self, all: &[String]) -> Vec<String> {
        all.iter().filter(|repo| self.holds(repo)).cloned().collect()
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parts = text.split_once('/').and_then(|(index, of)| Some((number(index)?, number(of)?)));
        let (index, of) = parts.ok_or_else(|| ShardError::Malformed(text.to_owned()))?;
        Self::new(index, of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// A number of digits alone: no sign, no blank.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        Shard::from_str(text).unwrap_err().to_string()
    }

    #[test]
    fn a_shard_is_written_as_index_and_count() {
        assert_eq!("2/7".parse(), Ok(Shard { index: 2, of: 7 }));
        assert_eq!(Shard { index: 2, of: 7 }.to_string(), "2/7");
    }

    #[test]
    fn what_is_no_shard_is_told_apart() {
        for text in ["", "3", "a/7", "3/", "/3", "+1/7", "1/ 7", "1/7/9", "1/99999999999"] {
            assert_eq!(said(text), format!("{text:?} is no shard: write it as I/N, from 1/N to N/N"));
        }
        assert_eq!(said("0/7"), "there is no shard 0 of 7: they are counted from 1");
        assert_eq!(said("8/7"), "there is no shard 8 of 7");
        assert_eq!(said("0/0"), "an audit has from 1 to 9999 shards, not 0");
        assert_eq!(said("1/10000"), "an audit has from 1 to 9999 shards, not 10000");
        assert_eq!("9999/9999".parse(), Ok(Shard { index: 9_999, of: 9_999 }));
    }

    #[test]
    fn the_index_of_a_job_is_counted_from_zero() {
        assert_eq!(Shard::of_job(Some("0"), 7), Ok(Shard { index: 1, of: 7 }));
        assert_eq!(Shard::of_job(Some("6"), 7), Ok(Shard { index: 7, of: 7 }));
        assert_eq!(Shard::of_job(Some("7"), 7), Err(ShardError::Beyond { index: 8, of: 7 }));
        assert_eq!(Shard::of_job(Some("4294967295"), 7), Err(ShardError::Job("4294967295".to_owned())));
        assert_eq!(Shard::of_job(Some(""), 7), Err(ShardError::Job(String::new())));
        assert_eq!(Shard::of_job(None, 7), Err(ShardError::NoJob));
    }

    #[test]
    fn the_hash_is_the_documented_one() {
        // SHA-256 of `acme/infra` begins with 82d90a773a82545c, which is 5 modulo 7, counted from zero.
        let held: Vec<u32> =
            (1..=7).filter(|index| Shard { index: *index, of: 7 }.holds("acme/infra")).collect();
        assert_eq!(held, [6]);
    }

    #[test]
    fn every_repository_is_in_one_shard_and_shards_are_about_equal() {
        let repos: Vec<String> =
            (0..7_000).map(|number| format!("team-{}/repo-{number}", number % 31)).collect();
        let sizes: Vec<usize> = (1..=7).map(|index| Shard { index, of: 7 }.repos(&repos).len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 7_000);
        assert!(sizes.iter().all(|size| (900..1_100).contains(size)), "{sizes:?}");
    }
}
