//! `demarc print-file`: the statements of a bill day that go out on paper, for the printer (F50).
//!
//! What must stay true: however many they are, a file at a time is in memory; a file is whole or
//! not there.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Context, statement::write};

const EXAMPLES: &str = "\
Examples:
  demarc print-file --cycle 2026-12-01 --out statements.pdf

Many statements make several files: statements.pdf, statements-2.pdf, ...";

/// Options of `demarc print-file`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PrintFile {
    /// The bill day
    #[arg(long, value_name = "DAY")]
    cycle: String,
    /// Where the PDF goes
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl PrintFile {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let counter = context.output.counter("statements");
        let (mut after, mut files) = (None, Vec::new());
        loop {
            let mut query = vec![("cycle", self.cycle.clone())];
            query.extend(after.map(|after| ("after", after)));
            let answer = context.client.get_file(&["print-file"], &query).await?;
            let file = numbered(&self.out, files.len() + 1);
            write(&file, &answer.bytes)?;
            let count = answer.header("demarc-count").and_then(|count| count.parse().ok());
            let count: u64 = count.unwrap_or_default();
            counter.inc(count);
            files.push(json!({ "file": file.display().to_string(), "statements": count }));
            after = answer.header("demarc-next");
            if after.is_none() {
                break;
            }
        }
        counter.finish_and_clear();
        if context.output.is_json() {
            return Ok(context.output.document(&json!({ "files": files }))?);
        }
        for file in &files {
            let name = file["file"].as_str().unwrap_or_default();
            context.output.line(format!("{name}: {} statements", file["statements"]))?;
        }
        Ok(())
    }
}

/// `statements.pdf`, `statements-2.pdf`, ...
fn numbered(out: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return out.to_owned();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let extension = out.extension().map(|it| format!(".{}", it.to_string_lossy()));
    out.with_file_name(format!("{stem}-{number}{}", extension.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::numbered;

    #[test]
    fn f50_further_files_are_numbered_beside_the_first() {
        let out = Path::new("out/december.pdf");
        assert_eq!(numbered(out, 1), out);
        assert_eq!(numbered(out, 2), Path::new("out/december-2.pdf"));
        assert_eq!(numbered(Path::new("december"), 3), Path::new("december-3"));
    }
}
