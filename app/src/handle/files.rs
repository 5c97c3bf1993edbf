//! Files that an operator asked for: pictures and values. They are written beside the window, which goes on.

use std::{
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
};

use anyhow::Context as _;
use eframe::egui::{ColorImage, Context, Rect};
use pedkai_ui::{
    format,
    views::kpis::{Export, Series, Sheet, write_csv},
};

use crate::{
    picture,
    platform::{self, folders},
};

/// Files that are being written.
#[derive(Debug, Default)]
pub struct Files {
    coming: Vec<mpsc::Receiver<Told>>,
}

/// What became of a file, as a sentence.
type Told = Result<String, String>;

impl Files {
    /// Begins to write one.
    pub fn save(&mut self, ctx: &Context, what: Export) {
        let (tell, told) = mpsc::channel();
        self.coming.push(told);
        match what {
            Export::Picture(part) => picture_of(ctx, part, tell),
            Export::Table(series) => beside(ctx.clone(), tell, move || table(&folders::exports(), &series)),
            Export::Sheet(lines) => beside(ctx.clone(), tell, move || sheet(&folders::exports(), &lines)),
        }
    }

    /// Those that were written since, or were not.
    pub fn written(&mut self) -> Vec<Told> {
        let mut all = Vec::new();
        self.coming.retain(|coming| match coming.try_recv() {
            Ok(told) => {
                all.push(told);
                false
            }
            Err(mpsc::TryRecvError::Empty) => true,
            Err(mpsc::TryRecvError::Disconnected) => {
                all.push(Err("The file could not be written: the work on it ended before".to_owned()));
                false
            }
        });
        all
    }
}

/// Does the work on a thread of its own.
fn beside(ctx: Context, tell: mpsc::Sender<Told>, work: impl FnOnce() -> anyhow::Result<String> + Send + 'static) {
    let spawned = std::thread::Builder::new().name("file".to_owned()).spawn(move || {
        let told = work().map_err(|error| format!("The file could not be written: {error:#}"));
        if tell.send(told).is_ok() {
            ctx.request_repaint();
        }
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread to write a file on");
    }
}

fn picture_of(ctx: &Context, part: Rect, tell: mpsc::Sender<Told>) {
    let (later, pixels) = (ctx.clone(), ctx.pixels_per_point());
    ctx.request_screenshot(move |whole| {
        let all = Rect::from_min_size(
            eframe::egui::Pos2::ZERO,
            eframe::egui::vec2(whole.size[0] as f32, whole.size[1] as f32) / pixels,
        );
        let part = part.intersect(all);
        // A window that was made very small meanwhile has no such part.
        let part = if part.is_positive() {
            whole.region(&part, Some(pixels))
        } else {
            (*whole).clone()
        };
        beside(later, tell, move || drawing(&folders::exports(), &part));
    });
}

fn drawing(folder: &Path, picture: &ColorImage) -> anyhow::Result<String> {
    let file = free(folder, "kpis", "png")?;
    picture::save(&file, picture)?;
    Ok(format!("The picture is in {}", file.display()))
}

fn table(folder: &Path, series: &[Series]) -> anyhow::Result<String> {
    written(&free(folder, "kpis", "csv")?, "value", |out| write_csv(out, series))
}

fn sheet(folder: &Path, sheet: &Sheet) -> anyhow::Result<String> {
    let file = free(folder, sheet.name, "csv")?;
    written(&file, sheet.noun, |out| out.write_all(sheet.text.as_bytes()).map(|()| sheet.lines))
}

/// Writes a file that is new; `write` gives how many lines it holds.
fn written(file: &Path, noun: &str, write: impl FnOnce(&mut BufWriter<std::fs::File>) -> std::io::Result<usize>) -> anyhow::Result<String> {
    let mut out = BufWriter::new(std::fs::File::create_new(file).with_context(|| file.display().to_string())?);
    let done = write(&mut out).and_then(|lines| out.flush().map(|()| lines));
    match done {
        Ok(lines) => Ok(format!("{} in {}", format::counted(lines, noun), file.display())),
        Err(error) => {
            // Half a file would be taken for a whole one.
            drop(out);
            let gone = std::fs::remove_file(file);
            Err(error).with_context(|| format!("{}{}", file.display(), if gone.is_err() { ", of which a part is left" } else { "" }))
        }
    }
}

/// A name that no file has yet.
fn free(folder: &Path, what: &str, ending: &str) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let at: String = platform::wall()
        .to_string()
        .chars()
        .take(19)
        .filter(|letter| !matches!(letter, ':' | '-'))
        .collect();
    let names = (1..1_000).map(|number| {
        if number == 1 {
            format!("pedkai-{what}-{at}.{ending}")
        } else {
            format!("pedkai-{what}-{at}-{number}.{ending}")
        }
    });
    let mut files = names.map(|name| folder.join(name));
    files
        .find(|file| !file.exists())
        .with_context(|| format!("{} is full of files of this second", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_core::model::Timestamp;
    use pedkai_ui::widgets::plot::curve::{Curve, Dot};

    #[test]
    fn files_never_lie_over_each_other_and_say_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        let series = Series {
            entity: uuid::Uuid::from_u128(1),
            name: "R1".to_owned(),
            metric: "rx".to_owned(),
            curve: std::sync::Arc::new(Curve::new((0..3).map(|second| Dot { at: at(second), value: 1.5 }).collect())),
            from: at(0),
            to: at(9),
        };
        let place = folder.path().join("new");
        for _ in 0..3 {
            let told = table(&place, std::slice::from_ref(&series)).unwrap();
            assert!(told.starts_with("3 values in ") && told.contains("pedkai-kpis-"), "{told}");
        }
        let picture = ColorImage::filled([4, 4], eframe::egui::Color32::RED);
        let told = drawing(&place, &picture).unwrap();
        let files: Vec<PathBuf> = std::fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 4);
        assert!(files.iter().any(|file| told.ends_with(&file.display().to_string())), "{told}");
        let text = std::fs::read_to_string(files.iter().find(|file| file.extension().is_some_and(|end| end == "csv")).unwrap()).unwrap();
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), "kept").unwrap();
        let why = table(&folder.path().join("file"), &[]).unwrap_err();
        assert!(format!("{why:#}").contains("file"), "{why:#}");
    }
}
