//! The pair of a seed, and what statsmodels and mpmath make of it; properties; incidents.

mod incident;
mod peers;
mod properties;

/// Knuth's congruential generator: the same numbers in any language.
struct Chance(u64);

impl Chance {
    /// −0.5..0.5, evenly.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    }
}

/// 0: the second is driven by the first three steps before; 1: it is not; 2: nor is it, and both nearly wander.
fn pair(kind: u64, n: usize, seed: u64) -> (Vec<f64>, Vec<f64>) {
    let mut chance = Chance(seed);
    let (keep, keeps) = if kind == 2 { (0.999, 0.999) } else { (0.6, 0.5) };
    let (mut xs, mut ys): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut x, mut y) = (0.0, 0.0);
    for at in 0..n {
        x = keep * x + chance.next();
        let drive = if kind == 0 && at >= 3 { 0.4 * xs[at - 3] } else { 0.0 };
        y = keeps * y + drive + chance.next();
        xs.push(x);
        ys.push(y);
    }
    (xs, ys)
}

fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(',').collect())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

/// By how much of it a figure differs.
fn off(ours: f64, theirs: f64) -> f64 {
    ((ours - theirs) / theirs).abs()
}
