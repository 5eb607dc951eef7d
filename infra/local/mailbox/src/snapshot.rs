use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::message::Message;

/// A file of one JSON message a line, only ever appended to or emptied.
pub(crate) struct Snapshot {
    file: File,
}

impl Snapshot {
    /// Opens the file, or creates it with its folder, and reads the messages in it, oldest first.
    ///
    /// A last line without its newline is the mark of a process that ended while writing; it is cut off. Any other
    /// line that is not a message is an error, because going on would hide it.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Message>)> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let bytes = fs::read(path)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        file.set_len(u64::try_from(whole).map_err(io::Error::other)?)?;
        let messages = bytes
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
            .map(|line| serde_json::from_slice(line).map_err(io::Error::from))
            .collect::<io::Result<Vec<Message>>>()?;
        Ok((Self { file }, messages))
    }

    pub(crate) fn append(&mut self, message: &Message) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    pub(crate) fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)
    }
}
