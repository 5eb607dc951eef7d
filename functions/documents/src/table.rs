//! Tables: a head that is repeated on every page, rows that are never split, and sums.

use krilla::tagging::{TableHeaderScope, Tag};

use crate::{
    measure::{Length, pt},
    sheet::{Element, Ink, LEFT, RIGHT, Sheet, Side, Style},
};

const PADDING: Length = pt(4);
/// Where the sums begin.
const SUMS: Length = pt(318);

/// A column: its title, where it begins, how wide it is, and to which side it keeps.
pub(crate) struct Column {
    pub(crate) title: &'static str,
    pub(crate) x: Length,
    pub(crate) width: Length,
    pub(crate) side: Side,
}

/// What stands in a row's column: texts one beneath the other, at least one.
pub(crate) struct Cell(pub(crate) Vec<(Style, String)>);

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self(vec![(Style::BODY, text.into())])
    }

    pub(crate) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push((Style::SMALL, text.into()));
        self
    }
}

/// A line of the sums.
pub(crate) struct Sum {
    pub(crate) label: String,
    pub(crate) amount: String,
    /// Whether it is what the others come to.
    pub(crate) is_total: bool,
}

impl Column {
    fn edge(&self) -> Length {
        match self.side {
            Side::Left => self.x,
            Side::Right => self.x + self.width,
        }
    }
}

impl Sheet<'_> {
    /// A table over as many pages as it takes.
    pub(crate) fn table(&mut self, columns: &[Column], rows: &[Vec<Cell>]) {
        self.need(pt(60));
        let head = self.head(columns);
        let mut body = Vec::with_capacity(rows.len());
        for row in rows {
            let wrapped: Vec<Vec<(Style, Vec<String>)>> =
                columns.iter().zip(row).map(|(column, cell)| self.wrapped(column, cell)).collect();
            let height = wrapped.iter().map(|cell| tall(cell)).max().unwrap_or_default() + 2 * PADDING;
            if self.need(height) {
                self.head_again(columns);
            }
            let mut cells = Vec::with_capacity(columns.len());
            for (column, cell) in columns.iter().zip(&wrapped) {
                cells.push(Element::Group(Tag::TD.into(), self.cell(column, cell)));
            }
            body.push(Element::Group(Tag::TR.into(), cells));
            self.y += height;
            self.rule(LEFT, RIGHT);
        }
        let head = Element::Group(Tag::THead.into(), vec![head]);
        let body = Element::Group(Tag::TBody.into(), body);
        self.tree.push(Element::Group(Tag::Table.into(), vec![head, body]));
    }

    fn wrapped(&self, column: &Column, cell: &Cell) -> Vec<(Style, Vec<String>)> {
        let wrap = |(style, text): &(Style, String)| {
            (*style, self.fonts.wrap(style.weight, style.size, text, column.width))
        };
        cell.0.iter().map(wrap).collect()
    }

    fn cell(&mut self, column: &Column, cell: &[(Style, Vec<String>)]) -> Vec<Element> {
        let mut read = Vec::new();
        let mut y = self.y + PADDING;
        for (style, lines) in cell {
            read.extend(self.lines(column.edge(), y, column.side, *style, lines));
            y += tall(&[(*style, lines.clone())]);
        }
        read
    }

    fn head(&mut self, columns: &[Column]) -> Element {
        self.band();
        let y = self.y + PADDING;
        let mut cells = Vec::with_capacity(columns.len());
        for column in columns {
            let read = self.line(column.edge(), y, column.side, Style::LABEL, column.title);
            cells.push(Element::Group(Tag::TH(TableHeaderScope::Column).into(), vec![read]));
        }
        self.y += Style::LABEL.leading() + 2 * PADDING;
        Element::Group(Tag::TR.into(), cells)
    }

    fn head_again(&mut self, columns: &[Column]) {
        self.band();
        self.y += PADDING;
        for column in columns {
            self.decorate(column.edge(), column.side, Style::LABEL, column.title);
        }
        self.y += Style::LABEL.leading() + PADDING;
    }

    fn band(&mut self) {
        let height = Style::LABEL.leading() + 2 * PADDING;
        self.fill(LEFT - pt(6), self.y, RIGHT - LEFT + pt(12), height, Ink::TINT);
    }

    /// What it comes to, on the right, on one page. The last line stands out.
    pub(crate) fn sums(&mut self, sums: &[Sum]) {
        let row = Style::BODY.leading() + pt(5);
        let rows = Length::try_from(sums.len()).unwrap_or_default();
        self.need(rows * row + pt(20));
        let mut read = Vec::with_capacity(sums.len());
        for (place, sum) in sums.iter().enumerate() {
            let last = place + 1 == sums.len();
            let style = match (last, sum.is_total) {
                (true, _) => Style { size: 1_150, ink: Ink::WHITE, ..Style::STRONG },
                (false, true) => Style::STRONG,
                (false, false) => Style::BODY,
            };
            if last {
                self.y += pt(3);
                self.fill(SUMS - pt(10), self.y, RIGHT - SUMS + pt(16), pt(26), Ink::ACCENT);
                self.y += pt(5);
            } else if sum.is_total {
                self.rule(SUMS, RIGHT);
                self.y += pt(3);
            }
            let label = self.line(SUMS, self.y, Side::Left, style, &sum.label);
            let amount = self.line(RIGHT, self.y, Side::Right, style, &sum.amount);
            self.y += if last { pt(21) } else { row };
            let label = Element::Group(Tag::TH(TableHeaderScope::Row).into(), vec![label]);
            let amount = Element::Group(Tag::TD.into(), vec![amount]);
            read.push(Element::Group(Tag::TR.into(), vec![label, amount]));
        }
        self.tree.push(Element::Group(Tag::Table.into(), read));
    }
}

fn tall(cell: &[(Style, Vec<String>)]) -> Length {
    let height = |(style, lines): &(Style, Vec<String>)| {
        style.leading() * Length::try_from(lines.len()).unwrap_or_default()
    };
    cell.iter().map(height).sum()
}
