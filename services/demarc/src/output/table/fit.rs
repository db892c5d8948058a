//! How a table is made to fit its reader's terminal.
//!
//! What must stay true: the first column, which names the row, is never wrapped, and no word is
//! ever broken: an id can be copied from wherever it is shown. What does not fit side by side is
//! stacked, field under field; what is too long even for that is left to the terminal.

use comfy_table::{ColumnConstraint, ContentArrangement, Row, Table, Width};

use super::{RULE, table};

/// The longest rule under the heading of a record where there is no terminal.
const RULE_MAX: usize = 80;

/// How a terminal is told that bold text begins, and that it ends.
const BOLD: &str = "\u{1b}[1m";
const PLAIN: &str = "\u{1b}[0m";

/// Space around the content of a cell.
const PADDING: u16 = 2;

/// The table in words, as wide as the terminal; as wide as it is where there is no terminal.
pub(crate) fn fitted(table: Table) -> String {
    let width = table.width();
    fitted_to(table, width)
}

fn fitted_to(mut table: Table, width: Option<u16>) -> String {
    table.set_content_arrangement(ContentArrangement::Disabled);
    let full = table.column_max_content_widths();
    let Some(width) = width else {
        return match full.len() {
            ..=2 => ruled(&table.trim_fmt(), RULE_MAX),
            _ => table.trim_fmt(),
        };
    };
    match widths(&least_widths(&table, &full), &full, width) {
        Some(widths) => {
            table.set_width(width);
            table.set_content_arrangement(ContentArrangement::Dynamic);
            let exactly = |content| ColumnConstraint::Absolute(Width::Fixed(content + PADDING));
            table.set_constraints(widths.into_iter().map(exactly));
            table.trim_fmt()
        }
        None if full.len() > 2 => stacked(&table, width),
        None => ruled(&table.trim_fmt(), usize::from(width)),
    }
}

