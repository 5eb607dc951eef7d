//! An email's HTML as a page of its own, which trusts nothing in it.

/// No script, no form, nothing from elsewhere but pictures that the local stack itself serves; and an origin of its
/// own, so that the message cannot reach the mailbox. A person's click may lead the whole window to a link.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     img-src data: http://127.0.0.1:* http://localhost:*; base-uri 'none'; frame-ancestors 'self'; \
     sandbox allow-top-navigation-by-user-activation";

/// The part with its links made to open in the whole window instead of the frame.
pub(super) fn document(part: &str) -> String {
    let lower = part.to_ascii_lowercase();
    let head = ["<head>", "<head "].iter().filter_map(|tag| lower.find(tag)).min();
    let after_head = head.and_then(|start| lower.get(start..)?.find('>').map(|end| start + end + 1));
    // Without a head element the parser makes one of what comes first.
    let (before, after) = part.split_at(after_head.unwrap_or_default());
    format!("{before}<base target=\"_top\">{after}")
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn links_open_in_the_whole_window() {
        assert_eq!(
            document("<!doctype html><html><HEAD lang=en><title>x</title></HEAD>"),
            "<!doctype html><html><HEAD lang=en><base target=\"_top\"><title>x</title></HEAD>"
        );
        assert_eq!(document("<header>Hi</header>"), "<base target=\"_top\"><header>Hi</header>");
    }
}
