//! The room of a page: its readers drop, or refuse, what is longer than they take.

/// Bytes that are kept for the end of a page.
const END: usize = 4_000;

/// A page whose room is limited. Its head and its end are written to [`Self::text`] itself: for them there always is room.
pub(in crate::output) struct Room {
    pub(in crate::output) text: String,
    limit: usize,
}

impl Room {
    /// An empty page of so many bytes at the most.
    pub(in crate::output) const fn new(limit: usize) -> Self {
        Self { text: String::new(), limit }
    }

    /// Adds a piece if there is room for it, and says whether there was.
    pub(in crate::output) fn add(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() + END <= self.limit;
        if fits {
            self.text.push_str(piece);
        }
        fits
    }
}
