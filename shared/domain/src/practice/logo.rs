//! A practice's logo: a small picture that is what it says.

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

/// The most bytes: with it a page stays within its 30 kB.
const MAX_BYTES: usize = 8 * 1024;
/// The most pixels on a side: four times what is shown.
const MAX_SIDE: u32 = 1024;

/// A PNG of at most 8 KiB that can be shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Logo {
    bytes: Vec<u8>,
    width: u32,
    height: u32,
}

const BROKEN: &str = "expected a whole PNG file";

fn header(bytes: &[u8]) -> Result<png::Reader<Cursor<&[u8]>>, String> {
    let limits = png::Limits { bytes: 8 * 1024 * 1024 };
    let decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.read_info().map_err(|_| BROKEN.to_owned())
}

impl Logo {
    /// Reads a picture, to its last pixel.
    ///
    /// # Errors
    /// It is too large, in bytes or pixels, or no PNG that can be shown.
    pub fn read(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("expected a PNG of at most {MAX_BYTES} bytes; this has {}", bytes.len()));
        }
        let mut reader = header(&bytes)?;
        let (width, height) = (reader.info().width, reader.info().height);
        if width > MAX_SIDE || height > MAX_SIDE {
            return Err(format!("expected at most {MAX_SIDE} pixels on a side; this has {width} × {height}"));
        }
        if reader.info().is_animated() {
            return Err("expected a picture that does not move".to_owned());
        }
        while reader.next_row().map_err(|_| BROKEN.to_owned())?.is_some() {}
        reader.finish().map_err(|_| BROKEN.to_owned())?;
        Ok(Self { bytes, width, height })
    }

    /// One that was read whole before it was kept: its header says its size, and no pixel is looked at again.
    ///
    /// # Errors
    /// It has no header of a PNG.
    pub fn kept(bytes: Vec<u8>) -> Result<Self, String> {
        let (width, height) = header(&bytes)?.info().size();
        Ok(Self { bytes, width, height })
    }

    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The file as JSON and addresses carry it (RFC 4648, section 4).
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.bytes)
    }
}

impl TryFrom<String> for Logo {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let bytes = STANDARD.decode(text).map_err(|_| "expected a PNG file in base64".to_owned())?;
        Self::read(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let pixels = usize::try_from(width * height).unwrap();
        encoder.write_header().unwrap().write_image_data(&vec![0; pixels]).unwrap();
        file
    }

    #[test]
    fn a_small_png_is_a_logo() {
        let logo = Logo::read(png(64, 32)).unwrap();
        assert_eq!(logo.size(), (64, 32));
        assert_eq!(Logo::try_from(logo.base64()).unwrap(), logo);
        assert_eq!(Logo::kept(logo.bytes().to_vec()).unwrap(), logo);
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let good = png(64, 32);
        assert!(Logo::read(vec![0; MAX_BYTES + 1]).unwrap_err().contains("8192"));
        assert!(Logo::read(png(1025, 1)).unwrap_err().contains("1024"));
        let (cut, mut damaged) = (good[..good.len() - 20].to_vec(), good.clone());
        damaged[40] ^= 0xff;
        for bytes in [Vec::new(), b"GIF89a".to_vec(), b"<svg/>".to_vec(), cut, damaged] {
            assert!(Logo::read(bytes).is_err());
        }
        assert!(Logo::try_from("not base64".to_owned()).is_err());
    }
}
