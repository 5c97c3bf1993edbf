//! Where the network of pictures is.

/// Places with their coordinates and how many cells they have.
pub(super) const SITES: [(&str, f64, f64, usize); 16] = [
    ("Zürich", 47.377, 8.541, 4),
    ("Bern", 46.948, 7.447, 3),
    ("Genève", 46.204, 6.143, 3),
    ("Basel", 47.559, 7.588, 3),
    ("Lausanne", 46.519, 6.632, 2),
    ("Luzern", 47.050, 8.309, 2),
    ("St. Gallen", 47.424, 9.377, 2),
    ("Lugano", 46.003, 8.951, 2),
    ("Chur", 46.850, 9.532, 2),
    ("Sion", 46.233, 7.360, 2),
    ("Fribourg", 46.806, 7.161, 1),
    ("Olten", 47.350, 7.903, 1),
    ("Winterthur", 47.499, 8.729, 2),
    ("Thun", 46.758, 7.628, 1),
    ("Neuchâtel", 46.990, 6.929, 1),
    ("Bellinzona", 46.195, 9.024, 1),
];

/// Which of them are linked.
pub(super) const LINKS: [(usize, usize); 22] = [
    (0, 1),
    (0, 3),
    (0, 5),
    (0, 12),
    (12, 6),
    (6, 8),
    (8, 0),
    (1, 4),
    (4, 2),
    (1, 10),
    (10, 4),
    (3, 11),
    (11, 1),
    (11, 5),
    (5, 15),
    (15, 7),
    (8, 15),
    (1, 13),
    (13, 9),
    (9, 4),
    (1, 14),
    (14, 4),
];
