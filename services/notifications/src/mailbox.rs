//! The mailbox: a file with one JSON line per message that was handed over.
//!
//! What must stay true: a message is in it once, and on the disk before anybody is told so. A line
//! that a crash cut short was never reported: it is cut off and written again.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::message::Message;

/// One file of messages.
pub(crate) struct Mailbox(Mutex<Contents>);

struct Contents {
    file: File,
    ids: HashSet<String>,
    /// Where the last whole line ends.
    end: u64,
}

/// A line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    message_id: &'a str,
    to: &'a str,
    subject: &'a str,
    body: &'a str,
}

/// What is read back of a line.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    message_id: String,
}

impl Mailbox {
    /// Opens a mailbox, which is created if there is none.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        Self::read(path).with_context(|| format!("mailbox {} could not be opened", path.display()))
    }

    fn read(path: &Path) -> io::Result<Self> {
        let dir = path.parent().unwrap_or(path);
        fs::create_dir_all(dir)?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path)?;
        File::open(dir)?.sync_all()?;
        let (mut ids, mut end) = (HashSet::new(), 0);
        let mut lines = BufReader::new(&file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let bytes = lines.read_until(b'\n', &mut line)?;
            if line.last() != Some(&b'\n') {
                break;
            }
            ids.insert(serde_json::from_slice::<Known>(&line)?.message_id);
            end += bytes as u64;
        }
        Ok(Self(Mutex::new(Contents { file, ids, end })))
    }

    /// Puts a message in; `false`: it is in it already.
    pub(crate) fn put(&self, message: &Message) -> io::Result<bool> {
        let mut contents = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if contents.ids.contains(&message.message_id) {
            return Ok(false);
        }
        contents.append(message)?;
        contents.ids.insert(message.message_id.clone());
        Ok(true)
    }
}

impl Contents {
    fn append(&mut self, message: &Message) -> io::Result<()> {
        let Message { message_id, to, subject, body, .. } = message;
        let mut line = serde_json::to_vec(&Line { message_id, to, subject, body })?;
        line.push(b'\n');
        // Over whatever an earlier attempt left behind the last whole line.
        self.file.set_len(self.end)?;
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.end += line.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path};

    use serde_json::{Value, json};

    use super::Mailbox;
    use crate::{
        message::{MESSAGES, Message},
        testing::{order_completed, with_site},
    };

    fn message(id: &str) -> Message {
        let story = with_site().then(order_completed());
        let message: Message = story.row(MESSAGES, "notification_order_1001-1");
        Message { message_id: id.to_owned(), ..message }
    }

    fn ids(path: &Path) -> Vec<Value> {
        let lines = fs::read_to_string(path).unwrap();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["messageId"].clone()).collect()
    }

    #[test]
    fn a_message_is_put_in_once_even_after_a_crash_before_its_report() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("northeast").join("mail.ndjson");
        let mailbox = Mailbox::open(&path).unwrap();
        assert!(mailbox.put(&message("notification_a")).unwrap());
        assert!(!mailbox.put(&message("notification_a")).unwrap());
        drop(mailbox);
        let mailbox = Mailbox::open(&path).unwrap();
        assert!(!mailbox.put(&message("notification_a")).unwrap());
        assert!(mailbox.put(&message("notification_b")).unwrap());
        assert_eq!(ids(&path), [json!("notification_a"), json!("notification_b")]);
    }

    #[test]
    fn a_line_that_was_cut_short_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("mail.ndjson");
        Mailbox::open(&path).unwrap().put(&message("notification_a")).unwrap();
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"messageId\":\"notification_b\",\"to\":\"a very long address").unwrap();
        assert!(Mailbox::open(&path).unwrap().put(&message("notification_b")).unwrap());
        assert_eq!(ids(&path), [json!("notification_a"), json!("notification_b")]);
    }
}
