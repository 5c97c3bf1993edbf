//! The faces: Inter for words, JetBrains Mono for what machines say, Phosphor for icons, DejaVu Sans for Arabic and Hebrew.

use egui::{FontData, FontDefinitions, FontFamily, FontId};
use std::sync::Arc;

/// Family of the outline icons.
pub(super) const ICONS: &str = "icons";
/// Family of the solid icons.
pub(super) const ICONS_SOLID: &str = "icons-solid";
const MEDIUM: &str = "medium";
const STRONG: &str = "strong";
const MONO_MEDIUM: &str = "mono-medium";

/// What is read from right to left.
const RIGHT_TO_LEFT: &str = "DejaVuSans-RightToLeft";

const FACES: [(&str, &[u8]); 8] = [
    ("Inter-Regular", include_bytes!("../../../assets/fonts/Inter-Regular.ttf")),
    ("Inter-Medium", include_bytes!("../../../assets/fonts/Inter-Medium.ttf")),
    ("Inter-SemiBold", include_bytes!("../../../assets/fonts/Inter-SemiBold.ttf")),
    ("JetBrainsMono-Regular", include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ("JetBrainsMono-Medium", include_bytes!("../../../assets/fonts/JetBrainsMono-Medium.ttf")),
    (RIGHT_TO_LEFT, include_bytes!("../../../assets/fonts/DejaVuSans-RightToLeft.ttf")),
    ("Phosphor", include_bytes!("../../../assets/fonts/Phosphor.ttf")),
    ("Phosphor-Fill", include_bytes!("../../../assets/fonts/Phosphor-Fill.ttf")),
];

/// How heavy text is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// What is read.
    #[default]
    Regular,
    /// What is found first.
    Medium,
    /// Titles.
    Strong,
    /// What machines say.
    Mono,
    /// What machines say, found first.
    MonoMedium,
}

impl Weight {
    /// The face at a size.
    pub fn at(self, size: f32) -> FontId {
        let family = match self {
            Self::Regular => FontFamily::Proportional,
            Self::Medium => FontFamily::Name(MEDIUM.into()),
            Self::Strong => FontFamily::Name(STRONG.into()),
            Self::Mono => FontFamily::Monospace,
            Self::MonoMedium => FontFamily::Name(MONO_MEDIUM.into()),
        };
        FontId::new(size, family)
    }
}

/// All faces and families. What a face lacks falls back to the other alphabet, then to egui's own symbols.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let rest = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    for (name, bytes) in FACES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let families: [(FontFamily, &[&str]); 7] = [
        (FontFamily::Proportional, &["Inter-Regular", "JetBrainsMono-Regular", "Phosphor"]),
        (FontFamily::Name(MEDIUM.into()), &["Inter-Medium", "JetBrainsMono-Medium", "Phosphor"]),
        (FontFamily::Name(STRONG.into()), &["Inter-SemiBold", "JetBrainsMono-Medium", "Phosphor"]),
        (FontFamily::Monospace, &["JetBrainsMono-Regular", "Inter-Regular", "Phosphor"]),
        (FontFamily::Name(MONO_MEDIUM.into()), &["JetBrainsMono-Medium", "Inter-Medium", "Phosphor"]),
        (FontFamily::Name(ICONS.into()), &["Phosphor"]),
        (FontFamily::Name(ICONS_SOLID.into()), &["Phosphor-Fill"]),
    ];
    for (family, faces) in families {
        let chain = faces
            .iter()
            .copied()
            .chain([RIGHT_TO_LEFT])
            .map(str::to_owned)
            .chain(rest.iter().cloned())
            .collect();
        fonts.families.insert(family, chain);
    }
    fonts
}
