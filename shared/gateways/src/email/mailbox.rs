//! What goes into a header: no text of ours may end a header line or add a second address.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// RFC 2047 allows 75 characters a word; `=?UTF-8?B?` and `?=` take 12, and 60 of base64 are 45 bytes.
const BYTES_A_WORD: usize = 45;

/// RFC 5321's limit of a path, without its angle brackets.
const MAX_ADDRESS: usize = 254;

/// `"name" <address>`; none if either could not stand there.
pub(super) fn mailbox(name: &str, at: &str) -> Option<String> {
    Some(format!("{} <{}>", phrase(one_line(name)?), address(at)?))
}

/// A plain address in ASCII: SES takes no other local part, and wants other domains in punycode
/// (<https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html>). Quoted local parts are refused.
pub(super) fn address(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"()<>[]:;,\"\\".contains(&byte);
    let (local, domain) = text.split_once('@')?;
    let whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
    (whole && text.len() <= MAX_ADDRESS && text.bytes().all(plain)).then_some(text)
}

/// Text without control characters, so without line ends.
pub(super) fn one_line(text: &str) -> Option<&str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (!text.contains(breaks)).then_some(text)
}

/// A display name: quoted if ASCII (RFC 5322, 3.2.4), else as encoded words (RFC 2047), as SES requires.
fn phrase(name: &str) -> String {
    if name.is_ascii() {
        return format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let word = |bytes: &str| format!("=?UTF-8?B?{}?=", STANDARD.encode(bytes));
    let mut words = Vec::new();
    let mut current = String::new();
    for c in name.chars() {
        if current.len() + c.len_utf8() > BYTES_A_WORD {
            words.push(word(&current));
            current.clear();
        }
        current.push(c);
    }
    words.push(word(&current));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{address, mailbox, one_line};

    #[test]
    fn names_are_quoted_or_encoded() {
        let at = "billing@example.com";
        assert_eq!(mailbox("Dr. \"Bob\" Lee", at).unwrap(), r#""Dr. \"Bob\" Lee" <billing@example.com>"#);
        assert_eq!(
            mailbox("Praxis Müller", at).unwrap(),
            "=?UTF-8?B?UHJheGlzIE3DvGxsZXI=?= <billing@example.com>"
        );
    }

    #[test]
    fn long_names_are_split_between_characters() {
        let header = mailbox(&"é".repeat(50), "b@example.com").unwrap();
        let words: Vec<&str> = header.split(' ').filter(|word| word.starts_with("=?")).collect();
        assert_eq!(words.len(), 3);
        assert!(words.iter().all(|word| word.len() <= 75));
    }

    #[test]
    fn nothing_can_end_a_line_or_add_an_address() {
        for name in ["a\r\nBcc: x@example.com", "a\nb", "a\u{2028}b", "a\0"] {
            assert!(mailbox(name, "b@example.com").is_none());
            assert!(one_line(name).is_none());
        }
        for at in
            ["", "x", "@y", "x@", "a@b@c", "a@b,c@d", "A <a@b>", "a@b\r\nBcc: c@d", "a b@c", "ü@example.com"]
        {
            assert!(address(at).is_none(), "{at}");
        }
        assert_eq!(address("o'neil+tag@example.com"), Some("o'neil+tag@example.com"));
    }
}
