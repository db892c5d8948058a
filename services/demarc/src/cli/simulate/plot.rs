//! What a year looks like, month by month: bars in a terminal, and the same as an SVG.
//!
//! What must stay true: both are pure functions of the same numbers.

use std::fmt::Write as _;

/// Eighths of a bar.
const EIGHTHS: [char; 9] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// Cells of the longest bar in a terminal.
const CELLS: u64 = 40;
/// Pixels of a plot, and of what stands around it.
const WIDTH: u64 = 640;
const HEIGHT: u64 = 160;
const MARGIN: u64 = 40;

/// One value for each month.
pub(super) struct Plot {
    pub(super) title: &'static str,
    /// The month, its value, and the value as a person reads it.
    pub(super) bars: Vec<(String, i64, String)>,
}

impl Plot {
    fn longest(&self) -> u64 {
        self.bars.iter().map(|(_, value, _)| positive(*value)).max().unwrap_or(0).max(1)
    }

    /// One line for each month.
    pub(super) fn lines(&self) -> Vec<String> {
        let longest = self.longest();
        let line = |(month, value, text): &(String, i64, String)| {
            let eighths = positive(*value) * CELLS * 8 / longest;
            let whole = usize::try_from(eighths / 8).unwrap_or_default();
            let rest = usize::try_from(eighths % 8).unwrap_or_default();
            let part = if rest == 0 { String::new() } else { EIGHTHS[rest].to_string() };
            format!("{}  {}{part} {text}", month, "█".repeat(whole))
        };
        self.bars.iter().map(line).collect()
    }

    fn svg(&self, top: u64, into: &mut String) {
        let longest = self.longest();
        let count = u64::try_from(self.bars.len()).unwrap_or(1).max(1);
        let step = (WIDTH / count).max(1);
        let (base, y) = (top + MARGIN + HEIGHT, top + MARGIN - 12);
        write_to(into, format_args!("<text x=\"{MARGIN}\" y=\"{y}\" font-weight=\"bold\">"));
        write_to(into, format_args!("{}</text>\n", self.title));
        for (index, (month, value, text)) in (0..).zip(&self.bars) {
            let height = positive(*value) * HEIGHT / longest;
            let (x, y) = (MARGIN + index * step, base - height);
            let width = step.saturating_sub(6).max(1);
            write_to(
                into,
                format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\">\
                     <title>{}: {text}</title></rect>\n<text x=\"{x}\" y=\"{}\">{}</text>\n",
                    month,
                    base + 14,
                    &month[5..],
                ),
            );
        }
    }
}

/// All plots below each other.
pub(super) fn svg(plots: &[Plot]) -> String {
    let count = u64::try_from(plots.len()).unwrap_or_default();
    let each = HEIGHT + 2 * MARGIN;
    let (width, height) = (WIDTH + 2 * MARGIN, count * each);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\" \
         fill=\"#1f6f78\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    for (index, plot) in (0..).zip(plots) {
        plot.svg(index * each, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn write_to(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a text takes whatever is written to it");
}

fn positive(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Plot, svg};

    fn plot() -> Plot {
        let bars = [(1, 100), (2, 50), (3, 0), (4, -20)];
        let bars = bars.map(|(month, value)| (format!("2026-0{month}"), value, value.to_string()));
        Plot { title: "Billed", bars: bars.to_vec() }
    }

    #[test]
    fn the_largest_month_has_the_longest_bar_and_nothing_has_none() {
        let lines = plot().lines();
        let cells: Vec<_> = lines.iter().map(|line| line.matches('█').count()).collect();
        assert_eq!(cells, [40, 20, 0, 0]);
        assert_eq!(lines[3], "2026-04   -20");
    }

    #[test]
    fn an_svg_has_a_bar_for_every_month_of_every_plot() {
        let svg = svg(&[plot(), plot()]);
        assert_eq!(svg.matches("<title>").count(), 8);
        assert!(svg.contains("height=\"160\"><title>2026-01: 100</title>"), "{svg}");
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }
}
