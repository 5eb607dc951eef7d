//! Putting the file together from its parts.

use std::num::ParseIntError;

use paywell_app::{AppError, exports::part_key};
use paywell_domain::Export;
use paywell_domain::{
    Practice,
    export::{ExportFormat, ExportList},
};

use crate::{
    Exports,
    columns::columns,
    csv_file::CsvFile,
    part::{self, Line},
    question::Question,
    xlsx_file::{Layout, XlsxFile},
};

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("{0}")]
    Write(String),
    #[error("a number that is none: {0}")]
    Number(#[from] ParseIntError),
    #[error("a total that is too large")]
    TooLarge,
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error(transparent)]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}

impl From<FileError> for AppError {
    fn from(error: FileError) -> Self {
        Self::internal(error)
    }
}

/// A file in the making.
pub(crate) enum File {
    Csv(Box<CsvFile>),
    Xlsx(Box<XlsxFile>),
}

impl File {
    /// The file of an export, with its heading.
    pub(crate) fn of(export: &Export, practice: &Practice, sheet_rows: u32) -> Result<Self, FileError> {
        let columns = columns(export.list);
        Ok(match export.format {
            ExportFormat::Csv => Self::Csv(Box::new(CsvFile::new(columns)?)),
            ExportFormat::Xlsx => {
                let name = match export.list {
                    ExportList::Invoices => "Invoices",
                    ExportList::Payments => "Payments",
                    ExportList::Transactions => "Transactions",
                    ExportList::InvoiceSets => "Invoice sets",
                };
                let (currency, zone) = (practice.currency, practice.time_zone.name());
                let asked_at = export.asked_at;
                let layout = Layout { columns, name, currency, zone, asked_at, sheet_rows };
                Self::Xlsx(Box::new(XlsxFile::new(layout)?))
            }
        })
    }

    /// Adds a row.
    pub(crate) fn add(&mut self, cells: &[String]) -> Result<(), FileError> {
        match self {
            Self::Csv(file) => file.add(cells),
            Self::Xlsx(file) => file.add(cells),
        }
    }

    /// The bytes.
    pub(crate) fn finish(self) -> Result<Vec<u8>, FileError> {
        match self {
            Self::Csv(file) => file.finish(),
            Self::Xlsx(file) => file.finish(),
        }
    }
}

impl Exports {
    /// The whole file. In the order of creation the parts are read one by one; in any other all rows are held in memory to
    /// be put in order, which [`paywell_domain::export::MAX_ROWS`] bounds.
    pub(crate) async fn assemble(
        &self,
        export: &Export,
        question: &Question,
        practice: &Practice,
    ) -> Result<Vec<u8>, AppError> {
        let mut file = File::of(export, practice, self.limits.sheet_rows)?;
        let (reordered, descending) = question.order();
        let mut lines: Vec<Line> = Vec::new();
        for object in &export.parts {
            let key = part_key(&practice.id, export.id, *object);
            let part = self.api.app.exports()?.get(&key).await.map_err(AppError::from)?;
            let part = part.ok_or_else(|| AppError::internal(format!("{key} is not there")))?;
            for line in part::decode(&part) {
                if reordered {
                    lines.push(line?);
                } else {
                    file.add(&line?.cells)?;
                }
            }
        }
        // Rows without a place stay as they were walked.
        lines.sort_by(|one, other| one.place.cmp(&other.place));
        if descending {
            lines.reverse();
        }
        for line in lines {
            file.add(&line.cells)?;
        }
        Ok(file.finish()?)
    }
}
