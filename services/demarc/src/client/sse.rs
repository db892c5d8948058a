//! Server-sent events: bytes in, messages out, however the bytes are cut.

/// One message of the stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// What to resume after.
    pub(crate) id: Option<String>,
    /// The lines of its data.
    pub(crate) data: String,
}

/// Puts messages together.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    bytes: Vec<u8>,
    id: Option<String>,
    data: Vec<String>,
}

impl Parser {
    /// Takes what arrived and gives every message that is complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Vec<Message> {
        self.bytes.extend_from_slice(bytes);
        let mut messages = Vec::new();
        let mut taken = 0;
        while let Some(length) = self.bytes[taken..].iter().position(|byte| *byte == b'\n') {
            let line = &self.bytes[taken..taken + length];
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
            taken += length + 1;
            messages.extend(take_line(&mut self.id, &mut self.data, &line));
        }
        self.bytes.drain(..taken);
        messages
    }
}

/// An empty line ends a message; a message without data is none.
fn take_line(id: &mut Option<String>, data: &mut Vec<String>, line: &str) -> Option<Message> {
    if line.is_empty() {
        let (id, data) = (id.take(), std::mem::take(data));
        return (!data.is_empty()).then(|| Message { id, data: data.join("\n") });
    }
    let (field, value) = line.split_once(':').unwrap_or((line, ""));
    let value = value.strip_prefix(' ').unwrap_or(value);
    match field {
        "id" => *id = Some(value.to_owned()),
        "data" => data.push(value.to_owned()),
        // A comment (an empty name) keeps the connection alive; the type is in the data too.
        _ => {}
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Message, Parser};

    fn message(id: &str, data: &str) -> Message {
        Message { id: Some(id.into()), data: data.into() }
    }

    #[test]
    fn messages_are_found_however_the_bytes_are_cut() {
        let stream =
            b": hello\n\nid: 7\nevent: SiteSuspended\ndata: {\"a\":1}\n\nid:8\r\ndata:x\r\n\r\n";
        let whole = Parser::default().push(stream);
        assert_eq!(whole, [message("7", "{\"a\":1}"), message("8", "x")]);
        let mut parser = Parser::default();
        let single: Vec<_> = stream.iter().flat_map(|byte| parser.push(&[*byte])).collect();
        assert_eq!(single, whole);
    }

    #[test]
    fn data_of_several_lines_is_joined() {
        let messages = Parser::default().push(b"id: 1\ndata: a\ndata: b\n\n");
        assert_eq!(messages, [message("1", "a\nb")]);
    }

    #[test]
    fn a_message_that_was_cut_off_is_not_given() {
        let mut parser = Parser::default();
        assert_eq!(parser.push(b"id: 1\ndata: half"), []);
        assert_eq!(parser.push(b" more\n"), []);
        assert_eq!(parser.push(b"\n"), [message("1", "half more")]);
    }
}
