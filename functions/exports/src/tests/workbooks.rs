//! Workbooks.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use chrono::{NaiveDate, NaiveDateTime};

use super::*;

fn open(file: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(file)).unwrap()
}

fn sheet(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Range<Data> {
    book.worksheet_range(name).unwrap()
}

fn text(sheet: &Range<Data>, row: u32, column: u32) -> String {
    let value = sheet.get_value((row, column)).unwrap();
    assert!(matches!(value, Data::String(_)), "{value:?} is text");
    value.to_string()
}

fn amount(sheet: &Range<Data>, row: u32, column: u32) -> String {
    let value = sheet.get_value((row, column)).unwrap();
    assert!(matches!(value, Data::Float(_)), "{value:?} is a number");
    value.to_string()
}

/// What a part of the file holds, as it was packed.
fn packed(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

fn three() -> Vec<Vec<String>> {
    vec![
        invoice("INV-001", "Zoë Łukasz", [12_500, 2_500, 10_000]),
        invoice("INV-002", "=1+1", [1, 0, 1]),
        invoice("INV-003", "Ben", [99_999_999, 0, -5]),
    ]
}

#[test]
fn cells_have_their_types() {
    let mut book = open(file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100));
    assert_eq!(book.sheet_names(), ["Invoices"]);
    let sheet = sheet(&mut book, "Invoices");
    assert_eq!(
        (text(&sheet, 0, 1), text(&sheet, 0, 13)),
        ("Patient".into(), "Created (America/New_York)".into())
    );
    assert_eq!((text(&sheet, 1, 0), text(&sheet, 1, 1)), ("INV-001".into(), "Zoë Łukasz".into()));
    let day = sheet.get_value((1, 5)).unwrap();
    assert!(matches!(day, Data::DateTime(_)), "{day:?}");
    let as_datetime = |row, column| match sheet.get_value((row, column)) {
        Some(Data::DateTime(at)) => at.as_datetime(),
        _ => None,
    };
    let day = NaiveDate::from_ymd_opt(2026, 6, 19).unwrap().and_hms_opt(0, 0, 0);
    assert_eq!(as_datetime(1, 5), day);
    let made: NaiveDateTime = "2026-05-20T09:30:00".parse().unwrap();
    assert_eq!(as_datetime(1, 13), Some(made), "as the clock on the practice's wall has it");
    assert_eq!(amount(&sheet, 1, 4), "30");
    assert_eq!(
        [amount(&sheet, 1, 6), amount(&sheet, 2, 6), amount(&sheet, 3, 6)],
        ["125", "0.01", "999999.99"]
    );
    assert_eq!(sheet.get_value((1, 12)), Some(&Data::Empty));
}

#[test]
fn a_text_is_never_a_formula() {
    let mut book = open(file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100));
    assert_eq!(text(&sheet(&mut book, "Invoices"), 2, 1), "=1+1");
    let formulas = book.worksheet_formula("Invoices").unwrap();
    let formulas: Vec<&String> = formulas.used_cells().map(|(_, _, formula)| formula).collect();
    assert_eq!(formulas, ["SUBTOTAL(109,G2:G4)", "SUBTOTAL(109,H2:H4)", "SUBTOTAL(109,I2:I4)"]);
}

#[test]
fn totals_carry_their_values() {
    let mut book = open(file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100));
    let sheet = sheet(&mut book, "Invoices");
    assert_eq!(text(&sheet, 4, 0), "Total");
    assert_eq!(
        [amount(&sheet, 4, 6), amount(&sheet, 4, 7), amount(&sheet, 4, 8)],
        ["1000125", "25", "99.96"]
    );
    assert_eq!(sheet.get_value((4, 4)).unwrap_or(&Data::Empty), &Data::Empty, "days are not added up");
}

#[test]
fn the_heading_stays_and_filters() {
    let file = file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100);
    let sheet = packed(&file, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("state=\"frozen\"") && sheet.contains("topLeftCell=\"A2\""), "{sheet}");
    assert!(sheet.contains("<autoFilter ref=\"A1:P4\""), "the totals are outside of it: {sheet}");
    assert!(sheet.contains("<cols>"), "{sheet}");
    let styles = packed(&file, "xl/styles.xml");
    assert!(styles.contains("<b/>"), "{styles}");
    for format in ["&quot;$&quot;#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"] {
        assert!(styles.contains(&format!("formatCode=\"{format}\"")), "{format}: {styles}");
    }
}

#[test]
fn more_rows_than_a_sheet_holds_go_to_further_sheets() {
    let rows: Vec<Vec<String>> =
        (1..=5).map(|n| invoice(&format!("INV-{n:03}"), "Ada", [n * 100, 0, n * 100])).collect();
    let mut book = open(file(ExportList::Invoices, ExportFormat::Xlsx, &rows, 2));
    assert_eq!(book.sheet_names(), ["Invoices", "Invoices 2", "Invoices 3"]);
    let mut seen = Vec::new();
    for (name, total) in [("Invoices", "3"), ("Invoices 2", "7"), ("Invoices 3", "5")] {
        let sheet = sheet(&mut book, name);
        assert_eq!(text(&sheet, 0, 0), "Number");
        let last = u32::try_from(sheet.height()).unwrap() - 1;
        seen.extend((1..last).map(|row| text(&sheet, row, 0)));
        assert_eq!(
            (text(&sheet, last, 0), amount(&sheet, last, 6)),
            ("Total".into(), total.into()),
            "{name}"
        );
    }
    assert_eq!(seen, ["INV-001", "INV-002", "INV-003", "INV-004", "INV-005"]);
    let exactly = open(file(ExportList::Invoices, ExportFormat::Xlsx, &rows[..4], 2));
    assert_eq!(exactly.sheet_names().len(), 2, "a sheet that is just full is followed by none");
}

#[test]
fn a_day_that_excel_does_not_know_is_text() {
    let mut row = invoice("INV-001", "Ada", [1, 0, 1]);
    (row[3], row[5]) = ("1899-12-30".to_owned(), "+10000-01-01".to_owned());
    let mut book = open(file(ExportList::Invoices, ExportFormat::Xlsx, &[row], 10));
    let sheet = sheet(&mut book, "Invoices");
    assert_eq!((text(&sheet, 1, 3), text(&sheet, 1, 5)), ("1899-12-30".into(), "+10000-01-01".into()));
}

#[test]
fn nothing_is_a_workbook_with_a_heading() {
    let mut book = open(file(ExportList::Payments, ExportFormat::Xlsx, &[], 10));
    assert_eq!(sheet(&mut book, "Payments").height(), 1);
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    let once = file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100);
    assert!(once == file(ExportList::Invoices, ExportFormat::Xlsx, &three(), 100));
}
