//! `[letterhead]`: what is the same on all statements of the biller (F44).

use domain::biller::{Letterhead, Paper};
use serde::Deserialize;

use super::{
    mistakes::{Read, each},
    value,
};

/// Most lines of the address: more do not fit into the window of an envelope.
const LINES_MAX: usize = 5;
/// Longest line of the address, in characters.
const LINE_CHARS_MAX: usize = 60;
/// Longest text, in characters.
const TEXT_CHARS_MAX: usize = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterheadFile {
    name: String,
    address: Vec<String>,
    pay_by: String,
    questions: String,
    paper: PaperFile,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum PaperFile {
    Letter,
    A4,
}

impl LetterheadFile {
    pub(super) fn letterhead(&self) -> Read<Letterhead> {
        let texts = [
            demand("letterhead.name", &self.name, LINE_CHARS_MAX),
            self.demand_lines(),
            demand("letterhead.pay_by", &self.pay_by, TEXT_CHARS_MAX),
            demand("letterhead.questions", &self.questions, TEXT_CHARS_MAX),
        ];
        let lines =
            self.address.iter().enumerate().map(|(at, line)| {
                demand(&format!("letterhead.address[{at}]"), line, LINE_CHARS_MAX)
            });
        let (): () = each(texts.into_iter().chain(lines))?;
        Ok(Letterhead {
            name: self.name.clone(),
            address: self.address.clone(),
            pay_by: self.pay_by.clone(),
            questions: self.questions.clone(),
            paper: match self.paper {
                PaperFile::Letter => Paper::Letter,
                PaperFile::A4 => Paper::A4,
            },
        })
    }

    fn demand_lines(&self) -> Read<()> {
        if (1..=LINES_MAX).contains(&self.address.len()) {
            return Ok(());
        }
        Err(value("letterhead.address", format!("must be 1 to {LINES_MAX} lines")))
    }
}

fn demand(key: &str, text: &str, chars_max: usize) -> Read<()> {
    let fits = (1..=chars_max).contains(&text.chars().count());
    if fits && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(value(key, format!("must be one line of 1 to {chars_max} characters")))
}

#[cfg(test)]
mod tests {
    use super::{LetterheadFile, Paper};

    fn read(text: &str) -> Result<Paper, String> {
        let file: LetterheadFile = toml::from_str(text).map_err(|error| error.to_string())?;
        file.letterhead().map(|it| it.paper).map_err(|mistakes| format!("{mistakes:?}"))
    }

    fn file(address: &str, paper: &str) -> String {
        format!(
            "name = \"Acme\"\naddress = {address}\npay_by = \"Pay.\"\nquestions = \"Call.\"\n\
             paper = \"{paper}\""
        )
    }

    #[test]
    fn f44_a_letterhead_fits_an_envelope_and_names_its_paper() {
        assert_eq!(read(&file(r#"["1 Main St"]"#, "letter")), Ok(Paper::Letter));
        assert_eq!(read(&file(r#"["1 Main St"]"#, "a4")), Ok(Paper::A4));
        assert!(read(&file(r#"["1 Main St"]"#, "a5")).is_err());
        let told = read(&file("[]", "a4")).unwrap_err();
        assert!(told.contains("must be 1 to 5 lines"), "{told}");
        let told = read(&file(r#"["1 Main St", ""]"#, "a4")).unwrap_err();
        assert!(told.contains("letterhead.address[1]"), "{told}");
    }
}
