//! Following a shop's feed: a long history from cold, then some orders a second, and how soon each is in an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::Setting;
use super::changes::{Log, Shop, ticket};
use super::goals::{Goals, Target};
use super::service::{Site, get};
use super::serving::ms;
use super::shop::Feeds;
use crate::clock::{now_ns, seconds_between, seconds_ns, sleep_until, unix};
use crate::endpoint::Endpoint;
use crate::error::{Error, Result};
use crate::hist::Hist;
use crate::procfs::{cpu_of, peak_kb, reset_peak};
use crate::report::{Report, float, ratio};

/// How long a whole history may take.
const CAUGHT_UP_WITHIN: f64 = 900.0;
/// Time between two looks at the figure that is watched.
const LOOK: Duration = Duration::from_millis(100);
/// The figure that is watched: orders of the last days.
const WATCHED: &str = "/api/sales/summary?days=3650";

/// What the shop says.
#[derive(clap::Args, Clone, Debug)]
pub struct FeedPlan {
    /// Changes that are there before the service starts
    #[arg(long, default_value_t = 500_000)]
    pub changes: u64,
    /// Orders a second after that
    #[arg(long, default_value_t = 10.0)]
    pub live_rate: f64,
    /// Seconds of them without a question, and again with questions
    #[arg(long, default_value_t = 60.0)]
    pub live: f64,
    /// Seconds between two questions meanwhile
    #[arg(long, default_value_t = 0.5)]
    pub look_every: f64,
}

/// Follows a made-up shop into `site`.
pub async fn run(site: &Site, setting: &Setting, plan: &FeedPlan, goals: &mut Goals) -> Result<Report> {
    let mut report = Report::new("insights-feed");
    let (mut log, mut shop) = (Log::default(), Shop::new(setting.seed));
    shop.history(&mut log, plan.changes, now());
    let changes = log.last();
    report.put("changes", changes).put("orders_in_them", shop.orders());
    let feeds = Feeds::start(log, &site.secret).await?;
    let (process, endpoint) = site.serve(Some(&feeds.endpoint)).await?;
    reset_peak(process.pid());

    let reached_ns = caught_up(&endpoint, changes).await?;
    let begun = feeds.first_asked_ns().unwrap_or(reached_ns);
    let per_s = ratio(float(changes), seconds_between(begun, reached_ns));
    report.put("cold_s", seconds_between(begun, reached_ns)).put("cold_changes_per_s", per_s);
    report.put("cold_cpu_s", cpu_of(process.pid())).put("cold_peak_rss_kb", peak_kb(process.pid()));
    goals.put(format!("{changes} changes from cold"), per_s, "/s", Target::AtLeast(20_000.0));
    goals.put("changes from cold: peak memory", float(peak_kb(process.pid())) / 1024.0, "MB", Target::None);
    let seen = orders(&endpoint).await?;
    if seen != shop.orders() {
        report.fail(format!("{seen} orders are counted of {}", shop.orders()));
    }
    // What follows a long history (tables made anew) is over before anything else is measured.
    quiet(process.pid()).await;

    let live = Live { feeds: &feeds, endpoint: &endpoint, pid: process.pid(), plan };
    let (cpu, _) = live.run(&mut shop, false).await?;
    report.put("live_cpu_of_a_core", cpu);
    goals.put(format!("{} orders a second: part of a core", plan.live_rate), 100.0 * cpu, "%", Target::AtMost(10.0));
    let (cpu, delay) = live.run(&mut shop, true).await?;
    report.put("live_asked_cpu_of_a_core", cpu).put_hist("committed_to_seen", &delay.seen);
    report.put_hist("live_answer", &delay.answers).expect_none(delay.unseen, "orders were never seen in an answer");
    goals.put("committed to seen in an answer: p50", ms(delay.seen.quantile_ns(500)) / 1e3, "s", Target::None);
    goals.put("committed to seen in an answer: slowest", ms(delay.seen.max_ns()) / 1e3, "s", Target::AtMost(5.0));
    goals.put("the answer meanwhile, new each time: p99", ms(delay.answers.quantile_ns(990)), "ms", Target::None);
    report.put("peak_rss_kb", peak_kb(process.pid())).put("unsigned", feeds.refused());
    goals.put(
        "following and serving: peak memory",
        float(peak_kb(process.pid())) / 1024.0,
        "MB",
        Target::AtMost(400.0),
    );
    process.stop(Duration::from_mins(1)).await?;
    Ok(report)
}

fn now() -> Timestamp {
    let since = unix();
    i64::try_from(since.as_millis()).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).unwrap_or_default()
}

