//! The points of OWASP ASVS 4.0.3, chapters V2 to V14, that are of level 1 or 2. Numbers that are missing are of level 3, or
//! were taken out of the standard.

/// A section, its points of level 1 and those that only level 2 asks for.
type Section = (&'static str, &'static [u8], &'static [u8]);

/// Each chapter by its name, with its sections.
pub(super) const CHAPTERS: [(&str, &[Section]); 13] = [
    (
        "Authentication",
        &[
            ("2.1", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], &[]),
            ("2.2", &[1, 2, 3], &[]),
            ("2.3", &[1], &[2, 3]),
            ("2.4", &[], &[1, 2, 3, 4, 5]),
            ("2.5", &[1, 2, 3, 4, 5, 6], &[7]),
            ("2.6", &[], &[1, 2, 3]),
            ("2.7", &[1, 2, 3, 4], &[5, 6]),
            ("2.8", &[1], &[2, 3, 4, 5, 6, 7]),
            ("2.9", &[], &[1, 2, 3]),
            ("2.10", &[], &[1, 2, 3, 4]),
        ],
    ),
    (
        "Sessions",
        &[
            ("3.1", &[1], &[]),
            ("3.2", &[1, 2, 3], &[4]),
            ("3.3", &[1, 2], &[3, 4]),
            ("3.4", &[1, 2, 3, 4, 5], &[]),
            ("3.5", &[], &[1, 2, 3]),
            ("3.7", &[1], &[]),
        ],
    ),
    ("Who may", &[("4.1", &[1, 2, 3, 5], &[]), ("4.2", &[1, 2], &[]), ("4.3", &[1, 2], &[3])]),
    (
        "What comes in and goes out",
        &[
            ("5.1", &[1, 2, 3, 4, 5], &[]),
            ("5.2", &[1, 2, 3, 4, 5, 6, 7, 8], &[]),
            ("5.3", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], &[]),
            ("5.4", &[], &[1, 2, 3]),
            ("5.5", &[1, 2, 3, 4], &[]),
        ],
    ),
    (
        "Cryptography at rest",
        &[("6.1", &[], &[1, 2, 3]), ("6.2", &[1], &[2, 3, 4, 5, 6]), ("6.3", &[], &[1, 2]), ("6.4", &[], &[1, 2])],
    ),
    (
        "Errors and logs",
        &[("7.1", &[1, 2], &[3, 4]), ("7.2", &[], &[1, 2]), ("7.3", &[], &[1, 3, 4]), ("7.4", &[1], &[2, 3])],
    ),
    ("Data", &[("8.1", &[], &[1, 2, 3, 4]), ("8.2", &[1, 2, 3], &[]), ("8.3", &[1, 2, 3, 4], &[5, 6, 7, 8])]),
    ("Communication", &[("9.1", &[1, 2, 3], &[]), ("9.2", &[], &[1, 2, 3, 4])]),
    ("Malicious code", &[("10.2", &[], &[1, 2]), ("10.3", &[1, 2, 3], &[])]),
    ("Business logic", &[("11.1", &[1, 2, 3, 4, 5], &[6, 7, 8])]),
    (
        "Files",
        &[
            ("12.1", &[1], &[2, 3]),
            ("12.2", &[], &[1]),
            ("12.3", &[1, 2, 3, 4, 5], &[6]),
            ("12.4", &[1, 2], &[]),
            ("12.5", &[1, 2], &[]),
            ("12.6", &[1], &[]),
        ],
    ),
    (
        "APIs",
        &[("13.1", &[1, 3], &[4, 5]), ("13.2", &[1, 2, 3], &[5, 6]), ("13.3", &[1], &[2]), ("13.4", &[], &[1, 2])],
    ),
    (
        "Configuration",
        &[
            ("14.1", &[], &[1, 2, 3, 4]),
            ("14.2", &[1, 2, 3], &[4, 5, 6]),
            ("14.3", &[2, 3], &[]),
            ("14.4", &[1, 2, 3, 4, 5, 6, 7], &[]),
            ("14.5", &[1, 2, 3], &[4]),
        ],
    ),
];

/// Every point and its level, in the order of the standard.
pub(super) fn all() -> Vec<(String, String)> {
    let mut points = Vec::new();
    for (section, first, second) in CHAPTERS.iter().flat_map(|(_, sections)| *sections) {
        let mut of_section: Vec<(u8, &str)> = first.iter().map(|number| (*number, "1")).collect();
        of_section.extend(second.iter().map(|number| (*number, "2")));
        of_section.sort_unstable();
        points.extend(of_section.into_iter().map(|(number, level)| (format!("{section}.{number}"), level.to_owned())));
    }
    points
}
