use statrs::function::{beta, gamma};

/// Below this the tail is taken from its logarithm.
const SMALL: f64 = 1e-12;
/// The continued fraction of statrs ends after 140 steps, too few where the degrees of freedom are more than this.
const STATRS_FREEDOM: f64 = 4_000.0;
/// Steps of a continued fraction: the root of the largest parameter is enough (Numerical Recipes, 6.4), so this serves 10¹⁰ rows.
const STEPS: u32 = 100_000;
const TINY: f64 = 1e-300;

/// The probability that chance alone gives a statistic this large or larger.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tail {
    /// 0..1; 0 where it is too small for the type.
    pub p: f64,
    /// Its natural logarithm, finite wherever the statistic is.
    pub ln_p: f64,
}

impl Tail {
    const SURE: Tail = Tail { p: 1.0, ln_p: 0.0 };

    fn small(ln_p: f64) -> Tail {
        Tail { p: libm::exp(ln_p), ln_p }
    }

    fn of(p: f64) -> Tail {
        let p = p.clamp(0.0, 1.0);
        Tail { p, ln_p: libm::log(p) }
    }
}

/// Upper tail of Fisher's F with `between` and `within` degrees of freedom, both above 0: `I_x(within/2, between/2)` with
/// `x = within / (within + between·f)` (Abramowitz and Stegun, 26.6.2). By statrs, and where that is below 10⁻¹² or needs more steps than
/// it takes, by the same continued fraction in logarithms. NaN gives NaN.
#[must_use]
pub fn f_tail(f: f64, between: f64, within: f64) -> Tail {
    if f.is_nan() {
        return Tail { p: f64::NAN, ln_p: f64::NAN };
    }
    if f <= 0.0 {
        return Tail::SURE;
    }
    let odds = between * f / within;
    if !odds.is_finite() {
        return Tail {
            p: 0.0,
            ln_p: f64::NEG_INFINITY,
        };
    }
    let (x, y) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
    let (a, b) = (within / 2.0, between / 2.0);
    if within.max(between) <= STATRS_FREEDOM
        && let Ok(p) = beta::checked_beta_reg(a, b, x)
        && p >= SMALL
    {
        return Tail::of(p);
    }
    let edge = a * -libm::log1p(odds) + b * libm::log(y) - ln_beta(a, b);
    if x < (a + 1.0) / (a + b + 2.0) {
        Tail::small(edge + libm::log(beta_fraction(a, b, x)) - libm::log(a))
    } else {
        Tail::of(1.0 - libm::exp(edge + libm::log(beta_fraction(b, a, y)) - libm::log(b)))
    }
}

/// Upper tail of chi-squared with `freedom` degrees of freedom, above 0: `Q(freedom/2, chi2/2)` (Abramowitz and Stegun, 26.4.19). By statrs,
/// and below 10⁻¹² by the continued fraction of the incomplete gamma function in logarithms. NaN gives NaN.
#[must_use]
pub fn chi2_tail(chi2: f64, freedom: f64) -> Tail {
    if chi2.is_nan() {
        return Tail { p: f64::NAN, ln_p: f64::NAN };
    }
    if chi2 <= 0.0 {
        return Tail::SURE;
    }
    if chi2.is_infinite() {
        return Tail {
            p: 0.0,
            ln_p: f64::NEG_INFINITY,
        };
    }
    let (a, x) = (freedom / 2.0, chi2 / 2.0);
    match gamma::checked_gamma_ur(a, x) {
        Ok(p) if p >= SMALL => Tail::of(p),
        _ => Tail::small(a * libm::log(x) - x - libm::lgamma(a) + libm::log(gamma_fraction(a, x))),
    }
}

/// `lnΓ(a) + lnΓ(b) − lnΓ(a+b)`. With a large `a` the two large terms cancel, so their difference comes from Stirling's series
/// (Didonato and Morris, ACM TOMS 18, 1992: `ALGDIV`).
fn ln_beta(a: f64, b: f64) -> f64 {
    let (a, b) = if a < b { (b, a) } else { (a, b) };
    if a < 10.0 {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    // lnΓ(a) − lnΓ(a+b), with Γ's remainder series Δ.
    let rise = (a - 0.5) * libm::log1p(b / a) + b * (libm::log(a + b) - 1.0);
    libm::lgamma(b) - rise + stirling(a) - stirling(a + b)
}

/// What Stirling's formula leaves of lnΓ, for 10 and more (Abramowitz and Stegun, 6.1.41).
fn stirling(a: f64) -> f64 {
    let square = 1.0 / (a * a);
    let series = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    series.iter().rev().fold(0.0, |sum, term| sum * square + term) / a
}

/// The continued fraction of the incomplete beta function (Numerical Recipes, 6.4, Lentz's way), for `x` below its turning point.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for step in 1..=STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / keep(1.0 + even * d);
        c = keep(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / keep(1.0 + odd * d);
        c = keep(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}

/// The continued fraction of the upper incomplete gamma function (Numerical Recipes, 6.2), for `x > a + 1`.
fn gamma_fraction(a: f64, x: f64) -> f64 {
    let keep = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / keep(b);
    let mut h = d;
    for step in 1..=STEPS {
        let i = f64::from(step);
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / keep(an * d + b);
        c = keep(b + an / c);
        h *= d * c;
        if (d * c - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    h
}
