/// Benjamini and Hochberg's adjusted probabilities (Journal of the Royal Statistical Society B 57, 1995): holding for true every test with one
/// of at most α keeps the expected share of false ones among those at α, for tests that are independent or positively dependent. In the
/// order given; NaN is no test and stays NaN.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|at| !p[*at].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let tests = order.len() as f64;
    let mut q = vec![f64::NAN; p.len()];
    let mut least: f64 = 1.0;
    for (rank, at) in order.into_iter().enumerate().rev() {
        least = least.min(p[at] * tests / (rank + 1) as f64);
        q[at] = least;
    }
    q
}
