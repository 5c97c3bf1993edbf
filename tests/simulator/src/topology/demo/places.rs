//! Where the demo's operator is: a peninsula that does not exist, its towns, and what runs between them.

/// A site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) lat: f64,
    pub(super) lon: f64,
    /// `core`, `aggregation` or `access`.
    pub(super) role: &'static str,
    pub(super) vendor: &'static str,
}

const fn site(code: &'static str, name: &'static str, lat: f64, lon: f64, role: &'static str, vendor: &'static str) -> Site {
    Site {
        code,
        name,
        lat,
        lon,
        role,
        vendor,
    }
}

/// Every site.
pub(super) const SITES: [Site; 30] = [
    site("HVS", "Havnsund", 56.160, 10.180, "core", "iosxr"),
    site("BRK", "Birkested", 55.710, 9.530, "core", "junos"),
    site("VSM", "Vestermø", 56.080, 8.420, "core", "iosxr"),
    site("NDK", "Nordkær", 56.960, 9.860, "core", "junos"),
    site("SKV", "Skovrup", 56.430, 9.960, "aggregation", "junos"),
    site("ELV", "Elvestad", 56.690, 9.990, "aggregation", "iosxr"),
    site("TRN", "Tornhøj", 56.520, 9.050, "aggregation", "huawei"),
    site("KLT", "Klitholm", 56.860, 8.720, "aggregation", "junos"),
    site("GRN", "Grønager", 55.960, 9.020, "aggregation", "nxos"),
    site("SDR", "Sønderås", 55.520, 8.820, "aggregation", "iosxr"),
    site("LYN", "Lyngbakke", 55.930, 9.790, "aggregation", "ios"),
    site("EGH", "Egehus", 56.560, 9.780, "access", "ios"),
    site("MOR", "Mørkebæk", 56.470, 10.260, "access", "ios"),
    site("STV", "Stenvadet", 56.600, 10.330, "access", "eos"),
    site("HDS", "Hedesø", 56.710, 8.980, "access", "huawei"),
    site("ASK", "Askerup", 55.760, 8.880, "access", "ios"),
    site("FJD", "Fjordbyen", 56.040, 10.010, "access", "junos"),
    site("BAK", "Bakkelunden", 55.830, 9.640, "access", "eos"),
    site("ULV", "Ulvskov", 55.860, 10.020, "access", "ios"),
    site("RAV", "Ravnebjerg", 55.770, 10.090, "access", "huawei"),
    site("SOE", "Søhale", 56.480, 8.760, "access", "ios"),
    site("ODD", "Odde Fyr", 56.440, 8.480, "access", "huawei"),
    site("HED", "Hedeflod", 55.420, 9.060, "access", "ios"),
    site("KYS", "Kystmarken", 56.790, 10.250, "access", "huawei"),
    site("VRG", "Vragsand", 56.950, 8.480, "access", "ios"),
    site("DAL", "Dalkrat", 56.070, 9.260, "access", "ios"),
    site("HOJ", "Højfyr", 57.160, 9.980, "access", "huawei"),
    site("STR", "Strandkilde", 56.010, 8.180, "access", "ios"),
    site("ENG", "Engmosen", 55.580, 9.720, "access", "eos"),
    site("OEN", "Fjernø", 56.280, 10.560, "access", "junos"),
];

/// Links between routers: from, to, microwave or fibre.
pub(super) const LINKS: [(&str, &str, bool); 39] = [
    // The core ring and its chord.
    ("HVS", "BRK", false),
    ("BRK", "VSM", false),
    ("VSM", "NDK", false),
    ("NDK", "HVS", false),
    ("HVS", "VSM", false),
    // Aggregation rings, each between two core sites.
    ("HVS", "SKV", false),
    ("SKV", "ELV", false),
    ("ELV", "NDK", false),
    ("NDK", "KLT", false),
    ("KLT", "TRN", false),
    ("TRN", "VSM", false),
    ("VSM", "GRN", false),
    ("GRN", "SDR", false),
    ("SDR", "BRK", false),
    ("HVS", "LYN", false),
    ("LYN", "BRK", false),
    // Access rings and dual homing.
    ("SKV", "EGH", false),
    ("EGH", "ELV", false),
    ("SKV", "MOR", false),
    ("MOR", "STV", false),
    ("STV", "ELV", false),
    ("TRN", "HDS", false),
    ("HDS", "KLT", false),
    ("GRN", "ASK", false),
    ("ASK", "SDR", false),
    ("HVS", "FJD", false),
    ("LYN", "FJD", false),
    ("LYN", "BAK", false),
    ("BAK", "BRK", false),
    // Microwave: chains, single hops, and an island reached from two sides.
    ("LYN", "ULV", true),
    ("ULV", "RAV", true),
    ("TRN", "SOE", true),
    ("SOE", "ODD", true),
    ("SDR", "HED", true),
    ("ELV", "KYS", true),
    ("KLT", "VRG", true),
    ("GRN", "DAL", true),
    ("HVS", "OEN", true),
    ("SKV", "OEN", true),
];

