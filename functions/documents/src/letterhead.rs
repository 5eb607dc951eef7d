//! What every document begins with: the practice, what the document is, and its mark.

use krilla::tagging::Tag;
use paywell_domain::Practice;

use crate::{
    fonts::Weight,
    measure::{Length, pt},
    sheet::{Element, Ink, LEFT, RIGHT, Sheet, Side, Style, heading},
};

/// How a mark looks: the words, and the ground they stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tone(Ink, Ink);

impl Tone {
    /// Settled.
    pub(crate) const GOOD: Self = Self(Ink(22, 101, 52), Ink(220, 252, 231));
    /// To be seen to.
    pub(crate) const BAD: Self = Self(Ink(153, 27, 27), Ink(254, 226, 226));
    /// Under way.
    pub(crate) const OPEN: Self = Self(Ink(30, 64, 120), Ink(224, 236, 250));
    /// Not in force.
    pub(crate) const FAINT: Self = Self(Ink(63, 70, 82), Ink(229, 231, 235));
}

/// The head of a document.
pub(crate) struct Letterhead<'a> {
    pub(crate) practice: &'a Practice,
    /// Where the service was, if that is known.
    pub(crate) location: Option<&'a str>,
    /// What it is, such as `Invoice`.
    pub(crate) kind: &'a str,
    pub(crate) number: &'a str,
    pub(crate) mark: &'a str,
    pub(crate) tone: Tone,
}

const NAME: Style = Style { weight: Weight::SemiBold, size: 1_600, ink: Ink::ACCENT };
const TITLE: Style = Style { weight: Weight::SemiBold, size: 2_000, ink: Ink::TEXT };

impl Sheet<'_> {
    pub(crate) fn letterhead(&mut self, head: &Letterhead<'_>) {
        let top = self.y;
        let title = format!("{} {}", head.kind, head.number);
        let read = self.line(RIGHT, top - pt(4), Side::Right, TITLE, &title);
        self.tree.push(heading(1, &title, vec![read]));
        self.mark_at(top + pt(27), head.mark, head.tone);

        let width = pt(250);
        let name = head.practice.name.as_str();
        let lines = self.fonts.wrap(NAME.weight, NAME.size, name, width);
        self.block(LEFT, NAME, &lines);
        let location = head.location.map(str::to_owned);
        let reach =
            [location, Some(head.practice.phone.for_people()), Some(head.practice.email.as_str().to_owned())];
        for text in reach.into_iter().flatten() {
            let style = Style { ink: Ink::LABEL, ..Style::BODY };
            let lines = self.fonts.wrap(style.weight, style.size, &text, width);
            self.block(LEFT, style, &lines);
        }
        self.y = self.y.max(top + pt(52)) + pt(14);
        self.rule(LEFT, RIGHT);
        self.y += pt(16);
    }

    fn mark_at(&mut self, y: Length, mark: &str, Tone(ink, ground): Tone) {
        let style = Style { ink, size: 900, ..Style::STRONG };
        let words = mark.to_uppercase();
        let width = self.fonts.set(style.weight, &words).width(style.size);
        self.fill(RIGHT - width - pt(16), y, width + pt(16), pt(19), ground);
        let read = self.line(RIGHT - pt(8), y + pt(4), Side::Right, style, &words);
        self.tree.push(Element::Group(Tag::P.into(), vec![read]));
    }

    /// Lines that are one paragraph, and the height they take.
    pub(crate) fn block(&mut self, x: Length, style: Style, lines: &[String]) {
        let read = self.lines(x, self.y, Side::Left, style, lines);
        self.tree.push(Element::Group(Tag::P.into(), read));
        self.y += style.leading() * Length::try_from(lines.len()).unwrap_or_default();
    }

    /// Facts at the present height: a label over each, side by side.
    pub(crate) fn facts(&mut self, facts: &[(Length, Length, &str, Vec<String>)]) {
        let top = self.y;
        let mut end = top;
        for (x, width, label, texts) in facts {
            self.y = top;
            self.block(*x, Style::LABEL, &[(*label).to_owned()]);
            for (number, text) in texts.iter().enumerate() {
                let style = if number == 0 { Style::STRONG } else { Style::BODY };
                let lines = self.fonts.wrap(style.weight, style.size, text, *width);
                self.block(*x, style, &lines);
            }
            end = end.max(self.y);
        }
        self.y = end + pt(16);
    }

    /// Something to be noticed: a title and sentences on a tinted ground, on one page.
    pub(crate) fn notice(&mut self, title: &str, sentences: &[String]) {
        let inner = RIGHT - LEFT - pt(24);
        let body = Style::BODY;
        let wrap = |text: &String| self.fonts.wrap(body.weight, body.size, text, inner);
        let wrapped: Vec<Vec<String>> = sentences.iter().map(wrap).collect();
        let rows = Length::try_from(wrapped.iter().map(Vec::len).sum::<usize>()).unwrap_or_default();
        let height = pt(40) + rows * body.leading();
        self.need(height + pt(8));
        self.fill(LEFT - pt(6), self.y, RIGHT - LEFT + pt(12), height, Ink::TINT);
        self.fill(LEFT - pt(6), self.y, pt(3), height, Ink::ACCENT);
        self.y += pt(11);
        let style = Style { size: 1_050, ink: Ink::ACCENT, ..Style::STRONG };
        let read = self.line(LEFT + pt(8), self.y, Side::Left, style, title);
        self.tree.push(heading(2, title, vec![read]));
        self.y += style.leading() + pt(3);
        for lines in &wrapped {
            self.block(LEFT + pt(8), body, lines);
        }
        self.y += pt(20);
    }
}
