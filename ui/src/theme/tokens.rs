//! Tokens as they stand in the data files, and how they are read.

use egui::Color32;
use serde::{Deserialize, Deserializer, de::Error as _};

/// Steps of the type scale, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeScale {
    /// Column heads and units.
    pub caption: f32,
    /// Secondary lines.
    pub small: f32,
    /// Everything that is read.
    pub body: f32,
    /// Titles of cards.
    pub title: f32,
    /// Titles of screens.
    pub heading: f32,
    /// Figures to be read from afar.
    pub display: f32,
    /// Identifiers, addresses, raw text.
    pub mono: f32,
}

/// Steps of the spacing scale, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceScale {
    /// A line's width.
    pub hair: f32,
    /// Between a glyph and its neighbour.
    pub xxs: f32,
    /// Inside a chip.
    pub xs: f32,
    /// Between things that belong together.
    pub s: f32,
    /// Inside a card.
    pub m: f32,
    /// Between cards.
    pub l: f32,
    /// Between groups.
    pub xl: f32,
    /// Around an empty state.
    pub xxl: f32,
}

/// Corner radii, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RadiusScale {
    /// Chips, fields, buttons.
    pub small: u8,
    /// Cards.
    pub medium: u8,
    /// Dialogs.
    pub large: u8,
}

/// Row heights, in points, by density.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowScale {
    /// As many rows as can be read.
    pub compact: f32,
    /// The default.
    pub normal: f32,
    /// For touch and for distance.
    pub roomy: f32,
}

/// Sizes of things that recur, in points.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlScale {
    /// Buttons and fields.
    pub height: f32,
    /// Width of the navigation rail.
    pub rail: f32,
    /// Height of the header.
    pub header: f32,
    /// Side of a severity badge.
    pub badge: f32,
}

/// Every size of the product.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// Text sizes.
    #[serde(rename = "type")]
    pub text: TypeScale,
    /// Distances.
    pub space: SpaceScale,
    /// Corner radii.
    pub radius: RadiusScale,
    /// Row heights.
    pub row: RowScale,
    /// Recurring controls.
    pub control: ControlScale,
}

/// Grounds and lines.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// Behind everything.
    #[serde(deserialize_with = "hex")]
    pub ground: Color32,
    /// Cards, tables, the rail and the header.
    #[serde(deserialize_with = "hex")]
    pub surface: Color32,
    /// What floats: menus, dialogs, toasts.
    #[serde(deserialize_with = "hex")]
    pub raised: Color32,
    /// What is written into: fields, code.
    #[serde(deserialize_with = "hex")]
    pub sunken: Color32,
    /// Under the pointer.
    #[serde(deserialize_with = "hex")]
    pub hover: Color32,
    /// Chosen.
    #[serde(deserialize_with = "hex")]
    pub selected: Color32,
    /// Lines that only part things.
    #[serde(deserialize_with = "hex")]
    pub line: Color32,
    /// Lines that carry meaning, such as a field's outline.
    #[serde(deserialize_with = "hex")]
    pub line_strong: Color32,
    /// Over the window while a dialog is open.
    #[serde(deserialize_with = "hex")]
    pub backdrop: Color32,
    /// Under what floats.
    #[serde(deserialize_with = "hex")]
    pub shadow: Color32,
}

/// Text, from loud to quiet. All of them reach 4.5:1 on every ground.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ink {
    /// Titles, and rows nobody has acknowledged.
    #[serde(deserialize_with = "hex")]
    pub strong: Color32,
    /// What is read.
    #[serde(deserialize_with = "hex")]
    pub normal: Color32,
    /// What explains.
    #[serde(deserialize_with = "hex")]
    pub soft: Color32,
    /// What may be overlooked.
    #[serde(deserialize_with = "hex")]
    pub faint: Color32,
}

/// The few colours of interaction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accent {
    /// Keyboard focus, links, the cursor.
    #[serde(deserialize_with = "hex")]
    pub focus: Color32,
    /// Ground of the one button that goes on.
    #[serde(deserialize_with = "hex")]
    pub primary: Color32,
    /// Text on it.
    #[serde(deserialize_with = "hex")]
    pub on_primary: Color32,
    /// Text of what cannot be undone.
    #[serde(deserialize_with = "hex")]
    pub danger: Color32,
}

/// The map at rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapInk {
    /// Ground of the map.
    #[serde(deserialize_with = "hex")]
    pub land: Color32,
    /// A link that works.
    #[serde(deserialize_with = "hex")]
    pub edge: Color32,
    /// An element that works.
    #[serde(deserialize_with = "hex")]
    pub node: Color32,
    /// Outline that parts elements from links.
    #[serde(deserialize_with = "hex")]
    pub node_line: Color32,
}

/// Plots of values over time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlotInk {
    /// Lines behind the curves.
    #[serde(deserialize_with = "hex")]
    pub grid: Color32,
    /// Curves, in the order in which they are added. They are muted, so that a severity among them is seen.
    #[serde(deserialize_with = "hexes")]
    pub lines: [Color32; 8],
}

/// Colours of one severity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelInk {
    /// The shape.
    #[serde(deserialize_with = "hex")]
    pub fill: Color32,
    /// The letter in the shape.
    #[serde(deserialize_with = "hex")]
    pub on_fill: Color32,
    /// Words on any ground.
    #[serde(deserialize_with = "hex")]
    pub text: Color32,
    /// Ground of a chip or banner.
    #[serde(deserialize_with = "hex")]
    pub tint: Color32,
}

/// Colours of all severities.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelInks {
    /// Service is gone.
    pub critical: LevelInk,
    /// Service suffers.
    pub major: LevelInk,
    /// Something is wrong.
    pub minor: LevelInk,
    /// Something may go wrong.
    pub warning: LevelInk,
    /// The source did not say.
    pub indeterminate: LevelInk,
    /// It is over.
    pub cleared: LevelInk,
}

/// Every colour of one theme.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// Grounds and lines.
    pub ground: Ground,
    /// Text.
    pub text: Ink,
    /// Interaction.
    pub accent: Accent,
    /// The map.
    pub map: MapInk,
    /// Plots.
    pub plot: PlotInk,
    /// Severities.
    pub level: LevelInks,
}

fn hex<'de, D: Deserializer<'de>>(source: D) -> Result<Color32, D::Error> {
    let text = String::deserialize(source)?;
    Color32::from_hex(&text).map_err(|_| D::Error::custom(format!("not a colour: {text}")))
}

fn hexes<'de, D: Deserializer<'de>>(source: D) -> Result<[Color32; 8], D::Error> {
    let texts = <[String; 8]>::deserialize(source)?;
    let mut colours = [Color32::TRANSPARENT; 8];
    for (colour, text) in colours.iter_mut().zip(&texts) {
        *colour = Color32::from_hex(text).map_err(|_| D::Error::custom(format!("not a colour: {text}")))?;
    }
    Ok(colours)
}
