//! A practice's colour, held to WCAG 2.2's contrast: white text on it, and it as text on the page's paper, are readable.

use serde::{Deserialize, Serialize};

/// The least contrast of text, times 1,000 (WCAG 2.2, success criterion 1.4.3, level AA).
const LEAST: u64 = 4_500;
/// The lightest paper but white that it is text on, in the light scheme: whiter paper gives more contrast.
const PAPER: [u8; 3] = [0xfb, 0xfc, 0xfb];
/// The lightest paper that it is text on in the dark scheme.
const DARK_PAPER: [u8; 3] = [0x18, 0x20, 0x1c];

/// A colour on which white text, and which as text on white, is readable; `#rrggbb` in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BrandColour([u8; 3]);

impl BrandColour {
    /// As it is in the light scheme, such as `#14532d`.
    pub fn light(self) -> String {
        hex(self.0)
    }

    /// The same hue in the dark scheme: as much white mixed in as it takes to be read on dark paper.
    pub fn dark(self) -> String {
        let mut mixed = self.0;
        for white in 0..=100 {
            mixed = self.0.map(|channel| mix(channel, 255, white));
            if contrast(mixed, DARK_PAPER) >= LEAST {
                break;
            }
        }
        hex(mixed)
    }
}

impl TryFrom<String> for BrandColour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let rgb = parse(&text).ok_or("expected a colour as #rrggbb, such as \"#14532d\"")?;
        if contrast(rgb, PAPER) >= LEAST {
            return Ok(Self(rgb));
        }
        let (ratio, nearest) = (shown(contrast(rgb, PAPER)), darkened(rgb));
        Err(format!(
            "expected a darker colour: {text} has a contrast of {ratio} to 1 with white text, and WCAG AA needs \
             4.5 to 1; {nearest} would be accepted"
        ))
    }
}

impl From<BrandColour> for String {
    fn from(colour: BrandColour) -> String {
        colour.light()
    }
}

/// The lightest shade of the same hue that is accepted.
fn darkened(rgb: [u8; 3]) -> String {
    let shade = |black| rgb.map(|channel| mix(channel, 0, black));
    hex((0..=100).map(shade).find(|shade| contrast(*shade, PAPER) >= LEAST).unwrap_or_default())
}

/// `percent` of another channel's value in this one's place.
fn mix(channel: u8, other: u8, percent: u32) -> u8 {
    let sum = u32::from(channel) * (100 - percent) + u32::from(other) * percent;
    u8::try_from(sum / 100).unwrap_or(u8::MAX)
}

fn parse(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}

fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn shown(thousandths: u64) -> String {
    format!("{}.{}", thousandths / 1000, thousandths % 1000 / 100)
}

/// The contrast of two colours, times 1,000 (WCAG 2.2, "contrast ratio").
fn contrast(one: [u8; 3], other: [u8; 3]) -> u64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 50_000) * 1_000 / (one.min(other) + 50_000)
}

/// How light a colour is, from 0 to 1,000,000 (WCAG 2.2, "relative luminance").
fn luminance([red, green, blue]: [u8; 3]) -> u64 {
    let linear = |channel: u8| LINEAR.get(usize::from(channel)).copied().unwrap_or_default();
    (linear(red) * 2_126 + linear(green) * 7_152 + linear(blue) * 722) / 10_000
}

/// The light of a channel's value in millionths (IEC 61966-2-1): the definition's formula, which needs fractions, once
/// for each value.
#[rustfmt::skip]
const LINEAR: [u64; 256] = [
    0, 304, 607, 911, 1214, 1518, 1821, 2125, 2428, 2732, 3035, 3347, 3677, 4025, 4391, 4777, 5182, 5605,
    6049, 6512, 6995, 7499, 8023, 8568, 9134, 9721, 10_330, 10_960, 11_612, 12_286, 12_983, 13_702, 14_444,
    15_209, 15_996, 16_807, 17_642, 18_500, 19_382, 20_289, 21_219, 22_174, 23_153, 24_158, 25_187, 26_241,
    27_321, 28_426, 29_557, 30_713, 31_896, 33_105, 34_340, 35_601, 36_889, 38_204, 39_546, 40_915, 42_311,
    43_735, 45_186, 46_665, 48_172, 49_707, 51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010,
    64_803, 66_626, 68_478, 70_360, 72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500, 88_656,
    90_842, 93_059, 95_307, 97_587, 99_899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435, 116_971,
    119_538, 122_139, 124_772, 127_438, 130_136, 132_868, 135_633, 138_432, 141_263, 144_128, 147_027,
    149_960, 152_926, 155_926, 158_961, 162_029, 165_132, 168_269, 171_441, 174_647, 177_888, 181_164,
    184_475, 187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231, 215_861, 219_526,
    223_228, 226_966, 230_740, 234_551, 238_398, 242_281, 246_201, 250_158, 254_152, 258_183, 262_251,
    266_356, 270_498, 274_677, 278_894, 283_149, 287_441, 291_771, 296_138, 300_544, 304_987, 309_469,
    313_989, 318_547, 323_143, 327_778, 332_452, 337_164, 341_914, 346_704, 351_533, 356_400, 361_307,
    366_253, 371_238, 376_262, 381_326, 386_429, 391_572, 396_755, 401_978, 407_240, 412_543, 417_885,
    423_268, 428_690, 434_154, 439_657, 445_201, 450_786, 456_411, 462_077, 467_784, 473_531, 479_320,
    485_150, 491_021, 496_933, 502_886, 508_881, 514_918, 520_996, 527_115, 533_276, 539_479, 545_724,
    552_011, 558_340, 564_712, 571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207,
    623_960, 630_757, 637_597, 644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872,
    701_102, 708_376, 715_694, 723_055, 730_461, 737_910, 745_404, 752_942, 760_525, 768_151, 775_822,
    783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873, 854_993, 863_157,
    871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111, 938_686, 947_307, 955_973,
    964_686, 973_445, 982_251, 991_102, 1_000_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn colour(text: &str) -> Result<BrandColour, String> {
        BrandColour::try_from(text.to_owned())
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        assert_eq!(contrast([0; 3], [255; 3]), 21_000);
        assert_eq!(contrast([0x77; 3], [255; 3]), 4_478, "the well-known grey that just fails");
        assert_eq!(contrast([0x76; 3], [255; 3]), 4_542, "and the one that passes");
    }

    #[test]
    fn a_colour_that_cannot_be_read_is_refused_with_one_that_can() {
        for text in ["#14532d", "#000000", "#1D4ED8", "#b91c1c"] {
            assert_eq!(colour(text).unwrap().light(), text.to_lowercase());
        }
        for text in ["#ffffff", "#3b82f6", "#facc15", "#22c55e"] {
            let refused = colour(text).unwrap_err();
            let named = refused.rsplit("; ").next().unwrap().split(' ').next().unwrap();
            assert!(colour(named).is_ok(), "{refused}");
        }
        for text in ["", "green", "#fff", "#12345g", "14532d", "#14532d;", "#+4532d"] {
            assert!(colour(text).unwrap_err().starts_with("expected a colour as"), "{text}");
        }
    }

    #[test]
    fn the_dark_scheme_has_a_shade_that_can_be_read() {
        for text in ["#14532d", "#000000", "#1d4ed8", "#b91c1c"] {
            let dark = parse(&colour(text).unwrap().dark()).unwrap();
            assert!(contrast(dark, DARK_PAPER) >= LEAST, "{text}");
            assert!(contrast(dark, [0x08, 0x13, 0x0d]) >= LEAST, "{text}: the text on it");
        }
    }
}
