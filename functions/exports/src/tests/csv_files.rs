//! Comma-separated values.

use super::*;

fn read(file: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(file);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn rows_are_read_back_as_they_are() {
    let rows = [
        invoice("INV-001", "Zoë \"Zo\" Łukasz-Ångström, Jr.", [12_500, 2_500, 10_000]),
        invoice("INV-002", "two\r\nlines", [5, 0, 5]),
    ];
    let file = file(ExportList::Invoices, ExportFormat::Csv, &rows, 10);
    let text = String::from_utf8(file.clone()).unwrap();
    assert!(text.starts_with("Number,Patient,Status,Date,Term (days),Due date,Amount,Paid,Balance,"));
    assert!(text.contains("\"Zoë \"\"Zo\"\" Łukasz-Ångström, Jr.\""), "quoted as RFC 4180 says: {text}");
    assert!(text.ends_with("\r\n") && text.contains("ID\r\nINV-001"), "lines end in CR LF");
    let read = read(&file);
    assert_eq!(read.len(), 3);
    assert_eq!(read[1][1], "Zoë \"Zo\" Łukasz-Ångström, Jr.");
    assert_eq!(read[1][3..10], ["2026-05-20", "30", "2026-06-19", "125.00", "25.00", "100.00", "USD"]);
    assert_eq!(read[1][13], "2026-05-20T09:30:00-04:00");
    assert_eq!((read[2][1].as_str(), read[2][6].as_str()), ("two\r\nlines", "0.05"));
}

#[test]
fn what_a_spreadsheet_would_take_for_a_formula_is_harmless() {
    for evil in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "=HYPERLINK(\"http://evil.example\",\"x\")",
        "=",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        "=cmd|' /C calc'!A0",
    ] {
        let file = file(ExportList::InvoiceSets, ExportFormat::Csv, &[nameless(evil)], 10);
        assert_eq!(read(&file)[1][0], format!("'{evil}"));
    }
    for plain in ["Ada", "a=b", "O'Neil-Smith", "'quoted", " =1"] {
        let file = file(ExportList::InvoiceSets, ExportFormat::Csv, &[nameless(plain)], 10);
        assert_eq!(read(&file)[1][0], plain);
    }
}

#[test]
fn numbers_stay_numbers() {
    let file = file(ExportList::Invoices, ExportFormat::Csv, &[invoice("INV-1", "Ada", [-1_250, 0, -5])], 10);
    assert_eq!(read(&file)[1][6..9], ["-12.50", "0.00", "-0.05"]);
}

#[test]
fn nothing_is_a_file_with_a_heading() {
    let file = file(ExportList::Payments, ExportFormat::Csv, &[], 10);
    assert_eq!(read(&file).len(), 1);
    assert_eq!(read(&file)[0][0], "Number");
}
