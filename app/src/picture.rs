//! One picture of the window, then the end.

use std::{
    io::Write,
    path::PathBuf,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use eframe::egui::{ColorImage, Context, ViewportCommand};
use pedkai_ui::model::Model;

/// A picture that is to be taken.
pub struct Picture {
    file: PathBuf,
    after: Duration,
    began: Instant,
    coming: Option<mpsc::Receiver<Arc<ColorImage>>>,
}

/// Longest to wait for a line that does not come up.
const PATIENCE: Duration = Duration::from_secs(60);

impl Picture {
    /// A picture into `file`, `after` a while.
    pub fn new(file: PathBuf, after: Duration) -> Self {
        Self {
            file,
            after,
            began: Instant::now(),
            coming: None,
        }
    }

    /// Takes it when its time has come and there is something to see.
    pub fn take(&mut self, ctx: &Context, something: bool) {
        let waited = self.began.elapsed();
        match &self.coming {
            None if waited >= self.after && (something || waited >= self.after + PATIENCE) => {
                let (tell, coming) = mpsc::channel();
                let wake = ctx.clone();
                ctx.request_screenshot(move |picture| {
                    if tell.send(picture).is_ok() {
                        wake.request_repaint();
                    }
                });
                self.coming = Some(coming);
            }
            None => ctx.request_repaint_after(Duration::from_millis(100)),
            Some(coming) => match coming.try_recv() {
                Ok(picture) => {
                    if let Err(error) = self.write(&picture) {
                        tracing::error!(%error, "the picture could not be written");
                    }
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
                Err(_) => ctx.request_repaint(),
            },
        }
    }

    fn write(&self, picture: &ColorImage) -> anyhow::Result<()> {
        let [width, height] = picture.size;
        let pixels: Vec<u8> = picture.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
        let buffer =
            image::RgbaImage::from_raw(u32::try_from(width)?, u32::try_from(height)?, pixels).ok_or_else(|| anyhow::anyhow!("the picture is cut off"))?;
        image::DynamicImage::ImageRgba8(buffer).into_rgb8().save(&self.file)?;
        Ok(())
    }
}

/// Says on standard output what the picture shows: how many alarms and incidents there are, and of each open incident its severity, title,
/// number of alarms and likeliest cause.
pub fn summary(model: &Model) {
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; the picture is what was asked for.
    let _ = writeln!(out, "alarms: {}", model.alarms().len());
    let _ = writeln!(out, "incidents: {}", model.incidents().len());
    for incident in model.incidents().iter() {
        let _ = write!(
            out,
            "  {} · {} · {} · {} alarms",
            incident.severity,
            incident.status.word(),
            incident.title,
            incident.alarm_ids.len()
        );
        let _ = match incident.hypotheses.first() {
            Some(cause) => writeln!(out, " · likely {} ({:.0} %)", cause.name, cause.confidence * 100.0),
            None => writeln!(out),
        };
    }
}
