use super::bad_request;
use crate::message::bare_address;
use crate::wire::Refusal;

const ADDRESS_CHARS_MAX: usize = 320;

/// Refuses what SES refuses about one address, `ann@example.org` or `Ann Lee <ann@example.org>`, in its words.
pub(super) fn check(address: &str) -> Result<(), Refusal> {
    fault(address).map_or(Ok(()), |message| Err(bad_request(message)))
}

/// Refuses a name before the `<…>` that is not 7-bit, or has a comma outside quotes, where a comma parts two
/// addresses.
pub(super) fn check_name(address: &str) -> Result<(), Refusal> {
    if has_plain_name(address) { Ok(()) } else { Err(bad_request("Illegal address")) }
}

fn fault(address: &str) -> Option<String> {
    let bare = bare_address(address);
    if bare.is_empty() {
        return Some(format!("Invalid email address {address}."));
    }
    if address.len() > ADDRESS_CHARS_MAX {
        return Some(format!("Address is longer than {ADDRESS_CHARS_MAX} characters."));
    }
    let message = match bare.rsplit_once('@') {
        None => "Missing final '@domain'",
        Some(("", _)) => "Missing local name",
        Some((_, domain)) if domain.is_empty() || domain.ends_with('.') => "Missing domain",
        Some((local, _)) if local.chars().any(is_control_or_space) => {
            "Local address contains control or whitespace"
        }
        Some((_, domain)) if domain.chars().any(is_control_or_space) => {
            "Domain contains control or whitespace"
        }
        Some((local, _)) if !local.is_ascii() || local.contains(['@', ',', '<', '>']) => "Illegal address",
        Some((_, domain)) if !domain.chars().all(is_domain_char) => "Domain contains illegal character",
        Some(_) => return None,
    };
    Some(message.to_owned())
}

fn is_control_or_space(c: char) -> bool {
    c.is_control() || c.is_whitespace()
}

fn is_domain_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '.'
}

fn has_plain_name(address: &str) -> bool {
    let Some((name, _)) = address.rsplit_once('<') else { return true };
    let name = name.trim();
    let quoted = name.len() > 1 && name.starts_with('"') && name.ends_with('"');
    name.chars().all(|c| c.is_ascii() && !c.is_control()) && (quoted || !name.contains([',', '<', '>']))
}

#[cfg(test)]
mod tests {
    use super::{fault, has_plain_name};

    #[test]
    fn addresses_that_ses_takes() {
        for address in
            ["ann@example.org", "Ann Lee <ann@example.org>", "\"Lee, Ann\" <ann+x@mail.example.org>"]
        {
            assert_eq!(fault(address), None, "{address}");
            assert!(has_plain_name(address), "{address}");
        }
    }

    #[test]
    fn addresses_that_ses_refuses() {
        let cases = [
            ("", "Invalid email address ."),
            ("Ann <>", "Invalid email address Ann <>."),
            ("ann", "Missing final '@domain'"),
            ("@example.org", "Missing local name"),
            ("ann@", "Missing domain"),
            ("ann@example.org.", "Missing domain"),
            ("an n@example.org", "Local address contains control or whitespace"),
            ("ann@exam ple.org", "Domain contains control or whitespace"),
            ("ann@exämple.org", "Domain contains illegal character"),
            ("änn@example.org", "Illegal address"),
            ("ann@example.org,bob@example.org", "Illegal address"),
        ];
        for (address, message) in cases {
            assert_eq!(fault(address).as_deref(), Some(message), "{address}");
        }
        let long = format!("{}@example.org", "a".repeat(320));
        assert_eq!(fault(&long).as_deref(), Some("Address is longer than 320 characters."));
    }

    #[test]
    fn names_that_ses_refuses() {
        for name in ["Lee, Ann", "Ann\r\nBcc: x", "Änn", "Ann <b@example.org>"] {
            assert!(!has_plain_name(&format!("{name} <ann@example.org>")), "{name}");
        }
    }
}
