//! The file as a workbook. Rows are written to disk as they come, so that memory does not grow with them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc};
use paywell_domain::{Cents, Currency};
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError, utility::row_col_to_cell,
};

use crate::{
    assemble::FileError,
    columns::{Column, Kind},
};

/// What a workbook is made of.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) columns: &'static [Column],
    /// What its sheets are called; from the second on with a number.
    pub(crate) name: &'static str,
    pub(crate) currency: Currency,
    /// The zone of its instants, which a spreadsheet cannot keep with each.
    pub(crate) zone: &'static str,
    /// When it was asked for (UTC).
    pub(crate) asked_at: DateTime<Utc>,
    /// The most rows of a sheet, without heading and totals.
    pub(crate) sheet_rows: u32,
}

struct Formats {
    bold: Format,
    money: Format,
    total: Format,
    day: Format,
    instant: Format,
}

/// A workbook in the making.
pub(crate) struct XlsxFile {
    layout: Layout,
    formats: Formats,
    workbook: Workbook,
    sheets: usize,
    /// How many rows the last sheet has.
    rows: u32,
    /// What its columns of money come to, in cents.
    totals: Vec<i64>,
}

impl XlsxFile {
    /// A workbook with the heading of its first sheet.
    pub(crate) fn new(layout: Layout) -> Result<Self, FileError> {
        let money = format!("\"{}\"#,##0.00", layout.currency.sign());
        let formats = Formats {
            bold: Format::new().set_bold(),
            money: Format::new().set_num_format(&money),
            total: Format::new().set_num_format(&money).set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm"),
        };
        let mut workbook = Workbook::new();
        let made = ExcelDateTime::from_timestamp(layout.asked_at.timestamp())?;
        workbook.set_properties(&DocProperties::new().set_title(layout.name).set_creation_datetime(&made));
        let totals = vec![0; layout.columns.len()];
        let mut file = Self { layout, formats, workbook, sheets: 0, rows: 0, totals };
        file.begin_sheet()?;
        Ok(file)
    }

    /// Adds a row; a sheet that is full is followed by another.
    pub(crate) fn add(&mut self, cells: &[String]) -> Result<(), FileError> {
        if self.rows == self.layout.sheet_rows {
            self.end_sheet()?;
            self.begin_sheet()?;
        }
        self.rows = self.rows.saturating_add(1);
        let (row, columns) = (self.rows, self.layout.columns);
        let formats = &self.formats;
        let sheet = self.workbook.worksheet_from_index(self.sheets.saturating_sub(1))?;
        for ((place, cell), (column, total)) in (0_u16..).zip(cells).zip(columns.iter().zip(&mut self.totals))
        {
            if cell.is_empty() {
                continue;
            }
            match column.kind {
                Kind::Text => sheet.write_string(row, place, cell).map(drop)?,
                Kind::Whole => sheet.write(row, place, Decimal::from(cell.parse::<i64>()?)).map(drop)?,
                Kind::Money => {
                    let cents: i64 = cell.parse()?;
                    *total = total.checked_add(cents).ok_or(FileError::TooLarge)?;
                    let amount = Decimal::new(cents, 2);
                    sheet.write_with_format(row, place, amount, &formats.money).map(drop)?;
                }
                Kind::Day => {
                    let at = cell.parse().ok().and_then(day);
                    write_at(sheet, (row, place), at, cell, &formats.day)?;
                }
                Kind::Instant => {
                    let local = DateTime::parse_from_rfc3339(cell).ok().map(|at| at.naive_local());
                    write_at(sheet, (row, place), local.and_then(instant), cell, &formats.instant)?;
                }
            }
        }
        Ok(())
    }

    /// The bytes.
    pub(crate) fn finish(mut self) -> Result<Vec<u8>, FileError> {
        self.end_sheet()?;
        Ok(self.workbook.save_to_buffer()?)
    }

    fn begin_sheet(&mut self) -> Result<(), FileError> {
        self.sheets = self.sheets.saturating_add(1);
        self.rows = 0;
        self.totals.fill(0);
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        let name = match self.sheets {
            1 => self.layout.name.to_owned(),
            nth => format!("{} {nth}", self.layout.name),
        };
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
        for (place, column) in (0_u16..).zip(self.layout.columns) {
            sheet.set_column_width(place, column.width)?;
            let title = match column.kind {
                Kind::Instant => format!("{} ({})", column.title, self.layout.zone),
                _ => column.title.to_owned(),
            };
            sheet.write_string_with_format(0, place, title, &self.formats.bold)?;
        }
        Ok(())
    }

    /// The totals, of what a filter leaves to be seen, and the filter.
    fn end_sheet(&mut self) -> Result<(), FileError> {
        let (last, columns) = (self.rows, self.layout.columns);
        let sheet = self.workbook.worksheet_from_index(self.sheets.saturating_sub(1))?;
        let last_column = u16::try_from(columns.len().saturating_sub(1)).unwrap_or_default();
        sheet.autofilter(0, 0, last, last_column)?;
        if last == 0 {
            return Ok(());
        }
        let row = last.saturating_add(1);
        sheet.write_string_with_format(row, 0, "Total", &self.formats.bold)?;
        for ((place, column), total) in (0_u16..).zip(columns).zip(&self.totals) {
            if column.kind == Kind::Money {
                let (from, to) = (row_col_to_cell(1, place), row_col_to_cell(last, place));
                let sum = Formula::new(format!("=SUBTOTAL(109,{from}:{to})"));
                let sum = sum.set_result(Cents::new(*total).to_string());
                sheet.write_formula_with_format(row, place, sum, &self.formats.total)?;
            }
        }
        Ok(())
    }
}

/// A day or an instant; as text where Excel has no such day.
fn write_at(
    sheet: &mut Worksheet,
    (row, place): (u32, u16),
    at: Option<ExcelDateTime>,
    cell: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    match at {
        Some(at) => sheet.write_datetime_with_format(row, place, at, format).map(drop),
        None => sheet.write_string(row, place, cell).map(drop),
    }
}

fn day(day: NaiveDate) -> Option<ExcelDateTime> {
    let (month, of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, month, of_month).ok()
}

fn instant(at: NaiveDateTime) -> Option<ExcelDateTime> {
    let (hour, minute) = (u16::try_from(at.hour()).ok()?, u8::try_from(at.minute()).ok()?);
    day(at.date())?.and_hms(hour, minute, u8::try_from(at.second()).ok()?).ok()
}