/// When the service says that it has read up to `seq`, and that nothing more waits.
async fn caught_up(endpoint: &Endpoint, seq: u64) -> Result<u64> {
    let deadline = now_ns() + seconds_ns(CAUGHT_UP_WITHIN);
    let mut said = Value::Null;
    while now_ns() < deadline {
        said = get(endpoint, "/api/estado").await?;
        let shop = said["fuentes"].as_array().and_then(|all| all.iter().find(|feed| feed["nombre"] == "shop"));
        if shop.is_some_and(|shop| shop["hasta_seq"].as_u64() == Some(seq) && !shop["retraso_s"].is_null()) {
            return Ok(now_ns());
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Error::new(format_args!("{seq} changes were not read in {CAUGHT_UP_WITHIN} s: {}", said["fuentes"])))
}

/// Orders that an answer counts.
async fn orders(endpoint: &Endpoint) -> Result<u64> {
    let answer = get(endpoint, WATCHED).await?;
    answer["total_orders"].as_u64().ok_or_else(|| Error::new(format_args!("{WATCHED}: {answer}")))
}

/// Waits until a process has done next to nothing for two seconds, a minute at most.
async fn quiet(pid: u32) {
    for _ in 0..30 {
        let before = cpu_of(pid);
        tokio::time::sleep(Duration::from_secs(2)).await;
        if cpu_of(pid) - before < 0.2 {
            return;
        }
    }
}

struct Live<'a> {
    feeds: &'a Feeds,
    endpoint: &'a Endpoint,
    pid: u32,
    plan: &'a FeedPlan,
}

/// How long orders took into an answer.
#[derive(Default)]
struct Delay {
    seen: Hist,
    answers: Hist,
    unseen: usize,
}

impl Live<'_> {
    /// Commits orders at the rate; the part of a core that the service took, and with `asked` when each was seen.
    async fn run(&self, shop: &mut Shop, asked: bool) -> Result<(f64, Delay)> {
        let base = shop.orders();
        let over = Arc::new(AtomicBool::new(false));
        let watching = asked.then(|| {
            let (endpoint, over, every) = (self.endpoint.clone(), over.clone(), self.plan.look_every);
            tokio::spawn(async move { watch(&endpoint, &over, every).await })
        });
        let (begun, cpu) = (now_ns(), cpu_of(self.pid));
        let mut committed = Vec::new();
        for n in 0_u32.. {
            let due = begun + seconds_ns(f64::from(n) / self.plan.live_rate);
            if due >= begun + seconds_ns(self.plan.live) {
                break;
            }
            sleep_until(due).await;
            let at = now();
            self.feeds.commit(|log, board| {
                let number = shop.live(log, at);
                ticket(board, &number, at);
            });
            committed.push(now_ns());
        }
        let share = ratio(cpu_of(self.pid) - cpu, seconds_between(begun, now_ns()));
        let Some(watching) = watching else { return Ok((share, Delay::default())) };
        // The last ones may take as long as any.
        tokio::time::sleep(Duration::from_secs(6)).await;
        over.store(true, Relaxed);
        Ok((share, delay(&committed, &watching.await??, base)))
    }
}

/// A look: when it was asked, when it was answered, and how many orders it counted.
type Look = (u64, u64, u64);

async fn watch(endpoint: &Endpoint, over: &AtomicBool, every: f64) -> Result<Vec<Look>> {
    let mut looks = Vec::new();
    while !over.load(Relaxed) {
        let asked = now_ns();
        let count = orders(endpoint).await?;
        looks.push((asked, now_ns(), count));
        sleep_until(asked + seconds_ns(every)).await;
    }
    Ok(looks)
}

/// For each committed order, the `base`+1st being the first, the time until an answer counted it.
fn delay(committed: &[u64], looks: &[Look], base: u64) -> Delay {
    let mut delay =
        Delay { answers: looks.iter().map(|(asked, answered, _)| answered - asked).collect(), ..Delay::default() };
    for (n, at) in (1..).zip(committed) {
        match looks.iter().find(|(_, _, count)| *count >= base + n) {
            Some((_, answered, _)) => delay.seen.record(answered.saturating_sub(*at)),
            None => delay.unseen += 1,
        }
    }
    delay
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_seen_with_the_first_answer_that_counts_it() {
        let committed = [100, 200, 300, 400];
        let looks = [(90, 110, 7), (190, 210, 8), (290, 350, 10)];
        let found = delay(&committed, &looks, 7);
        assert_eq!((found.seen.count(), found.unseen), (3, 1));
        // The third was counted by the answer of 350, the first by that of 210.
        assert!((108..=112).contains(&found.seen.max_ns()) || (148..=152).contains(&found.seen.max_ns()));
        assert_eq!(found.answers.max_ns(), 60);
    }
}
