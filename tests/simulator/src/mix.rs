//! The scenario mix: what happens how often, and what the wire does to it. `MIX.md` says why.

/// An inclusive range of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Smallest value.
    pub lo: u64,
    /// Largest value.
    pub hi: u64,
}

const fn span(lo: u64, hi: u64) -> Span {
    Span { lo, hi }
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// A link is cut.
    FibreCut,
    /// A device loses its power.
    NodePower,
    /// A line card with several ports fails.
    Card,
    /// A port goes down and up again and again.
    FlappingPort,
    /// Received light fades.
    OpticalDegradation,
    /// A fan fails and the temperature climbs.
    Temperature,
    /// A device's management agent dies.
    Silent,
    /// Planned work on a device.
    Maintenance,
    /// The power of a whole site fails and its batteries run out (networks that model sites).
    SitePower,
}

impl FaultKind {
    /// Every kind, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::FibreCut,
        Self::NodePower,
        Self::Card,
        Self::FlappingPort,
        Self::OpticalDegradation,
        Self::Temperature,
        Self::Silent,
        Self::Maintenance,
        Self::SitePower,
    ];

    /// The name used on the command line and in the truth.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FibreCut => "fibre-cut",
            Self::NodePower => "node-power",
            Self::Card => "card",
            Self::FlappingPort => "flapping-port",
            Self::OpticalDegradation => "optical-degradation",
            Self::Temperature => "temperature",
            Self::Silent => "silent",
            Self::Maintenance => "maintenance",
            Self::SitePower => "site-power",
        }
    }

    /// How often it is drawn, out of 100 starts.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::FibreCut => 30,
            Self::NodePower => 16,
            Self::Card => 11,
            Self::FlappingPort => 13,
            Self::OpticalDegradation => 9,
            Self::Temperature => 6,
            Self::Silent => 5,
            Self::Maintenance => 10,
            Self::SitePower => 0,
        }
    }

    /// How long it lasts, in seconds.
    #[must_use]
    pub const fn lasts_s(self) -> Span {
        match self {
            Self::FibreCut => span(6 * 60, 45 * 60),
            Self::NodePower | Self::SitePower => span(5 * 60, 40 * 60),
            Self::Card => span(8 * 60, 60 * 60),
            // Bounded by the number of flaps; this is what they amount to.
            Self::FlappingPort => span(24, 1600),
            Self::OpticalDegradation => span(6 * 60, 25 * 60),
            Self::Temperature => span(8 * 60, 25 * 60),
            Self::Silent => span(15 * 60, 60 * 60),
            Self::Maintenance => span(10 * 60, 30 * 60),
        }
    }
}

/// Quiet time at the start of a run.
pub const QUIET_S: u64 = 120;
/// Time between two starts.
pub const GAP_S: Span = span(180, 600);
/// Share of the starts that bring several faults at once, in percent.
pub const SEVERAL_PERCENT: u64 = 20;
/// How many faults then.
pub const SEVERAL_COUNT: Span = span(2, 4);
/// Within how many seconds.
pub const SEVERAL_WITHIN_S: u64 = 90;
/// Hops between faults that start together or are open together.
pub const HOPS_APART: usize = 3;
/// Draws for a place far enough away.
pub const PLACE_DRAWS: usize = 8;
/// Faults open at a time.
pub const OPEN_AT_MOST: usize = 6;

/// Devices that ran on battery before they went dark, in percent.
pub const BATTERY_PERCENT: u64 = 40;
/// For how long, in seconds.
pub const BATTERY_S: Span = span(4 * 60, 12 * 60);
/// Devices that send a dying gasp, in percent.
pub const GASP_PERCENT: u64 = 30;
/// Seconds a device takes to boot.
pub const BOOT_S: Span = span(60, 180);
/// Times a port flaps.
pub const FLAPS: Span = span(6, 40);
/// Milliseconds from one fall of a flapping port to the next.
pub const FLAP_EVERY_MS: Span = span(4_000, 40_000);
/// Optical degradations that end in a cut, in percent.
pub const FADE_TO_CUT_PERCENT: u64 = 50;
/// Temperature climbs that end in a shutdown, in percent.
pub const HEAT_TO_SHUTDOWN_PERCENT: u64 = 25;
/// Silent devices beside which a link is then cut, in percent.
pub const CUT_BESIDE_SILENT_PERCENT: u64 = 50;

/// Devices that send traps only, in percent.
pub const TRAPS_ONLY_PERCENT: u64 = 35;
/// Devices that send syslog only, in percent; the rest send both.
pub const SYSLOG_ONLY_PERCENT: u64 = 25;
/// Trap senders that speak SNMPv1, in percent.
pub const V1_PERCENT: u64 = 8;
/// Links without loss of carrier, in percent.
pub const CARRIERLESS_PERCENT: u64 = 8;
/// Devices outside the core with management out of band, in percent.
pub const OUT_OF_BAND_PERCENT: u64 = 10;
/// Seconds without a hello after which OSPF drops a neighbour.
pub const OSPF_DEAD_S: u64 = 40;
/// Hold times of BGP sessions, in seconds.
pub const BGP_HOLD_S: [u64; 2] = [90, 180];
/// Milliseconds until lost light is seen.
pub const CARRIER_MS: Span = span(5, 50);
/// Milliseconds until a device says what it has seen.
pub const REPORT_MS: Span = span(30, 1_500);
/// Milliseconds on the wire of a message that is not late.
pub const TRANSIT_MS: Span = span(1, 80);
/// Milliseconds between a message and its copy.
pub const COPY_MS: Span = span(1, 800);
/// Seconds a late message takes.
pub const LATE_S: Span = span(5, 120);
/// Seconds by which a clock is off.
pub const SKEW_S: Span = span(1, 45);
/// Hours by which one in ten of those is off instead.
pub const SKEW_HOURS: Span = span(1, 3);

/// What a run's conditions are drawn from, in parts per million unless named otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranges {
    /// Lost messages.
    pub loss_ppm: Span,
    /// Messages that arrive twice.
    pub duplicate_ppm: Span,
    /// Messages that arrive late.
    pub late_ppm: Span,
    /// Devices whose clock is off, in percent.
    pub skewed_percent: Span,
    /// Informational messages per device and hour.
    pub chatter_per_hour: Span,
    /// Stray alarms per 100 device-hours.
    pub stray_per_100_hours: Span,
}

/// The ranges of every scenario that names no others.
pub const RANGES: Ranges = Ranges {
    loss_ppm: span(0, 20_000),
    duplicate_ppm: span(0, 20_000),
    late_ppm: span(0, 30_000),
    skewed_percent: span(0, 15),
    chatter_per_hour: span(1, 6),
    stray_per_100_hours: span(2, 15),
};

/// Vendors and their share in percent, in the order of `Vendor::ROUTERS`.
pub const VENDOR_PERCENT: [u64; 6] = [22, 20, 10, 24, 10, 14];
