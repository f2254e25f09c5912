use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use belgrano_runtime::problem::Problem;

use super::{Lesson, Of, PAUSE, Step, Subject, Training};
use crate::engine::{Scope, Standing};

const REQUEST: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(8);

fn training() -> Training {
    Training::within(REQUEST)
}

fn subject(scope: Scope) -> Subject {
    Subject { scope, model: "sums", source: "belgrano".to_owned(), question: "all".to_owned() }
}

fn of(version: u64) -> Of {
    (Standing::present(version), None)
}

/// Learns a state's number; counts how often somebody learns.
fn learn(version: u64, times: &Arc<AtomicU32>) -> impl Future<Output = Result<u64, Problem>> + Send + 'static {
    let times = Arc::clone(times);
    async move {
        times.fetch_add(1, Ordering::SeqCst);
        Ok(version)
    }
}

/// Asks what is learned from a state of the data.
async fn ask(training: &Training, scope: Scope, version: u64, times: &Arc<AtomicU32>) -> Lesson<u64> {
    training.learned(subject(scope), of(version), learn(version, times)).await.expect("a lesson")
}

#[tokio::test]
async fn a_state_is_learned_once_however_many_ask() {
    let (training, times) = (training(), Arc::new(AtomicU32::new(0)));
    let asked = (0..20).map(|_| ask(&training, Scope::WHOLE, 7, &times));
    for lesson in futures_util::future::join_all(asked).await {
        assert_eq!((*lesson.what, lesson.age), (7, None));
    }
    assert_eq!(times.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_given_with_its_age_while_something_newer_is_learned() {
    let (training, times) = (training(), Arc::new(AtomicU32::new(0)));
    ask(&training, Scope::WHOLE, 7, &times).await;
    let lesson = ask(&training, Scope::WHOLE, 8, &times).await;
    assert_eq!((*lesson.what, lesson.age.is_some()), (7, true));
    assert_eq!(times.load(Ordering::SeqCst), 1, "a minute has not gone by");
    tokio::time::advance(PAUSE).await;
    let lesson = ask(&training, Scope::WHOLE, 8, &times).await;
    assert_eq!((*lesson.what, lesson.age), (7, Some(PAUSE)), "nobody waits for the newer one");
    let newer = async {
        while ask(&training, Scope::WHOLE, 8, &times).await.age.is_some() {
            tokio::task::yield_now().await;
        }
    };
    newer.await;
    assert_eq!(*ask(&training, Scope::WHOLE, 8, &times).await.what, 8);
    assert_eq!(times.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn nobody_is_told_what_was_learned_within_another_scope() {
    let (training, times) = (training(), Arc::new(AtomicU32::new(0)));
    ask(&training, Scope::WHOLE, 7, &times).await;
    let merchant = Scope { persons: false, business: Some(1) };
    assert!(training.progress(&merchant).is_empty());
    assert_eq!(*ask(&training, merchant.clone(), 8, &times).await.what, 8);
    assert_eq!((training.progress(&merchant).len(), training.progress(&Scope::WHOLE).len()), (1, 1));
}

#[tokio::test]
async fn who_can_do_without_never_waits() {
    let (training, times) = (training(), Arc::new(AtomicU32::new(0)));
    let known = || training.known(&subject(Scope::WHOLE), of(7), learn(7, &times));
    assert!(known().is_none());
    // It was begun behind that question; who asks and waits gets the same.
    assert_eq!(*ask(&training, Scope::WHOLE, 7, &times).await.what, 7);
    assert_eq!(known().map(|lesson| (*lesson.what, lesson.age)), Some((7, None)));
    assert_eq!(times.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_first_lesson_that_takes_too_long_goes_on_and_its_steps_are_told() {
    let training = training();
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let slow = async move {
        let _ = wait.await;
        Ok(7_u64)
    };
    training.learned(subject(Scope::WHOLE), of(7), slow).await.expect_err("503");
    let step = |training: &Training| {
        let all = training.progress(&Scope::WHOLE);
        all.first().and_then(|it| it.now).map(|(step, since)| (step, since >= PATIENCE))
    };
    assert_eq!(step(&training), Some((Step::Reading, true)));
    go.send(()).expect("somebody who waits");
    let other = async { Ok(8_u64) };
    let lesson = training.learned(subject(Scope::WHOLE), of(7), other).await.expect("a lesson");
    assert_eq!((*lesson.what, step(&training)), (7, None));
    assert!(training.progress(&Scope::WHOLE)[0].last.is_some_and(|(_, took)| took >= PATIENCE));
}

#[tokio::test]
async fn what_failed_is_tried_again() {
    let (training, times) = (training(), Arc::new(AtomicU32::new(0)));
    let failing = async { Err::<u64, _>(Problem::timed_out()) };
    training.learned(subject(Scope::WHOLE), of(7), failing).await.expect_err("a problem");
    assert_eq!(*ask(&training, Scope::WHOLE, 7, &times).await.what, 7);
    assert_eq!(training.work_out(|| 1 + 1).await.expect("a sum"), 2);
}
