//! Pages in the making: what is drawn where, in reading order, and how it is said to whoever listens.

use krilla::tagging::{Tag, TagKind};

use crate::{
    fonts::{Fonts, Setting, Weight},
    measure::{Length, pt},
};

/// US Letter, upright.
pub(crate) const PAGE_WIDTH: Length = pt(612);
pub(crate) const PAGE_HEIGHT: Length = pt(792);
/// Where the content begins and ends.
pub(crate) const LEFT: Length = pt(54);
pub(crate) const RIGHT: Length = PAGE_WIDTH - LEFT;
pub(crate) const TOP: Length = pt(48);
const BOTTOM: Length = PAGE_HEIGHT - pt(64);

/// A colour: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink(pub(crate) u8, pub(crate) u8, pub(crate) u8);

impl Ink {
    /// Text.
    pub(crate) const TEXT: Self = Self(31, 41, 55);
    /// Labels: 6.0 to 1 on white and 5.5 to 1 on the tint, enough for weak eyes (WCAG 2.2, 1.4.3).
    pub(crate) const LABEL: Self = Self(91, 99, 114);
    /// Lines and rules.
    pub(crate) const RULE: Self = Self(217, 222, 230);
    /// Behind what is set apart.
    pub(crate) const TINT: Self = Self(241, 245, 249);
    /// What stands out.
    pub(crate) const ACCENT: Self = Self(15, 92, 110);
    /// Text on the accent.
    pub(crate) const WHITE: Self = Self(255, 255, 255);
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) weight: Weight,
    pub(crate) size: Length,
    pub(crate) ink: Ink,
}

impl Style {
    pub(crate) const BODY: Self = Self { weight: Weight::Regular, size: 950, ink: Ink::TEXT };
    pub(crate) const STRONG: Self = Self { weight: Weight::SemiBold, ..Self::BODY };
    pub(crate) const SMALL: Self = Self { size: 800, ink: Ink::LABEL, ..Self::BODY };
    pub(crate) const LABEL: Self = Self { weight: Weight::SemiBold, ..Self::SMALL };

    /// From one line to the next.
    pub(crate) const fn leading(self) -> Length {
        self.size * 7 / 5
    }
}

/// To which side a text keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Something drawn.
#[derive(Debug)]
pub(crate) enum Mark {
    /// A text, its base line starting here; `leaf` is its place in the reading order, none where it only decorates.
    Text { x: Length, y: Length, style: Style, set: Setting, leaf: Option<usize> },
    /// A filled rectangle.
    Box { x: Length, y: Length, width: Length, height: Length, ink: Ink },
}

/// A piece of the document as it is read.
#[derive(Debug)]
pub(crate) enum Element {
    Group(TagKind, Vec<Element>),
    Leaf(usize),
}

/// A document in the making.
pub(crate) struct Sheet<'f> {
    pub(crate) fonts: &'f Fonts,
    pub(crate) pages: Vec<Vec<Mark>>,
    pub(crate) tree: Vec<Element>,
    pub(crate) leaves: usize,
    /// How far down the present page is filled.
    pub(crate) y: Length,
    /// Repeated at the top of every page but the first: left and right.
    running: (String, String),
}

impl<'f> Sheet<'f> {
    pub(crate) fn new(fonts: &'f Fonts, running: (String, String)) -> Self {
        let mut first = Self { fonts, pages: Vec::new(), tree: Vec::new(), leaves: 0, y: TOP, running };
        first.turn();
        first
    }

    /// Begins a new page.
    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.fill(0, 0, PAGE_WIDTH, pt(6), Ink::ACCENT);
        self.y = TOP;
        if self.pages.len() > 1 {
            let (left, right) = self.running.clone();
            self.decorate(LEFT, Side::Left, Style::SMALL, &left);
            self.decorate(RIGHT, Side::Right, Style::LABEL, &right);
            self.y += pt(22);
        }
    }

    /// Goes on on a new page where so much does not fit on this one. Whether it did.
    pub(crate) fn need(&mut self, height: Length) -> bool {
        let full = self.y + height > BOTTOM;
        if full {
            self.turn();
        }
        full
    }

    /// A filled rectangle.
    pub(crate) fn fill(&mut self, x: Length, y: Length, width: Length, height: Length, ink: Ink) {
        self.mark(Mark::Box { x, y, width, height, ink });
    }

    /// A thin line across.
    pub(crate) fn rule(&mut self, x: Length, to: Length) {
        self.fill(x, self.y, to - x, 50, Ink::RULE);
    }

    /// A line of text at a height, which is read where its element is put in the tree.
    pub(crate) fn line(&mut self, x: Length, y: Length, side: Side, style: Style, text: &str) -> Element {
        let leaf = self.leaves;
        self.leaves += 1;
        self.text(x, y, side, style, text, Some(leaf));
        Element::Leaf(leaf)
    }

    /// A line of text at the present height that is not read: it repeats what was read already.
    pub(crate) fn decorate(&mut self, x: Length, side: Side, style: Style, text: &str) {
        self.text(x, self.y, side, style, text, None);
    }

    /// Lines of text at a height, one beneath the other.
    pub(crate) fn lines(
        &mut self,
        x: Length,
        y: Length,
        side: Side,
        style: Style,
        lines: &[String],
    ) -> Vec<Element> {
        let mut at = y;
        let mut read = Vec::with_capacity(lines.len());
        for (number, text) in lines.iter().enumerate() {
            // The space between two words is there also where the line ends.
            let spaced = if number + 1 < lines.len() && side == Side::Left {
                format!("{text} ")
            } else {
                text.clone()
            };
            read.push(self.line(x, at, side, style, &spaced));
            at += style.leading();
        }
        read
    }

    /// A heading of the second level, kept with what follows it.
    pub(crate) fn heading(&mut self, text: &str) {
        self.need(pt(80));
        let style = Style { size: 1_100, ink: Ink::ACCENT, ..Style::STRONG };
        let read = self.line(LEFT, self.y, Side::Left, style, text);
        self.y += style.leading() + pt(3);
        self.tree.push(heading(2, text, vec![read]));
    }

    fn text(&mut self, x: Length, y: Length, side: Side, style: Style, text: &str, leaf: Option<usize>) {
        let set = self.fonts.set(style.weight, text);
        let x = if side == Side::Right { x - set.width(style.size) } else { x };
        // The base line is as far down as the letters are high above it.
        self.mark(Mark::Text { x, y: y + style.size, style, set, leaf });
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

/// A heading in the reading order.
pub(crate) fn heading(level: u16, text: &str, read: Vec<Element>) -> Element {
    let level = std::num::NonZeroU16::new(level).unwrap_or(std::num::NonZeroU16::MIN);
    Element::Group(Tag::Hn(level, Some(text.to_owned())).into(), read)
}
