//! Every test of the tool against the fake pair: that it works when promises are kept, and that it
//! notices when they are not.

use std::io::Write as _;
use std::time::Duration;

use crate::fake::{Faults, pair};
use crate::flow::Pace;
use crate::orders::Load;
use crate::outage::{Fault, Victim};
use crate::process::Program;
use crate::report::Report;
use crate::{backlog, bare, e2e, fanout, orders, outage, replay};

const PACE: Pace = Pace { rate: 100.0, seconds: 0.5, settle: 0.5 };

#[track_caller]
fn fails(report: &Report, why: &str) {
    let failures = report.failures();
    assert!(failures.iter().any(|f| f.contains(why)), "{why} not in {failures:?}");
}

#[track_caller]
fn kept(report: &Report) {
    assert_eq!(report.failures(), [""; 0], "{report}");
}

#[tokio::test]
async fn orders_counts_what_was_accepted_and_delivered() {
    let load = Load { connections: 4, seconds: 0.3, warmup: 0.1, accounts: 2, drain: 0.3 };
    let report = orders::measure(&pair(Faults::default()).await, &load).await.unwrap();
    kept(&report);
    assert!(report.number("accepted_per_s") > 0.0);
    assert!((report.number("accepted") - report.number("delivered")).abs() < f64::EPSILON);

    let lossy = pair(Faults { lose_order: Some(10), ..Faults::default() }).await;
    fails(&orders::measure(&lossy, &load).await.unwrap(), "orders accepted");
}

#[tokio::test]
async fn e2e_follows_the_feed_through_cut_sockets() {
    let cut = pair(Faults { cut_socket: Some(7), ..Faults::default() }).await;
    let report = e2e::measure(&cut, PACE).await.unwrap();
    kept(&report);
    assert!((report.number("accepted") - 50.0).abs() < f64::EPSILON);
    assert!(report.number("feed_reconnects") >= 6.0, "{report}");
    assert!(report.number("send_to_event_p50_us") > 0.0);
}

#[tokio::test]
async fn e2e_notices_lost_doubled_and_skipped() {
    let lossy = pair(Faults { lose_order: Some(10), ..Faults::default() }).await;
    fails(&e2e::measure(&lossy, PACE).await.unwrap(), "5 accepted orders were never announced");
    let doubling = pair(Faults { double_event: Some(10), ..Faults::default() }).await;
    fails(&e2e::measure(&doubling, PACE).await.unwrap(), "5 tickets were announced as new more than once");
    let skipping = pair(Faults { skip_event: Some(10), ..Faults::default() }).await;
    fails(&e2e::measure(&skipping, PACE).await.unwrap(), "events missing by seq");
}

fn audience() -> fanout::Plan {
    fanout::Plan {
        sockets: 20,
        changes: 50.0,
        seconds: 0.4,
        stalled: 2,
        admins: 2,
        changing: 3,
        dialing: 8,
        settle: 0.5,
    }
}

#[tokio::test]
async fn fanout_reaches_everybody() {
    let report = fanout::measure(&pair(Faults::default()).await, audience()).await.unwrap();
    kept(&report);
    assert!((report.number("delivered") - 400.0).abs() < f64::EPSILON, "{report}");
}

#[tokio::test]
async fn fanout_notices_what_is_missed() {
    let skipping = pair(Faults { skip_event: Some(5), ..Faults::default() }).await;
    let report = fanout::measure(&skipping, audience()).await.unwrap();
    fails(&report, "deliveries missed");
    fails(&report, "gaps in seq");
}

fn sleeper() -> Program {
    Program::shell("sleeper", "sleep 60")
}

const COURSE: outage::Plan = outage::Plan { rate: 100.0, before: 0.2, down: 0.2, after: 0.2, settle: 1.0 };

#[tokio::test]
async fn outage_freezes_and_continues() {
    let victim = sleeper().start().unwrap();
    let target = pair(Faults::default()).await;
    let (report, none) = outage::measure(&target, COURSE, Fault::Freeze(victim.pid())).await.unwrap();
    kept(&report);
    assert!(none.is_none());
    assert!(report.number("during_n") > 10.0 && report.get("first_delivery_after_return_s").is_some());
    let state = std::fs::read_to_string(format!("/proc/{}/stat", victim.pid())).unwrap();
    assert!(!state.contains(") T "), "{state}");
}

#[tokio::test]
async fn outage_kills_and_restarts() {
    let victim = Victim::Own(sleeper().start().unwrap());
    let target = pair(Faults::default()).await;
    let (report, process) = outage::measure(&target, COURSE, Fault::Kill(victim, sleeper())).await.unwrap();
    kept(&report);
    assert!(process.is_some());
}

#[tokio::test]
async fn backlog_compares_with_the_bare_client() {
    let target = pair(Faults::default()).await;
    let secret = Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let intake = bare::Intake::new(&target.tickets, secret, Some("k".into())).unwrap();
    let plan = backlog::Plan { rows: 50, connections: 4, bare: 20, drain: 5.0 };
    let victim = Victim::Own(sleeper().start().unwrap());
    let (report, process) = backlog::measure(&target, plan, &intake, victim, &sleeper()).await.unwrap();
    kept(&report);
    assert!((report.number("drained") - 50.0).abs() < f64::EPSILON, "{report}");
    assert!(report.number("bare_before_per_s") > 0.0 && report.number("shop_rss_peak_kb") > 0.0);
    process.stop(Duration::from_secs(5)).await.unwrap();
}

/// Two customers and a stranger, one cancellation, one correction of stock, one order of charges only.
fn week(dir: &std::path::Path) -> replay::Week {
    let line = |n: &str, customer: &str, cancelled: bool, sku: &str, qty: i64| {
        format!(
            r#"{{"invoice":"{n}","date":"2010-12-01T08:0{n}:00","customer":{customer},"cancelled":{cancelled},"lines":[{{"sku":"{sku}","qty":{qty}}}]}}"#
        )
    };
    let orders = dir.join("orders.jsonl");
    let mut file = std::fs::File::create(&orders).unwrap();
    for text in [
        line("1", r#""17850""#, false, "85123A", 6),
        line("2", r#""17851""#, true, "71053", -12),
        line("3", "null", false, "84406B", 1),
        line("4", "null", false, "21777", -10),
        line("5", r#""17850""#, false, "POST", 1),
        line("6", r#""17850""#, false, "22752", 40),
    ] {
        writeln!(file, "{text}").unwrap();
    }
    let addresses = dir.join("addresses.csv");
    std::fs::write(&addresses, "direccion,barrio\nAv. Cabildo 2040,BELGRANO\n").unwrap();
    replay::Week { orders, addresses, speed: 6000.0, limit: None, drivers: 2, capacity: 5, step_ms: 1, settle: 5.0 }
}

#[tokio::test]
async fn replay_follows_every_order_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let report = replay::measure(&pair(Faults::default()).await, &week(dir.path())).await.unwrap();
    kept(&report);
    for (name, expected) in
        [("placed", 4.0), ("absurd_refused", 1.0), ("without_goods", 1.0), ("counter_accounts", 2.0)]
    {
        assert!((report.number(name) - expected).abs() < f64::EPSILON, "{name}: {report}");
    }
    assert!((report.number("cancelled") + report.number("delivered") - 4.0).abs() < f64::EPSILON, "{report}");
}

#[tokio::test]
async fn replay_notices_a_ticket_that_says_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let wrong = pair(Faults { overcharge: true, ..Faults::default() }).await;
    fails(&replay::measure(&wrong, &week(dir.path())).await.unwrap(), "total, order / ticket");
}
