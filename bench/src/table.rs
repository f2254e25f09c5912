//! The table for people: of every test the numbers that decide, the middle of its runs and the range.

use std::fmt::Write as _;

use crate::report::{Report, rounded};

/// What is shown of each test, with its unit and what to divide by.
fn shown(test: &str) -> &'static [(&'static str, &'static str, f64)] {
    match test {
        "orders" => &[
            ("accepted_per_s", "accepted/s", 1.0),
            ("latency_p50_us", "p50 ms", 1e3),
            ("latency_p99_us", "p99 ms", 1e3),
            ("delivered_per_s", "delivered/s", 1.0),
            ("drain_s", "drain s", 1.0),
            ("cpu_us_per_order", "CPU µs per order", 1.0),
            ("server_pss_kb", "memory MB (PSS)", 1024.0),
        ],
        "e2e" => &[
            ("checkout_p99_us", "checkout p99 ms", 1e3),
            ("send_to_event_p50_us", "send to board p50 ms", 1e3),
            ("send_to_event_p99_us", "send to board p99 ms", 1e3),
            ("lost", "lost", 1.0),
            ("doubled", "doubled", 1.0),
        ],
        "fanout" => &[
            ("deliveries_per_s", "deliveries/s", 1.0),
            ("deliver_p50_us", "p50 ms", 1e3),
            ("deliver_p99_us", "p99 ms", 1e3),
            ("missed", "missed", 1.0),
            ("rss_kb_per_socket", "KiB per socket", 1.0),
            ("server_cpu_us_per_delivery", "CPU µs per delivery", 1.0),
        ],
        "outage" => &[
            ("before_p99_us", "checkout p99 before, ms", 1e3),
            ("during_p99_us", "checkout p99 during, ms", 1e3),
            ("after_p99_us", "checkout p99 after, ms", 1e3),
            ("first_delivery_after_return_s", "first delivery after return, s", 1.0),
            ("caught_up_after_return_s", "caught up after return, s", 1.0),
            ("lost", "lost", 1.0),
            ("doubled", "doubled", 1.0),
        ],
        "backlog" => &[
            ("rows", "orders waiting", 1.0),
            ("drain_per_s", "drained/s", 1.0),
            ("drain_of_bare", "of the bare client", 1.0),
            ("shop_rss_peak_kb", "shop's peak memory MB", 1024.0),
        ],
        "start" => &[
            ("shop_healthy_after_ms", "shop healthy after ms", 1.0),
            ("tickets_healthy_after_ms", "tickets healthy after ms", 1.0),
            ("shop_idle_rss_kb", "shop idle MB", 1024.0),
            ("tickets_idle_rss_kb", "tickets idle MB", 1024.0),
        ],
        "replay" => &[
            ("placed", "placed", 1.0),
            ("delivered", "delivered", 1.0),
            ("checkout_p99_us", "checkout p99 ms", 1e3),
            ("accept_to_ticket_p99_us", "accepted to ticket p99 ms", 1e3),
            ("entregado_to_shop_p99_us", "delivered to shop p99 ms", 1e3),
            ("mismatches", "mismatches", 1.0),
        ],
        _ => &[],
    }
}

/// Markdown: a row for each number of each test, in the order of `rows`.
pub fn markdown(rows: &[(&str, &[Report])]) -> String {
    let mut text = String::from("| test | what | median | range | others' CPU |\n|---|---|--:|--:|--:|\n");
    for (name, reports) in rows {
        let Some(first) = reports.first() else { continue };
        let others = reports.iter().map(|r| r.number("others_share")).fold(0.0, f64::max);
        let mut failed = false;
        for (key, what, unit) in shown(first.test()) {
            let mut values: Vec<f64> = reports.iter().filter_map(|r| Some(r.get(key)?.as_f64()? / unit)).collect();
            values.sort_by(f64::total_cmp);
            let (Some(low), Some(high)) = (values.first(), values.last()) else { continue };
            let middle = shorter(values[values.len() / 2]);
            let range = format!("{} to {}", shorter(*low), shorter(*high));
            let _ = writeln!(text, "| `{name}` | {what} | {middle} | {range} | {} |", rounded(others));
            failed |= reports.iter().any(|r| !r.failures().is_empty());
        }
        if failed {
            let all: Vec<&str> = reports.iter().flat_map(Report::failures).map(String::as_str).collect();
            let _ = writeln!(text, "| `{name}` | **failed** | {} | | |", all.join("; "));
        }
    }
    text
}

/// Three digits that mean something.
fn shorter(x: f64) -> String {
    match x.abs() {
        a if a >= 100.0 => format!("{x:.0}"),
        a if a >= 10.0 => format!("{x:.1}"),
        a if a > 0.0 => format!("{x:.2}"),
        _ => "0".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_middle_and_what_failed() {
        let runs: Vec<Report> = [100.0, 300.0, 200.0]
            .iter()
            .map(|x| {
                let mut report = Report::new("orders");
                report.put("accepted_per_s", x).put("latency_p50_us", x * 10.0);
                report
            })
            .collect();
        let text = markdown(&[("orders -n 8", &runs)]);
        assert!(text.contains("| `orders -n 8` | accepted/s | 200 | 100 to 300 | 0 |"), "{text}");
        assert!(text.contains("| p50 ms | 2.00 | 1.00 to 3.00 |"), "{text}");
        assert!(!text.contains("failed"));
        let mut broken = Report::new("orders");
        broken.put("accepted_per_s", 1.0).fail("1 lost");
        assert!(markdown(&[("orders", &[broken])]).contains("**failed** | 1 lost"));
    }
}
