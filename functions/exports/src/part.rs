//! Parts: rows as they were found, a line of JSON each.

use serde::{Deserialize, Serialize};

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Its place in the order that was asked for, as text that sorts.
    #[serde(rename = "p")]
    pub(crate) place: String,
    /// What is shown, a cell for each column, as [`crate::columns::Kind`] says.
    #[serde(rename = "c")]
    pub(crate) cells: Vec<String>,
}

/// A part of these rows.
pub(crate) fn encode(lines: &[Line]) -> Result<Vec<u8>, serde_json::Error> {
    let mut part = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut part, line)?;
        part.push(b'\n');
    }
    Ok(part)
}

/// The rows of a part.
pub(crate) fn decode(part: &[u8]) -> impl Iterator<Item = Result<Line, serde_json::Error>> {
    part.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(serde_json::from_slice)
}