/// More microwave hops, to the sites at the edge.
pub(super) const EDGE: [(&str, &str); 3] = [("NDK", "HOJ"), ("VSM", "STR"), ("BRK", "ENG")];

/// Businesses: name, site, kind of service, tier, revenue weight.
pub(super) const BUSINESS: [(&str, &str, &str, &str, &str); 32] = [
    ("Havnsund Container Terminal", "HVS", "Business VPN", "gold", "8.5"),
    ("Sundbank", "HVS", "Business VPN", "platinum", "9.5"),
    ("Østkraft Energy", "HVS", "Grid telemetry", "platinum", "9.0"),
    ("Birkested University Hospital", "BRK", "E-health", "platinum", "9.8"),
    ("Birk Furniture", "BRK", "Internet access", "silver", "3.2"),
    ("Vestermø Seafood", "VSM", "Internet access", "silver", "3.8"),
    ("Vestwind Turbines", "VSM", "Grid telemetry", "gold", "7.4"),
    ("Nordkær Cement", "NDK", "Business VPN", "gold", "6.1"),
    ("Nordkær Municipality", "NDK", "Business VPN", "gold", "5.5"),
    ("Skovrup Dairy", "SKV", "Internet access", "silver", "3.0"),
    ("Skovrup Logistics Park", "SKV", "Business VPN", "gold", "6.6"),
    ("Elvestad Steel", "ELV", "Business VPN", "gold", "7.0"),
    ("Tornhøj County Hospital", "TRN", "E-health", "platinum", "9.2"),
    ("Tornhøj Grain", "TRN", "Internet access", "bronze", "1.9"),
    ("Klitholm Ferries", "KLT", "Business VPN", "gold", "5.9"),
    ("Grønager Farms Co-op", "GRN", "Internet access", "silver", "2.7"),
    ("Sønderås Airport", "SDR", "Business VPN", "platinum", "9.1"),
    ("Lyngbakke Data Park", "LYN", "Wavelength", "platinum", "9.4"),
    ("Lyngbakke Clinic", "LYN", "E-health", "gold", "6.8"),
    ("Egehus Timber", "EGH", "Internet access", "bronze", "1.4"),
    ("Mørkebæk School District", "MOR", "Internet access", "silver", "2.5"),
    ("Stenvadet Quarry", "STV", "Internet access", "bronze", "1.6"),
    ("Hedesø Fish Farms", "HDS", "Internet access", "bronze", "1.8"),
    ("Askerup Plastics", "ASK", "Business VPN", "silver", "3.6"),
    ("Fjordbyen Marina", "FJD", "Internet access", "silver", "2.9"),
    ("Bakkelunden Pharma", "BAK", "Business VPN", "gold", "8.1"),
    ("Ulvskov Nature Park", "ULV", "Internet access", "bronze", "1.1"),
    ("Ravnebjerg Waterworks", "RAV", "Grid telemetry", "gold", "6.3"),
    ("Odde Lighthouse Authority", "ODD", "Grid telemetry", "gold", "5.2"),
    ("Kystmarken Holiday Resort", "KYS", "Internet access", "silver", "2.8"),
    ("Strandkilde Brewery", "STR", "Internet access", "silver", "3.1"),
    ("Fjernø Island Council", "OEN", "Business VPN", "silver", "3.4"),
];

/// Emergency services: id, name, site.
pub(super) const EMERGENCY: [(&str, &str, &str); 3] = [
    ("EMERGENCY-112-EAST", "Emergency call centre 112 East", "FJD"),
    ("EMERGENCY-112-WEST", "Emergency call centre 112 West", "TRN"),
    ("EMERGENCY-COAST-RADIO", "Coast guard radio", "ODD"),
];
