//! Files, read back.
