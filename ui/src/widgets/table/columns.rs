use egui::Align;

/// A column that a table can show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Name in saved layouts.
    pub id: &'static str,
    /// Head.
    pub label: &'static str,
    /// What the head means, for its tooltip.
    pub hint: &'static str,
    /// Width to begin with, in points.
    pub width: f32,
    /// Where its cells stand.
    pub align: Align,
    /// Its share of the room that is left over.
    pub share: u8,
    /// Can be sorted by.
    pub sortable: bool,
    /// Shown to begin with.
    pub shown: bool,
}

impl Column {
    /// A column of text that can be sorted by.
    pub const fn new(id: &'static str, label: &'static str, width: f32) -> Self {
        Self {
            id,
            label,
            hint: label,
            width,
            align: Align::Min,
            share: 0,
            sortable: true,
            shown: true,
        }
    }

    /// With a tooltip.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Cells stand at the right, as figures do.
    pub const fn right(mut self) -> Self {
        self.align = Align::Max;
        self
    }

    /// Takes most of the room that is left over.
    pub const fn grows(mut self) -> Self {
        self.share = 4;
        self
    }

    /// Takes a part of the room that is left over.
    pub const fn stretches(mut self) -> Self {
        self.share = 1;
        self
    }

    /// Not to be sorted by.
    pub const fn unsorted(mut self) -> Self {
        self.sortable = false;
        self
    }

    /// Hidden until it is asked for.
    pub const fn hidden(mut self) -> Self {
        self.shown = false;
        self
    }
}
