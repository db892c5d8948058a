//! Which payment processor each biller has: a file of `--processor-file`, and keys in files of
//! their own. A biller that is not in it has a simulated one.
//!
//! What must stay true: no key is on the command line, in the file itself, in an error or in a log
//! line; a mistake is told before anything starts. A process reads the keys that it needs and no
//! other one: billing asks the processor, core believes its webhooks.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use domain::biller::Biller;
use payment_processor::{Http, HttpOptions, Processor, Secret};
use serde::Deserialize;

/// How long a whole answer may take where the file does not say, in seconds.
const TIME_LIMIT_SECONDS: u64 = 20;
/// The longest that it may take: whoever waits for an answer waits a minute.
const TIME_LIMIT_SECONDS_MAX: u64 = 50;
/// Shortest key of webhooks in characters: a shorter one is guessed.
const WEBHOOK_KEY_CHARS_MIN: usize = 16;

/// The processors of billers, by the biller's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Processors(BTreeMap<String, Settings>);

/// One biller's processor, as it stands in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// `https://processor.example/v1`
    url: String,
    /// The file of our key there.
    key_file: PathBuf,
    /// The file of the key that its webhooks are signed with; absent: none are taken.
    webhook_key_file: Option<PathBuf>,
    /// How long to wait for an answer.
    #[serde(default = "time_limit_seconds")]
    time_limit_seconds: u64,
}

fn time_limit_seconds() -> u64 {
    TIME_LIMIT_SECONDS
}

impl Processors {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// Its first mistake.
    pub(crate) fn read(file: Option<&Path>, billers: &[Arc<Biller>]) -> anyhow::Result<Self> {
        let Some(file) = file else { return Ok(Self::default()) };
        let read = || {
            let text = fs::read_to_string(file).context("it cannot be read")?;
            let mut settings = parse(&text)?;
            for (name, settings) in &mut settings {
                let names: Vec<_> = billers.iter().map(|biller| biller.name.as_str()).collect();
                ensure!(
                    names.contains(&name.as_str()),
                    "[{name}] is no biller that is served here: those are {}",
                    names.join(", ")
                );
                settings.check().with_context(|| format!("[{name}]"))?;
                settings.stand_beside(file);
            }
            Ok(Self(settings))
        };
        read().with_context(|| format!("--processor-file {}", file.display()))
    }

    /// Whom billing asks for a biller's money; `None`: a simulated processor.
    ///
    /// # Errors
    /// When the key cannot be read or the address is none.
    pub(crate) fn processor(&self, biller: &str) -> anyhow::Result<Option<Arc<dyn Processor>>> {
        let Some(settings) = self.0.get(biller) else { return Ok(None) };
        let open = || {
            let key = key(&settings.key_file).context("key_file")?;
            let time_limit = Duration::from_secs(settings.time_limit_seconds);
            let options =
                HttpOptions { base_url: settings.url.clone(), key: Secret::new(key), time_limit };
            Ok::<_, anyhow::Error>(Arc::new(Http::open(&options)?))
        };
        let processor = open().with_context(|| wrong(biller))?;
        Ok(Some(processor))
    }

    /// What a biller's webhooks are signed with; `None`: none are taken.
    ///
    /// # Errors
    /// When the key cannot be read or is too short.
    pub(crate) fn webhook_key(&self, biller: &str) -> anyhow::Result<Option<Secret>> {
        let settings = self.0.get(biller);
        let Some(file) = settings.and_then(|settings| settings.webhook_key_file.as_ref()) else {
            return Ok(None);
        };
        let read = || {
            let key = key(file)?;
            ensure!(
                key.chars().count() >= WEBHOOK_KEY_CHARS_MIN,
                "{} holds a key of fewer than {WEBHOOK_KEY_CHARS_MIN} characters: anybody could \
                 guess it",
                file.display()
            );
            Ok(Secret::new(key))
        };
        read().context("webhook_key_file").with_context(|| wrong(biller)).map(Some)
    }
}

impl Settings {
    fn check(&self) -> anyhow::Result<()> {
        if !(1..=TIME_LIMIT_SECONDS_MAX).contains(&self.time_limit_seconds) {
            bail!("time_limit_seconds must be 1 to {TIME_LIMIT_SECONDS_MAX}");
        }
        Ok(())
    }

    /// A path that is not absolute begins where the file is.
    fn stand_beside(&mut self, file: &Path) {
        let dir = file.parent().unwrap_or(Path::new(""));
        for path in [Some(&mut self.key_file), self.webhook_key_file.as_mut()].into_iter().flatten()
        {
            *path = dir.join(&*path);
        }
    }
}

