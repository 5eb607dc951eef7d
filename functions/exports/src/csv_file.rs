//! The file as comma-separated values (RFC 4180), UTF-8 without a byte order mark.

use std::borrow::Cow;

use csv::{Terminator, Writer, WriterBuilder};
use paywell_domain::Cents;

use crate::{
    assemble::FileError,
    columns::{Column, Kind},
};

/// A file in the making.
pub(crate) struct CsvFile {
    columns: &'static [Column],
    writer: Writer<Vec<u8>>,
}

impl CsvFile {
    /// A file with its heading.
    pub(crate) fn new(columns: &'static [Column]) -> Result<Self, FileError> {
        let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
        writer.write_record(columns.iter().map(|column| column.title))?;
        Ok(Self { columns, writer })
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, cells: &[String]) -> Result<(), FileError> {
        for (column, cell) in self.columns.iter().zip(cells) {
            match column.kind {
                Kind::Money if !cell.is_empty() => {
                    self.writer.write_field(Cents::new(cell.parse()?).to_string())?;
                }
                Kind::Text => self.writer.write_field(harmless(cell).as_bytes())?,
                _ => self.writer.write_field(cell)?,
            }
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    /// The bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>, FileError> {
        self.writer.into_inner().map_err(|error| FileError::Write(error.error().to_string()))
    }
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what one could begin with
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). The full-width forms are taken for the others by some.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let begins = |letter: char| "=+-@\t\r\n＝＋－＠".contains(letter);
    if text.starts_with(begins) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}
