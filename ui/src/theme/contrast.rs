//! Contrast as WCAG 2 defines it, so that a test can hold the palettes to it.

use egui::Color32;

/// Contrast ratio of two opaque colours, 1 to 21.
pub fn ratio(a: Color32, b: Color32) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// A colour as a black-and-white printer would see it.
pub fn greyscale(colour: Color32) -> Color32 {
    let linear = luminance(colour);
    let encoded = if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    };
    Color32::from_gray((encoded * 255.0).round() as u8)
}

fn luminance(colour: Color32) -> f32 {
    let channel = |value: u8| {
        let value = f32::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(colour.r()) + 0.7152 * channel(colour.g()) + 0.0722 * channel(colour.b())
}