/// With a rule that is no longer than so much, and a heading that ends with its last word, however
/// long the longest sentence is.
fn ruled(table: &str, rule_max: usize) -> String {
    let is_rule = |line: &str| line.starts_with(RULE) && line.chars().all(|it| it == RULE);
    let line = |line: &str| match is_rule(line) {
        true => line.chars().take(rule_max).collect(),
        false => without_blank_end(line),
    };
    table.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Without the blanks that a style goes on over.
fn without_blank_end(line: &str) -> String {
    let Some(styled) = line.strip_suffix(PLAIN) else { return line.to_owned() };
    let mut text = styled;
    loop {
        let shorter = text.trim_end().trim_end_matches(PLAIN).trim_end_matches(BOLD);
        if shorter.len() == text.len() {
            return format!("{text}{PLAIN}");
        }
        text = shorter;
    }
}

/// How wide every column is, if all of them fit: what is left over goes to the narrowest first.
fn widths(least: &[u16], full: &[u16], room: u16) -> Option<Vec<u16>> {
    // Between two columns stands one more space.
    let between = (PADDING + 1).saturating_mul(u16::try_from(least.len()).unwrap_or(u16::MAX));
    let needed = least.iter().copied().fold(between, u16::saturating_add).saturating_sub(1);
    let mut widths = least.to_vec();
    for _ in 0..room.checked_sub(needed)? {
        let growing = (0..widths.len()).filter(|&column| widths[column] < full[column]);
        let Some(narrowest) = growing.min_by_key(|&column| widths[column]) else { break };
        widths[narrowest] += 1;
    }
    Some(widths)
}

/// What every column needs: the first all its content, the others their longest words.
fn least_widths(table: &Table, full: &[u16]) -> Vec<u16> {
    let longest_word = |column: usize| {
        let cells = table.header().into_iter().chain(table.row_iter());
        let longest = cells.map(|row| longest_word(&content(row, column))).max().unwrap_or(0);
        u16::try_from(longest).unwrap_or(u16::MAX).max(1)
    };
    let others = (1..full.len()).map(longest_word);
    full.first().copied().into_iter().chain(others).collect()
}

fn longest_word(text: &str) -> usize {
    text.split([' ', '\n']).map(|word| word.chars().count()).max().unwrap_or(0)
}

fn content(row: &Row, column: usize) -> String {
    row.cell_iter().nth(column).map(comfy_table::Cell::content).unwrap_or_default()
}

/// Every row as a table of its own, its fields one under the other.
fn stacked(wide: &Table, width: u16) -> String {
    let heading = |column| wide.header().map(|row| content(row, column)).unwrap_or_default();
    let columns = wide.header().map_or(0, Row::cell_count);
    let stack = |row: &Row| {
        let mut fields = table([heading(0), content(row, 0)]);
        for column in 1..columns {
            let text = content(row, column);
            if !text.is_empty() {
                fields.add_row([heading(column), text]);
            }
        }
        fitted_to(fields, Some(width))
    };
    wide.row_iter().map(stack).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use comfy_table::Table;

    use super::{fitted_to, table};

    const CHAIN: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    fn requests() -> Table {
        let mut table = table(["request", "siteId", "state", "what is to be done", "by"]);
        let words = "turn the line on and set its speed to one gigabit as the order says";
        table.add_row(["request_site_88-1", "site_88", "acknowledged", words, "jane"]);
        table.add_row(["request_site_88-2", "site_88", "", "turn it off", "provisioning"]);
        table
    }

    fn shown(table: Table, width: Option<u16>) -> String {
        let shown = anstream::adapter::strip_str(&fitted_to(table, width)).to_string();
        let widest = shown.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= usize::from(width.unwrap_or(u16::MAX)), "{shown}");
        shown
    }

    #[test]
    fn at_80_columns_only_what_is_made_of_words_is_wrapped() {
        let shown = shown(requests(), Some(80));
        for whole in ["request_site_88-1", "request_site_88-2", "acknowledged", "provisioning"] {
            assert!(shown.contains(whole), "{shown}");
        }
        assert_eq!(shown.lines().next().unwrap().split_whitespace().count(), 9, "{shown}");
        assert!(shown.lines().count() > 4, "{shown}");
    }

    #[test]
    fn at_150_columns_and_without_a_terminal_every_row_is_one_line() {
        assert_eq!(shown(requests(), Some(150)).lines().count(), 4);
        assert_eq!(shown(requests(), Some(150)), shown(requests(), None));
    }

    #[test]
    fn what_does_not_fit_side_by_side_is_stacked() {
        let shown = shown(requests(), Some(40));
        let heading: Vec<_> = shown.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(heading, ["request", "request_site_88-1"], "{shown}");
        let line = |name: &str| shown.lines().filter(|line| line.contains(name)).count();
        assert_eq!((line("request_"), line("siteId"), line("state")), (2, 2, 1), "{shown}");
    }

    #[test]
    fn without_a_terminal_the_rule_of_a_record_is_no_longer_than_a_line() {
        let mut record = table(["account_7", ""]);
        let sentence = "Nothing is past due. ".repeat(20);
        record.add_row(["stands", sentence.trim()]);
        record.add_row(["ladders", "1"]);
        let shown = shown(record, None);
        let lines: Vec<_> = shown.lines().collect();
        assert_eq!(lines.len(), 4, "{shown}");
        assert_eq!(lines[1].chars().count(), 80, "{shown}");
        assert_eq!(lines[0].trim_end(), lines[0], "nothing follows the heading");
        assert!(lines[2].ends_with(sentence.trim()), "a sentence is one line: {shown}");
        let mut short = table(["account_7", ""]);
        short.add_row(["ladders", "1"]);
        let shown = anstream::adapter::strip_str(&fitted_to(short, None)).to_string();
        assert!(shown.lines().nth(1).unwrap().chars().count() < 20, "{shown}");
    }

    #[test]
    fn a_word_that_is_wider_than_the_terminal_is_not_broken() {
        let mut wide = table(["position", "log", "chain"]);
        wide.add_row(["12", "northeast", CHAIN]);
        let shown = anstream::adapter::strip_str(&fitted_to(wide, Some(60))).to_string();
        assert!(shown.contains(CHAIN), "{shown}");
    }
}
