//! Pictures as files: in full, or with few colours for documents.

use std::{collections::BTreeMap, io::Cursor, path::Path};

use anyhow::Context as _;
use eframe::egui::ColorImage;

use super::Shot;

/// Most colours of a small picture.
const COLOURS: usize = 256;

/// Writes a picture; the folder is made when it is not there.
pub(super) fn write(shot: &Shot, picture: &ColorImage) -> anyhow::Result<()> {
    if let Some(folder) = shot.file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).context("no folder for it")?;
    }
    let pixels: Vec<[u8; 3]> = picture.pixels.iter().map(|pixel| [pixel.r(), pixel.g(), pixel.b()]).collect();
    let (width, height) = (u32::try_from(picture.size[0])?, u32::try_from(picture.size[1])?);
    if shot.small {
        return small(&shot.file, width, height, &pixels);
    }
    let whole = image::RgbImage::from_raw(width, height, pixels.into_flattened()).context("the picture is cut off")?;
    let mut bytes = Cursor::new(Vec::new());
    whole.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(std::fs::write(&shot.file, bytes.into_inner())?)
}

fn small(path: &Path, width: u32, height: u32, pixels: &[[u8; 3]]) -> anyhow::Result<()> {
    let few = Few::of(pixels);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(few.palette.into_flattened());
    encoder.set_compression(png::Compression::High);
    // Neighbouring places in a palette are no neighbouring colours: differences between them say nothing.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&few.pixels)?;
    writer.finish()?;
    Ok(std::fs::write(path, bytes)?)
}

/// A picture of at most 256 colours.
struct Few {
    palette: Vec<[u8; 3]>,
    pixels: Vec<u8>,
}

impl Few {
    /// The commonest colours stay as they are, and so do all where there are few; every other pixel takes the nearest one.
    fn of(pixels: &[[u8; 3]]) -> Self {
        let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
        for pixel in pixels {
            *counts.entry(*pixel).or_default() += 1;
        }
        let mut colours: Vec<([u8; 3], usize)> = counts.into_iter().collect();
        colours.sort_by_key(|(colour, count)| (std::cmp::Reverse(*count), *colour));
        let palette = (0..=u8::MAX).find_map(|apart| spread(&colours, apart)).unwrap_or_default();
        let places: BTreeMap<[u8; 3], u8> = colours.iter().map(|(colour, _)| (*colour, nearest(&palette, *colour))).collect();
        let pixels = pixels.iter().map(|pixel| places.get(pixel).copied().unwrap_or_default()).collect();
        Self { palette, pixels }
    }
}

/// Colours further apart than so much, the commonest first; none when they are too many.
fn spread(colours: &[([u8; 3], usize)], apart: u8) -> Option<Vec<[u8; 3]>> {
    let mut palette: Vec<[u8; 3]> = Vec::new();
    for (colour, _) in colours {
        if palette.iter().all(|taken| distance(*taken, *colour) > apart) {
            if palette.len() == COLOURS {
                return None;
            }
            palette.push(*colour);
        }
    }
    Some(palette)
}

fn nearest(palette: &[[u8; 3]], colour: [u8; 3]) -> u8 {
    let places = palette.iter().zip(0..=u8::MAX);
    places.min_by_key(|(taken, _)| distance(**taken, colour)).map_or(0, |(_, place)| place)
}

/// The largest difference in a channel.
fn distance(one: [u8; 3], other: [u8; 3]) -> u8 {
    one.iter().zip(other).map(|(one, other)| one.abs_diff(other)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Color32;

    use super::*;

    fn written(small: bool, colours: impl Iterator<Item = Color32>) -> (Vec<Color32>, image::RgbImage) {
        let folder = tempfile::tempdir().unwrap();
        let shot = Shot {
            file: folder.path().join("new").join("picture.png"),
            small,
            ..Shot::default()
        };
        let pixels: Vec<Color32> = colours.collect();
        write(&shot, &ColorImage::new([pixels.len() / 8, 8], pixels.clone())).unwrap();
        (pixels, image::open(&shot.file).unwrap().into_rgb8())
    }

    fn worst(pixels: &[Color32], read: &image::RgbImage) -> u8 {
        let pairs = pixels.iter().zip(read.pixels());
        pairs.map(|(one, other)| distance([one.r(), one.g(), one.b()], other.0)).max().unwrap()
    }

    #[test]
    fn a_picture_in_full_and_one_of_few_colours_come_back_as_they_were() {
        let few = || (0..=255u8).cycle().take(2048).map(|step| Color32::from_rgb(step, 255 - step, step / 2));
        for small in [false, true] {
            let (pixels, read) = written(small, few());
            assert_eq!((read.dimensions(), worst(&pixels, &read)), ((256, 8), 0));
        }
    }

    #[test]
    fn a_disk_that_is_full_or_refuses_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "").unwrap();
        let mut files = vec![folder.path().join("file").join("picture.png")];
        if cfg!(target_os = "linux") {
            files.push("/dev/full".into());
        }
        for (file, small) in files.into_iter().flat_map(|file| [(file.clone(), false), (file, true)]) {
            let shot = Shot {
                file,
                small,
                ..Shot::default()
            };
            assert!(write(&shot, &ColorImage::filled([64, 64], Color32::RED)).is_err(), "{shot:?}");
        }
    }

    #[test]
    fn many_colours_become_few_and_the_common_ones_stay() {
        let ground = Color32::from_rgb(15, 17, 21);
        let many = (0..4096u16).map(|step| Color32::from_rgb((step >> 4) as u8, (step & 15) as u8 * 16, (step % 255) as u8));
        let (pixels, read) = written(true, std::iter::repeat_n(ground, 4096).chain(many));
        assert!(read.pixels().take(512).all(|pixel| pixel.0 == [15, 17, 21]));
        assert!(worst(&pixels, &read) < 48, "{}", worst(&pixels, &read));
    }
}
