//! A file of Rust as text that can be searched: where its code is, and which bracket belongs to which.

use std::ops::Range;

/// A file up to its unit tests.
pub struct Source {
    /// The path in the workspace.
    pub path: String,
    /// The whole file.
    pub text: String,
    /// The file with what is in strings and comments blanked, byte for byte as long, and without its unit tests.
    pub code: String,
}

impl Source {
    /// A file that was read.
    pub fn new(path: &str, text: String) -> Self {
        let mut code = blanked(&text);
        let tests = code.find("\nmod tests {").unwrap_or(code.len());
        code.truncate(tests);
        Self { path: path.to_owned(), text, code }
    }

    /// Where a piece of code begins, each time.
    pub fn places(&self, piece: &str) -> Vec<usize> {
        self.code.match_indices(piece).map(|(at, _)| at).collect()
    }

    /// The byte of code at a place; a blank outside of the file.
    pub fn byte(&self, at: usize) -> u8 {
        self.code.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// The code of a range.
    pub fn code(&self, range: Range<usize>) -> &str {
        self.code.get(range).unwrap_or_default()
    }

    /// The text of a range.
    pub fn text(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// Where the bracket that opens at `open` closes.
    pub fn close(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for at in open..self.code.len() {
            match self.byte(at) {
                b'(' | b'[' | b'{' => depth = depth.saturating_add(1),
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => continue,
            }
            if depth == 0 {
                return at;
            }
        }
        self.code.len()
    }

    /// The bracket that is still open before `at`, and nearest to it.
    pub fn open_before(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for back in (0..at).rev() {
            match self.byte(back) {
                b')' | b']' | b'}' => depth = depth.saturating_add(1),
                b'(' | b'[' | b'{' if depth == 0 => return Some(back),
                b'(' | b'[' | b'{' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        None
    }

    /// Where what stands before a block or an arrow at `end` begins: after the last statement, block or arm.
    pub fn header(&self, end: usize) -> Range<usize> {
        let mut depth = 0_usize;
        let mut start = 0;
        for back in (0..end).rev() {
            let byte = self.byte(back);
            let ends_block = byte == b'}' && !self.goes_on(back.saturating_add(1), end);
            match byte {
                b'{' | b'(' | b'[' if depth > 0 => depth = depth.saturating_sub(1),
                _ if depth == 0 && (matches!(byte, b'{' | b'(' | b'[' | b';' | b',') || ends_block) => {
                    start = back.saturating_add(1);
                    break;
                }
                b')' | b']' | b'}' => depth = depth.saturating_add(1),
                _ => {}
            }
        }
        let blank = self.code(start..end).len() - self.code(start..end).trim_start().len();
        start + blank..end
    }

    /// Whether an expression that has a block in it goes on after the block.
    fn goes_on(&self, from: usize, end: usize) -> bool {
        self.code(from..end).trim_start().starts_with(['=', '.', '?', ')', '&', '|', '>', '<'])
    }

    /// Whether the function that holds a place is one that the compiler can evaluate.
    pub fn is_const(&self, at: usize) -> bool {
        let before = self.code(0..at);
        before.rfind("fn ").is_some_and(|from| self.code(0..from).ends_with("const "))
    }

    /// The name of the function that holds a place.
    pub fn function(&self, at: usize) -> &str {
        let before = self.code(0..at);
        let name = before.rfind("fn ").map_or("", |from| self.code(from + 3..self.code.len()));
        name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
    }
}

/// The text with strings, character literals and comments blanked.
fn blanked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let skip = match byte {
            b'/' if rest.starts_with(b"//") => rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
            b'"' => quoted(rest, b'"'),
            b'r' if rest.starts_with(b"r\"") => 1 + quoted(rest.get(1..).unwrap_or_default(), b'"'),
            b'r' if rest.starts_with(b"r#\"") => {
                rest.windows(2).position(|w| w == b"\"#").unwrap_or(rest.len()) + 2
            }
            // A lifetime has no quote after its first letter.
            b'\'' if rest.get(1) == Some(&b'\\') || rest.get(2) == Some(&b'\'') => quoted(rest, b'\''),
            _ => 0,
        };
        if skip == 0 {
            out.push(byte);
            at += 1;
        } else {
            let hidden = rest.iter().take(skip);
            out.extend(hidden.map(|b| if *b == b'\n' { b'\n' } else { b' ' }));
            at += skip;
        }
    }
    // What is outside of strings and comments and not ASCII is nowhere in the code; blanked strings are.
    String::from_utf8(out.into_iter().map(|b| if b.is_ascii() { b } else { b' ' }).collect())
        .unwrap_or_default()
}

fn quoted(rest: &[u8], quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if *byte == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
