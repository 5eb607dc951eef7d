use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};

const KEY_BITS: usize = 2048;
const OWNER_ONLY: u32 = 0o600;

/// The signing key of the file, and its public half named by its RFC 7638 thumbprint.
pub(crate) fn read_or_make(path: &Path) -> io::Result<(EncodingKey, Jwk)> {
    let private = match fs::read_to_string(path) {
        Ok(pem) => RsaPrivateKey::from_pkcs8_pem(&pem).map_err(io::Error::other)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path)?,
        Err(error) => return Err(error),
    };
    let der = private.to_pkcs1_der().map_err(io::Error::other)?;
    let key = EncodingKey::from_rsa_der(der.as_bytes());
    let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).map_err(io::Error::other)?;
    jwk.common.public_key_use = Some(PublicKeyUse::Signature);
    jwk.common.key_id = Some(jwk.thumbprint(ThumbprintHash::SHA256).map_err(io::Error::other)?);
    Ok((key, jwk))
}

fn make(path: &Path) -> io::Result<RsaPrivateKey> {
    let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, KEY_BITS).map_err(io::Error::other)?;
    let pem = private.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Written aside and renamed, so that a start that is cut off leaves no half of a key behind.
    let aside = path.with_extension("new");
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&aside)?;
    file.write_all(pem.as_bytes())?;
    fs::rename(&aside, path)?;
    Ok(private)
}
