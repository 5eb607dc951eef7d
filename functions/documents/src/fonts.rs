//! The two faces that documents are set in, and how wide a text is in them.
//!
//! Noto Sans, cut down to Latin, Greek and Cyrillic letters without hinting and layout tables: every digit is equally wide,
//! and one character is one glyph, so no shaping library is needed.

use std::ops::Range;

use krilla::text::Font;
use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    charmap::Charmap,
    raw::{TableProvider, tables::hmtx::Hmtx},
};
use unicode_normalization::UnicodeNormalization;

use crate::measure::{EM, Length};

const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../fonts/NotoSans-SemiBold.ttf");

/// Shown for a character that the faces do not have.
const REPLACEMENT: char = '\u{FFFD}';

/// Which face.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// The faces, read once.
pub struct Fonts {
    regular: Face,
    semi_bold: Face,
}

struct Face {
    font: Font,
    characters: Charmap<'static>,
    widths: Hmtx<'static>,
    replacement: GlyphId,
}

/// A glyph, and the bytes of the text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) glyph: u32,
    pub(crate) advance: u16,
    pub(crate) bytes: Range<usize>,
}

/// One line of text, set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) text: String,
    pub(crate) glyphs: Vec<Placed>,
}

impl Setting {
    /// How wide it is at a size.
    pub(crate) fn width(&self, size: Length) -> Length {
        let units: i32 = self.glyphs.iter().map(|placed| i32::from(placed.advance)).sum();
        units.saturating_mul(size) / i32::from(EM)
    }
}

impl Fonts {
    /// Reads the faces that this program carries.
    ///
    /// # Errors
    /// They are damaged.
    pub fn load() -> Result<Self, skrifa::raw::ReadError> {
        Ok(Self { regular: Face::of(REGULAR)?, semi_bold: Face::of(SEMI_BOLD)? })
    }

    fn face(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }

    pub(crate) fn font(&self, weight: Weight) -> Font {
        self.face(weight).font.clone()
    }

    /// Sets a text on one line.
    pub(crate) fn set(&self, weight: Weight, text: &str) -> Setting {
        let face = self.face(weight);
        let (mut set, mut glyphs) = (String::with_capacity(text.len()), Vec::new());
        for (mut letter, glyph) in readable(text).map(|letter| (letter, face.characters.map(letter))) {
            // A letter of another script keeps its meaning for whoever copies or listens; a sign of no alphabet does not.
            if glyph.is_none() && !letter.is_alphanumeric() {
                letter = REPLACEMENT;
            }
            let start = set.len();
            set.push(letter);
            let glyph = glyph.unwrap_or(face.replacement);
            let advance = face.widths.advance(glyph).unwrap_or(EM);
            glyphs.push(Placed { glyph: glyph.to_u32(), advance, bytes: start..set.len() });
        }
        Setting { text: set, glyphs }
    }

    /// Breaks a text into lines of at most a width, between words, and within one that is wider.
    pub(crate) fn wrap(&self, weight: Weight, size: Length, text: &str, width: Length) -> Vec<String> {
        let fits = |line: &str| self.set(weight, line).width(size) <= width;
        let (mut lines, mut line) = (Vec::new(), String::new());
        let plain: String = readable(text).collect();
        for word in plain.split(' ').filter(|word| !word.is_empty()) {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if fits(&longer) {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for letter in word.chars() {
                line.push(letter);
                if !fits(&line) && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, letter.to_string()));
                }
            }
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }
}

impl Face {
    fn of(bytes: &'static [u8]) -> Result<Self, skrifa::raw::ReadError> {
        let read = FontRef::new(bytes)?;
        let characters = read.charmap();
        let replacement = characters.map(REPLACEMENT).unwrap_or(GlyphId::NOTDEF);
        let font = Font::new(bytes.into(), 0);
        let font = font.ok_or(skrifa::raw::ReadError::MalformedData("not a font"))?;
        Ok(Self { font, characters, widths: read.hmtx()?, replacement })
    }
}

/// The characters that are seen: accents composed with their letters, every space the same, and nothing that only steers
/// how text runs. Whoever types such a thing into a name cannot turn a line around.
fn readable(text: &str) -> impl Iterator<Item = char> {
    let steers = |letter: &char| {
        matches!(letter, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
    };
    let seen = text.nfc().filter(move |letter| !letter.is_control() && !steers(letter));
    seen.map(|letter| if letter.is_whitespace() { ' ' } else { letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_languages_have_their_letters() {
        let fonts = Fonts::load().unwrap();
        for name in ["Zoë Müller-Ångström", "Łukasz Żółć", "Nguyễn Thị Hạnh", "Şahin Iğdır", "Αθηνά", "Пётр"]
        {
            for weight in [Weight::Regular, Weight::SemiBold] {
                let set = fonts.set(weight, name);
                let replaced = fonts.face(weight).replacement.to_u32();
                assert!(
                    set.glyphs.iter().all(|placed| placed.glyph != replaced && placed.glyph != 0),
                    "{name}"
                );
                assert_eq!(set.text, name);
            }
        }
        assert_eq!(fonts.set(Weight::Regular, "Zoe\u{308}").text, "Zoë", "an accent typed by itself");
    }

    #[test]
    fn what_steers_text_is_left_out_and_what_is_unknown_is_marked() {
        let set = |text: &str| Fonts::load().unwrap().set(Weight::Regular, text).text;
        assert_eq!(set("a\u{202E}b\u{200B}c\u{2028}d"), "abc d");
        assert_eq!(set("\u{E000}\u{1F600}"), "\u{FFFD}\u{FFFD}");
        assert_eq!(set("王"), "王", "can be copied, though it cannot be drawn");
    }

    #[test]
    fn lines_are_broken_between_words_and_within_long_ones() {
        let fonts = Fonts::load().unwrap();
        let wrap = |text: &str, width| fonts.wrap(Weight::Regular, 1_000, text, width);
        assert_eq!(wrap("one two", 100_000), ["one two"]);
        assert_eq!(wrap("one two", 2_500), ["one", "two"]);
        assert!(wrap(&"W".repeat(20), 3_000).len() > 5);
        assert_eq!(wrap(&"W".repeat(20), 3_000).concat(), "W".repeat(20));
        assert_eq!(wrap("W", 1), ["W"], "at least one letter a line");
        assert_eq!(wrap("", 100), [""]);
    }
}
