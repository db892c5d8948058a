//! What the owner of a log answers over the bus: blocks one after another, and where it ends.

use bus::Message;
use bytes::Bytes;

use crate::block::check;

/// Reads a reply as blocks, and as the end of a log.
pub fn log_reply(data: &[u8]) {
    let reply = message(data);
    if let Ok(blocks) = bus::blocks_in("acme", reply.body.clone()) {
        blocks.iter().for_each(check);
        let bytes: usize = blocks.iter().map(|block| 4 + block.bytes().len()).sum();
        assert_eq!(bytes, reply.body.len(), "a byte of the reply was left out");
    }
    if let Ok(head) = bus::head_in("acme", &reply) {
        let said = reply.headers.get(bus::HEADER_POSITION).and_then(|text| text.parse().ok());
        assert_eq!(said, Some(head.position));
    }
}

/// Lines of headers, an empty line, and a body: how all targets write a message.
pub(crate) fn message(data: &[u8]) -> Message {
    let (lines, body) = split(data);
    let mut message = Message::new(Bytes::copy_from_slice(body));
    for (name, value) in lines {
        message.headers.insert(&String::from_utf8_lossy(name), &String::from_utf8_lossy(value));
    }
    for (name, value) in message.headers.iter() {
        assert!(name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':'), "{name:?}");
        assert!(!value.contains(['\r', '\n']), "{value:?} would forge another header");
    }
    message
}

type Lines<'a> = Vec<(&'a [u8], &'a [u8])>;

/// The headers and the body of written bytes.
pub(crate) fn split(data: &[u8]) -> (Lines<'_>, &[u8]) {
    let end = data.windows(2).position(|two| two == b"\n\n");
    let (head, body) = end.map_or((data, &[][..]), |end| (&data[..end], &data[end + 2..]));
    let lines = head.split(|byte| *byte == b'\n');
    let pairs = lines.filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((&line[..colon], line[colon + 1..].trim_ascii_start()))
    });
    (pairs.collect(), body)
}
