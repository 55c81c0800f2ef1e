//! How much of an upload a log takes: GitHub caps what it accepts by the size after gzip. An estimate that errs to
//! the large side is had by looking for repetitions as gzip does, without writing a byte.

/// Bytes back that gzip looks for a repetition.
const REACH: usize = 1 << 15;
/// The shortest repetition that is looked for, and the longest that gzip writes as one.
const SHORTEST: usize = 4;
const LONGEST: usize = 258;
/// Bits of a byte that stands for itself, and of a repetition, at most: length and distance with their extra bits.
const LITERAL_BITS: u64 = 9;
const REPETITION_BITS: u64 = 31;
/// Bits of the table's index.
const INDEX_BITS: u32 = 15;

/// Weighs bytes as they come.
pub(super) struct Weight {
    /// The last bytes, at least as many as gzip looks back.
    recent: Vec<u8>,
    /// Where in `recent` four bytes of a hash began last, plus one; zero: nowhere.
    last: Vec<u32>,
    bits: u64,
}

impl Weight {
    pub(super) fn new() -> Self {
        Self { recent: Vec::with_capacity(4 * REACH), last: vec![0; 1 << INDEX_BITS], bits: 0 }
    }

    /// Bytes that gzip would need for everything added, at most.
    pub(super) fn bytes(&self) -> u64 {
        self.bits.div_ceil(8)
    }

    /// Adds bytes that follow those added before.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(2 * REACH) {
            self.forget();
            let mut at = self.recent.len();
            self.recent.extend_from_slice(chunk);
            while at < self.recent.len() {
                let length = self.repetition(at);
                if length >= SHORTEST {
                    self.bits += REPETITION_BITS;
                    at += length;
                } else {
                    self.bits += LITERAL_BITS;
                    at += 1;
                }
            }
        }
    }

    /// Forgets what lies too far back, once there is much of it.
    fn forget(&mut self) {
        if self.recent.len() > 2 * REACH {
            self.recent.drain(..self.recent.len() - REACH);
            self.last.fill(0);
            for at in 0..self.recent.len() {
                self.remember(at);
            }
        }
    }

    /// Notes that the bytes at a place have been seen, and returns where they were seen before.
    fn remember(&mut self, at: usize) -> Option<usize> {
        let four = self.recent.get(at..)?.first_chunk::<SHORTEST>()?;
        let hash = u32::from_le_bytes(*four).wrapping_mul(0x9e37_79b1) >> (u32::BITS - INDEX_BITS);
        let last = self.last.get_mut(hash as usize)?;
        let before = std::mem::replace(last, at as u32 + 1);
        (before as usize).checked_sub(1)
    }

    /// How many bytes from a place on stand within reach before it as well.
    fn repetition(&mut self, at: usize) -> usize {
        let Some(before) = self.remember(at).filter(|before| at - before <= REACH) else { return 0 };
        let earlier = self.recent.get(before..).unwrap_or_default();
        let here = self.recent.get(at..).unwrap_or_default();
        here.iter().zip(earlier).take(LONGEST).take_while(|(here, earlier)| here == earlier).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weight(parts: &[&[u8]]) -> u64 {
        let mut weight = Weight::new();
        for part in parts {
            weight.add(part);
        }
        weight.bytes()
    }

    /// Bytes without a pattern.
    fn noise(count: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn what_has_no_pattern_weighs_what_it_is_long() {
        let noise = noise(200_000);
        assert!((200_000..230_000).contains(&weight(&[&noise])), "{}", weight(&[&noise]));
    }

    #[test]
    fn what_repeats_weighs_little() {
        let line =
            b"{\"ruleId\":\"fine-tuning-below-volume\",\"level\":\"error\",\"message\":{\"text\":\"x\"}}\n";
        let all = line.repeat(10_000);
        let weight = weight(&[&all]);
        assert!(weight < all.len() as u64 / 40, "{weight}");
    }

    #[test]
    fn a_repetition_is_seen_across_additions_but_not_beyond_reach() {
        let noise = noise(REACH / 2);
        let once = weight(&[&noise]);
        assert!(weight(&[&noise, &noise]) < once + once / 10);
        let far = [&noise[..], &vec![0; 3 * REACH], &noise];
        assert!(weight(&far) > 2 * once);
    }
}
