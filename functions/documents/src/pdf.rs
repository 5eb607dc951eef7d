//! From pages to a PDF: tagged for screen readers (PDF/UA-1), with title and language, and the same bytes for the same
//! document and instant.

use chrono::{DateTime, Datelike, Timelike, Utc};
use krilla::{
    Document, SerializeSettings,
    color::rgb,
    configure::{Accessibility, ConfigurationBuilder},
    destination::XyzDestination,
    error::KrillaError,
    metadata::{DateTime as PdfDate, Metadata},
    outline::{Outline, OutlineNode},
    page::Page,
    paint::Fill,
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TagGroup, TagTree},
};
use thiserror::Error;

use crate::{
    fonts::Setting,
    measure::{Length, glyphs, page, point, pt, rectangle, size},
    sheet::{Element, Ink, LEFT, Mark, PAGE_HEIGHT, PAGE_WIDTH, RIGHT, Sheet, Style},
};

/// Why a document could not be made: a bug, or a damaged program.
#[derive(Debug, Error)]
#[error("the PDF could not be made: {0}")]
pub struct PdfError(String);

/// What a document says of itself.
pub(crate) struct About {
    pub(crate) title: String,
    /// Who made it: the practice.
    pub(crate) author: String,
    /// When (UTC).
    pub(crate) at: DateTime<Utc>,
    /// At the foot of each page, beside its number.
    pub(crate) foot: String,
}

impl Sheet<'_> {
    /// The PDF.
    pub(crate) fn finish(mut self, about: &About) -> Result<Vec<u8>, PdfError> {
        self.number_pages(&about.foot);
        let accessible = ConfigurationBuilder::new().with_accessibility_validator(Accessibility::UA1);
        let configuration = accessible.finish().map_err(|error| PdfError(format!("{error:?}")))?;
        let settings = SerializeSettings { configuration, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let mut read = vec![None; self.leaves];
        for marks in &self.pages {
            let settings = page(PAGE_WIDTH, PAGE_HEIGHT).ok_or_else(|| PdfError("page size".to_owned()))?;
            let mut page = document.start_page_with(settings);
            self.draw(&mut page, marks, &mut read);
            page.finish();
        }
        let mut tree = TagTree::new().with_lang(Some("en-US".to_owned()));
        for element in &self.tree {
            tree.push(node(element, &read)?);
        }
        document.set_tag_tree(tree);
        let mut outline = Outline::new();
        outline.push_child(OutlineNode::new(about.title.clone(), XyzDestination::new(0, point(0, 0))));
        document.set_outline(outline);
        document.set_metadata(about.metadata());
        document.finish().map_err(|error: KrillaError| PdfError(format!("{error:?}")))
    }

    fn number_pages(&mut self, foot: &str) {
        let count = self.pages.len();
        for number in 1..=count {
            let text = format!("Page {number} of {count}");
            let (left, right) =
                (self.fonts.set(Style::SMALL.weight, foot), self.fonts.set(Style::SMALL.weight, &text));
            let y = PAGE_HEIGHT - pt(36);
            let end = RIGHT - right.width(Style::SMALL.size);
            if let Some(marks) = self.pages.get_mut(number - 1) {
                let foot = |x, set| Mark::Text { x, y, style: Style::SMALL, set, leaf: None };
                let rule =
                    Mark::Box { x: LEFT, y: y - pt(16), width: RIGHT - LEFT, height: 50, ink: Ink::RULE };
                marks.extend([rule, foot(LEFT, left), foot(end, right)]);
            }
        }
    }

    fn draw(&self, page: &mut Page<'_>, marks: &[Mark], read: &mut [Option<Identifier>]) {
        let mut surface = page.surface();
        let decoration = ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout));
        for mark in marks {
            match mark {
                Mark::Box { x, y, width, height, ink } => {
                    surface.start_tagged(decoration);
                    surface.set_fill(Some(fill(*ink)));
                    if let Some(path) = rectangle(*x, *y, *width, *height) {
                        surface.draw_path(&path);
                    }
                }
                Mark::Text { x, y, style, set, leaf } => {
                    let tag = leaf.map_or(decoration, |_| ContentTag::Span(SpanTag::empty()));
                    let identifier = surface.start_tagged(tag);
                    if let Some(place) = leaf.and_then(|leaf| read.get_mut(leaf)) {
                        *place = Some(identifier);
                    }
                    self.write(&mut surface, (*x, *y), *style, set);
                }
            }
            surface.end_tagged();
        }
        surface.finish();
    }

    fn write(&self, surface: &mut Surface<'_>, (x, y): (Length, Length), style: Style, set: &Setting) {
        surface.set_fill(Some(fill(style.ink)));
        let font = self.fonts.font(style.weight);
        surface.draw_glyphs(point(x, y), &glyphs(set), font, &set.text, size(style.size), false);
    }
}

impl About {
    fn metadata(&self) -> Metadata {
        let part = |number: u32| u8::try_from(number).unwrap_or_default();
        let at = PdfDate::new(u16::try_from(self.at.year()).unwrap_or_default());
        let at = at.month(part(self.at.month())).day(part(self.at.day())).hour(part(self.at.hour()));
        let at = at.minute(part(self.at.minute())).second(part(self.at.second()));
        Metadata::new()
            .title(self.title.clone())
            .authors(vec![self.author.clone()])
            .creator("Paywell".to_owned())
            .language("en-US".to_owned())
            .creation_date(at.utc_offset_hour(0).utc_offset_minute(0))
    }
}

fn node(element: &Element, read: &[Option<Identifier>]) -> Result<Node, PdfError> {
    match element {
        Element::Leaf(leaf) => {
            let identifier = read.get(*leaf).copied().flatten();
            identifier.map(Node::from).ok_or_else(|| PdfError("a text that was never drawn".to_owned()))
        }
        Element::Group(tag, children) => {
            let children = children.iter().map(|child| node(child, read)).collect::<Result<_, _>>()?;
            Ok(TagGroup::with_children(tag.clone(), children).into())
        }
    }
}

fn fill(ink: Ink) -> Fill {
    Fill { paint: rgb::Color::new(ink.0, ink.1, ink.2).into(), ..Fill::default() }
}