fn wrong(biller: &str) -> String {
    format!("the payment processor of {biller} is not set up")
}

/// Reads the file. An error repeats no line of it: somebody may have written a key there.
fn parse(text: &str) -> anyhow::Result<BTreeMap<String, Settings>> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let known = "each biller has url, key_file, and perhaps webhook_key_file and \
                     time_limit_seconds; keys are in files of their own";
        anyhow::anyhow!("line {line}: {}; {known}", problem(error.message()))
    })
}

/// What is wrong, without what stands in the file.
fn problem(message: &str) -> &str {
    let kinds = ["unknown field", "missing field", "duplicate key", "invalid type"];
    kinds.into_iter().find(|kind| message.starts_with(kind)).unwrap_or("it is no such file")
}

/// The key in a file, without the end of its line.
fn key(file: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(file);
    let text = text.with_context(|| format!("{} cannot be read", file.display()))?;
    let key = text.trim();
    ensure!(!key.is_empty(), "{} is empty: it holds the key and nothing else", file.display());
    Ok(key.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use tempfile::TempDir;

    use super::Processors;
    use crate::billers::shipped;

    const GOOD: &str = "[northeast]\nurl = \"https://pay.example/v1\"\nkey_file = \"ours\"\n\
                        webhook_key_file = \"theirs\"\n";

    /// A directory with the file and two keys.
    fn dir(text: &str) -> (TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("processors.toml");
        fs::write(&file, text).unwrap();
        fs::write(dir.path().join("ours"), "sk_that_nobody_sees\n").unwrap();
        fs::write(dir.path().join("theirs"), "whsec_that_nobody_sees\n").unwrap();
        (dir, file)
    }

    fn read(text: &str) -> (TempDir, anyhow::Result<Processors>) {
        let (dir, file) = dir(text);
        let read = Processors::read(Some(&file), &shipped().unwrap());
        (dir, read)
    }

    fn refusal(text: &str) -> String {
        format!("{:#}", read(text).1.unwrap_err())
    }

    #[test]
    fn whoever_is_in_the_file_has_a_processor_and_the_others_a_simulated_one() {
        let (_dir, processors) = read(GOOD);
        let processors = processors.unwrap();
        assert!(processors.processor("northeast").unwrap().is_some());
        assert!(processors.webhook_key("northeast").unwrap().is_some());
        assert!(processors.processor("midwest").unwrap().is_none());
        assert!(processors.webhook_key("midwest").unwrap().is_none());
        let none = Processors::read(None, &[]).unwrap();
        assert!(none.processor("northeast").unwrap().is_none());
        assert!(!format!("{processors:?}").contains("nobody_sees"));
    }

    #[test]
    fn a_mistake_in_the_file_is_told_by_its_line_and_repeats_nothing_of_it() {
        for (text, expected) in [
            (GOOD.replace("url", "adress"), "line 2: unknown field"),
            (format!("{GOOD}key = \"sk_that_nobody_sees\"\n"), "line 5: unknown field"),
            (GOOD.replace("key_file = \"ours\"\n", ""), "missing field"),
            (GOOD.replace("northeast", "nowhere"), "[nowhere] is no biller that is served here"),
            (format!("{GOOD}time_limit_seconds = 51\n"), "time_limit_seconds must be 1 to 50"),
            (format!("{GOOD}time_limit_seconds = 0\n"), "time_limit_seconds must be 1 to 50"),
            ("sk_that_nobody_sees".to_owned(), "line 1: it is no such file"),
        ] {
            let told = refusal(&text);
            assert!(told.contains(expected) && told.contains("--processor-file"), "{told}");
            assert!(!told.contains("nobody_sees"), "{told}");
        }
    }

    #[test]
    fn a_key_that_is_not_there_or_no_key_is_told_by_its_file() {
        let told = |text: &str, key: Option<(&str, &str)>| {
            let (dir, processors) = read(text);
            if let Some((name, key)) = key {
                fs::write(dir.path().join(name), key).unwrap();
            }
            let processors = processors.unwrap();
            let asked = processors.processor("northeast").map(drop);
            let told = asked.and(processors.webhook_key("northeast").map(drop)).unwrap_err();
            format!("{told:#}")
        };
        assert!(told(GOOD, Some(("ours", " \n"))).contains("ours is empty"));
        assert!(told(GOOD, Some(("theirs", "short"))).contains("theirs holds a key of fewer"));
        assert!(told(&GOOD.replace("ours", "lost"), None).contains("lost cannot be read"));
        let plain = told(&GOOD.replace("https", "http"), None);
        assert!(plain.contains("is not https, and not on this machine"), "{plain}");
    }
}
