//! What is the same on everything that a biller sends on paper (F44).

/// Who writes, and how a customer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letterhead {
    /// What customers call the biller.
    pub name: String,
    /// Where checks are sent to, line by line, without the name.
    pub address: Vec<String>,
    /// How a customer pays, in a few sentences.
    pub pay_by: String,
    /// Whom a customer asks, in a few sentences.
    pub questions: String,
    /// What the biller prints on.
    pub paper: Paper,
}

/// A size of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// 8.5 by 11 inches.
    Letter,
    /// 210 by 297 millimetres.
    A4,
}
