//! Lengths: hundredths of a point as whole numbers. The PDF library measures in floats; only this file does so too.
#![allow(
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "the library's lengths; no money comes here"
)]

use krilla::geom::{Path, PathBuilder, Point, Rect};
use krilla::page::PageSettings;
use krilla::text::{GlyphId, KrillaGlyph};

use crate::fonts::{Placed, Setting};

/// Hundredths of a point; a point is a 72nd of an inch.
pub(crate) type Length = i32;

/// How many units the faces divide the height of a line into.
pub(crate) const EM: u16 = 1_000;

/// So many points.
pub(crate) const fn pt(points: i32) -> Length {
    points * 100
}

/// A page holds no length beyond 655.35 points but its height, which is 792.
fn points(length: Length) -> f32 {
    let whole = u16::try_from((length / 100).max(0)).unwrap_or(u16::MAX);
    let rest = u16::try_from((length % 100).max(0)).unwrap_or_default();
    f32::from(whole) + f32::from(rest) / 100.0
}

/// A font size, in points.
pub(crate) fn size(length: Length) -> f32 {
    points(length)
}

pub(crate) fn point(x: Length, y: Length) -> Point {
    Point::from_xy(points(x), points(y))
}

pub(crate) fn page(width: Length, height: Length) -> Option<PageSettings> {
    PageSettings::from_wh(points(width), points(height))
}

/// A filled rectangle; none where it has no area.
pub(crate) fn rectangle(x: Length, y: Length, width: Length, height: Length) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(points(x), points(y), points(width), points(height))?);
    path.finish()
}

/// A setting's glyphs, as the library takes them.
pub(crate) fn glyphs(set: &Setting) -> Vec<KrillaGlyph> {
    let glyph = |placed: &Placed| {
        let advance = f32::from(placed.advance) / f32::from(EM);
        KrillaGlyph::new(GlyphId::new(placed.glyph), advance, 0.0, 0.0, 0.0, placed.bytes.clone(), None)
    };
    set.glyphs.iter().map(glyph).collect()
}
