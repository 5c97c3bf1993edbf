use super::*;

fn themes() -> Vec<Theme> {
    ThemeName::ALL
        .into_iter()
        .map(|theme| Theme::load(Look { theme, ..Look::default() }).unwrap())
        .collect()
}

fn grounds(theme: &Theme) -> [(&'static str, Color32); 6] {
    let ground = &theme.palette.ground;
    [
        ("ground", ground.ground),
        ("surface", ground.surface),
        ("raised", ground.raised),
        ("sunken", ground.sunken),
        ("hover", ground.hover),
        ("selected", ground.selected),
    ]
}

fn assert_contrast(theme: &Theme, what: &str, ink: Color32, under: &str, ground: Color32, least: f32) {
    let ratio = ratio(ink, ground);
    assert!(ratio >= least, "{}: {what} on {under} is {ratio:.2}:1, below {least}:1", theme.name.word());
}

#[test]
fn text_reaches_its_contrast_on_every_ground() {
    for theme in themes() {
        let least = if theme.name == ThemeName::HighContrast { 7.0 } else { 4.5 };
        let text = &theme.palette.text;
        for (under, ground) in grounds(&theme) {
            for (what, ink) in [("strong", text.strong), ("normal", text.normal), ("soft", text.soft), ("faint", text.faint)] {
                assert_contrast(&theme, what, ink, under, ground, least);
            }
            assert_contrast(&theme, "danger", theme.palette.accent.danger, under, ground, 4.5);
            assert_contrast(&theme, "land", text.soft, "map", theme.palette.map.land, 4.5);
        }
        assert_contrast(
            &theme,
            "on_primary",
            theme.palette.accent.on_primary,
            "primary",
            theme.palette.accent.primary,
            least,
        );
    }
}

#[test]
fn severities_reach_their_contrast() {
    for theme in themes() {
        for level in Level::ALL {
            let ink = theme.level(level);
            for (under, ground) in grounds(&theme) {
                assert_contrast(&theme, level.word(), ink.text, under, ground, 4.5);
                assert_contrast(&theme, level.word(), ink.fill, under, ground, 3.0);
            }
            assert_contrast(&theme, level.word(), ink.text, "its tint", ink.tint, 4.5);
            assert_contrast(&theme, level.word(), ink.fill, "its tint", ink.tint, 3.0);
            assert_contrast(&theme, level.word(), ink.fill, "the map", theme.palette.map.land, 3.0);
            assert_contrast(&theme, "letter", ink.on_fill, level.word(), ink.fill, 4.5);
        }
    }
}

#[test]
fn graphics_that_carry_meaning_reach_three_to_one() {
    for theme in themes() {
        let (ground, accent, map) = (&theme.palette.ground, &theme.palette.accent, &theme.palette.map);
        for (under, under_colour) in [("surface", ground.surface), ("raised", ground.raised), ("sunken", ground.sunken)] {
            assert_contrast(&theme, "line_strong", ground.line_strong, under, under_colour, 3.0);
            assert_contrast(&theme, "focus", accent.focus, under, under_colour, 3.0);
        }
        assert_contrast(&theme, "node", map.node, "the map", map.land, 3.0);
        for line in theme.palette.plot.lines {
            assert_contrast(&theme, "a curve", line, "a plot", ground.sunken, 4.5);
            assert_contrast(&theme, "a curve", line, "a legend", ground.surface, 4.5);
        }
    }
}

#[test]
fn severities_differ_without_colour() {
    let letters: std::collections::HashSet<_> = Level::ALL.map(Level::letter).into();
    let outlines: std::collections::HashSet<_> = Level::ALL.map(Level::silhouette).into();
    assert_eq!((letters.len(), outlines.len()), (Level::ALL.len(), Level::ALL.len()));
}

#[test]
fn calm_is_grey() {
    for theme in themes() {
        let ground = &theme.palette.ground;
        let map = &theme.palette.map;
        let text = &theme.palette.text;
        let calm = [
            ground.ground,
            ground.surface,
            ground.raised,
            ground.sunken,
            ground.hover,
            map.land,
            map.edge,
            map.node,
        ];
        let ink = [text.strong, text.normal, text.soft, text.faint, theme.level(Level::Cleared).fill];
        for colour in calm.into_iter().chain(ink) {
            let [red, green, blue, _] = colour.to_array();
            let spread = red.max(green).max(blue) - red.min(green).min(blue);
            assert!(spread <= 40, "{}: {colour:?} is not calm", theme.name.word());
        }
    }
}

#[test]
fn colours_are_named_in_no_other_room() {
    fn walk(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("theme") {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let named = text.match_indices("Color32::").filter(|(at, _)| {
                    let rest = &text[at + "Color32::".len()..];
                    rest.starts_with(|first: char| first.is_ascii_uppercase()) && !rest.starts_with("TRANSPARENT")
                });
                found.extend(named.map(|(at, _)| format!("{}: byte {at}", path.display())));
            }
        }
    }
    let mut found = Vec::new();
    walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|place| !place.contains("/theme/"));
    assert!(found.is_empty(), "take colours from the theme: {found:?}");
}
