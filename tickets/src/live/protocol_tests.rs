use std::time::Duration;

use belgrano_runtime::sockets::FrameBudget;
use belgrano_wire::ClientMoment;
use belgrano_wire::live::{ClientFrame, CloseCode, LiveToken, ServerFrame};
use proptest::prelude::*;

use super::protocol::{Action, Input, Protocol};
use super::settings::Rules;
use super::viewer::ViewerRole;

const EPOCH: &str = "e";
const HEAD: i64 = 812;

fn rules() -> Rules {
    Rules { frames: FrameBudget { burst: 5, per_second: 1 }, max_replay: 100, ..Rules::default() }
}

/// Runs one input.
fn step(protocol: &mut Protocol, now_ms: u64, input: Input<'_>) -> Vec<Action> {
    let mut out = Vec::new();
    protocol.handle(input, now_ms, EPOCH, HEAD, &mut out);
    out
}

fn identified(role: ViewerRole) -> Protocol {
    let mut protocol = Protocol::new(rules());
    let out = step(&mut protocol, 0, Input::Identified(Some(role)));
    let welcome = ServerFrame::Welcome { epoch: EPOCH.to_owned(), seq: HEAD, heartbeat_s: 25 };
    assert_eq!(out, [Action::Send(welcome.to_text().into())]);
    protocol
}

fn subscribed(role: ViewerRole, text: &str) -> (Protocol, Vec<Action>) {
    let mut protocol = identified(role);
    let out = step(&mut protocol, 0, Input::Text(text));
    (protocol, out)
}

fn live(role: ViewerRole) -> Protocol {
    let (mut protocol, out) = subscribed(role, r#"{"type":"subscribe","epoch":"e","after":812}"#);
    assert_eq!(out, [Action::Follow(812)]);
    assert_eq!(step(&mut protocol, 0, Input::Following), []);
    assert!(protocol.is_live());
    protocol
}

fn closed(code: CloseCode) -> [Action; 1] {
    [Action::Close(code)]
}

#[test]
fn a_stranger_has_to_say_first_who_it_is() {
    let mut protocol = Protocol::new(rules());
    let out = step(&mut protocol, 0, Input::Text(r#"{"type":"auth","token":"t"}"#));
    assert_eq!(out, [Action::Identify(LiveToken("t".to_owned()))]);
    assert_eq!(step(&mut protocol, 0, Input::Identified(None)), closed(CloseCode::Unauthenticated));

    for text in [r#"{"type":"subscribe"}"#, r#"{"type":"pong"}"#, r#"{"type":"position","lat":0,"lng":0}"#] {
        let out = step(&mut Protocol::new(rules()), 0, Input::Text(text));
        assert_eq!(out, closed(CloseCode::Unauthenticated), "{text}");
    }
    let mut slow = Protocol::new(rules());
    assert_eq!((slow.deadline_ms(), step(&mut slow, 4_999, Input::Tick)), (5_000, vec![]));
    assert_eq!(step(&mut slow, 5_000, Input::Tick), closed(CloseCode::AuthTimeout));
}

#[test]
fn a_cursor_is_followed_or_answered_with_a_snapshot() {
    let snapshot = |at_least| Action::LoadSnapshot { at_least };
    let cases = [
        (r#"{"type":"subscribe"}"#, snapshot(812)),
        (r#"{"type":"subscribe","epoch":"e","after":812}"#, Action::Follow(812)),
        (r#"{"type":"subscribe","epoch":"e","after":712}"#, Action::Follow(712)),
        (r#"{"type":"subscribe","epoch":"e","after":711}"#, snapshot(812)),
        (r#"{"type":"subscribe","epoch":"e","after":813}"#, Action::CatchUp(813)),
        (r#"{"type":"subscribe","epoch":"other","after":812}"#, snapshot(812)),
        (r#"{"type":"subscribe","after":812}"#, snapshot(812)),
    ];
    for (text, expected) in cases {
        assert_eq!(subscribed(ViewerRole::Admin, text).1, [expected], "{text}");
    }
    let (_, shop) = subscribed(ViewerRole::Shop, r#"{"type":"subscribe","epoch":"e","after":0}"#);
    assert_eq!(shop, [Action::Follow(0)], "the shop gets every event");
}

#[test]
fn a_cursor_ahead_of_the_hub_is_looked_for_in_the_log() {
    let ahead = r#"{"type":"subscribe","epoch":"e","after":815}"#;
    for (head, expected) in [
        (815, Action::Follow(815)),
        (820, Action::Follow(815)),
        (814, Action::LoadSnapshot { at_least: 814 }),
        (1_000, Action::LoadSnapshot { at_least: 1_000 }),
    ] {
        let (mut protocol, asked) = subscribed(ViewerRole::Admin, ahead);
        assert_eq!(asked, [Action::CatchUp(815)]);
        let mut out = Vec::new();
        protocol.handle(Input::CaughtUp, 1, "e", head, &mut out);
        assert_eq!(out, [expected], "the log ends at {head}");
    }
}

#[test]
fn a_replay_goes_on_until_the_hub_takes_over() {
    let (mut protocol, _) = subscribed(ViewerRole::Driver, r#"{"type":"subscribe","epoch":"e","after":800}"#);
    assert_eq!(step(&mut protocol, 1, Input::Behind), [Action::LoadLog(800)]);
    let out = step(&mut protocol, 2, Input::Loaded { frames: vec!["a".into(), "b".into()], last: 806 });
    assert_eq!(out, [Action::Send("a".into()), Action::Send("b".into()), Action::Follow(806)]);
    assert_eq!(step(&mut protocol, 3, Input::Behind), [Action::LoadLog(806)]);
    assert_eq!(step(&mut protocol, 4, Input::Gone), [Action::LoadSnapshot { at_least: 812 }]);
    let out = step(&mut protocol, 5, Input::Loaded { frames: vec!["s".into()], last: 820 });
    assert_eq!(out, [Action::Send("s".into()), Action::Follow(820)]);
    assert!(!protocol.is_live());
    assert_eq!(step(&mut protocol, 6, Input::Following), []);
    assert!(protocol.is_live());
    assert_eq!(step(&mut protocol, 7, Input::Lagged), closed(CloseCode::TooSlow));
}

#[test]
fn only_a_driver_says_where_it_is() {
    let position = r#"{"type":"position","lat":-34.5,"lng":-58.4}"#;
    for role in [ViewerRole::Admin, ViewerRole::Shop] {
        assert_eq!(step(&mut live(role), 1, Input::Text(position)), closed(CloseCode::Forbidden));
    }
    for mut protocol in [identified(ViewerRole::Driver), live(ViewerRole::Driver)] {
        let out = step(&mut protocol, 1, Input::Text(position));
        assert!(matches!(out[..], [Action::Move { when: ClientMoment { occurred: None, sent: None }, .. }]), "{out:?}");
    }
}

#[test]
fn who_does_not_answer_is_gone() {
    let mut protocol = live(ViewerRole::Admin);
    assert_eq!(protocol.deadline_ms(), 25_000);
    let ping = [Action::Send(ServerFrame::Ping.to_text().into())];
    assert_eq!(step(&mut protocol, 25_000, Input::Tick), ping);
    assert_eq!(protocol.deadline_ms(), 35_000);
    assert_eq!(step(&mut protocol, 34_999, Input::Text(r#"{"type":"pong"}"#)), []);
    assert_eq!(step(&mut protocol, 35_000, Input::Tick), []);
    assert_eq!(protocol.deadline_ms(), 50_000);
    assert_eq!(step(&mut protocol, 50_000, Input::Tick), ping);
    assert_eq!(step(&mut protocol, 60_000, Input::Tick), closed(CloseCode::NoPong));
}

#[test]
fn who_says_nonsense_or_too_much_is_closed() {
    for text in ["", "{}", "null", r#"{"type":"subscribe","after":-1}"#, r#"{"type":"auth","token":"t"}"#] {
        assert_eq!(step(&mut live(ViewerRole::Admin), 1, Input::Text(text)), closed(CloseCode::BadFrame), "{text}");
    }
    let again = step(&mut live(ViewerRole::Admin), 1, Input::Text(r#"{"type":"subscribe"}"#));
    assert_eq!(again, closed(CloseCode::BadFrame));
    assert_eq!(step(&mut live(ViewerRole::Admin), 1, Input::Unreadable), closed(CloseCode::BadFrame));

    let mut chatty = live(ViewerRole::Admin);
    for _ in 0..4 {
        assert_eq!(step(&mut chatty, 0, Input::Text(r#"{"type":"pong"}"#)), []);
    }
    assert_eq!(step(&mut chatty, 1_000, Input::Control), []);
    assert_eq!(step(&mut chatty, 1_999, Input::Text(r#"{"type":"pong"}"#)), closed(CloseCode::TooMany));

    let mut pinging = live(ViewerRole::Admin);
    for _ in 0..4 {
        assert_eq!(step(&mut pinging, 0, Input::Control), []);
    }
    assert_eq!(step(&mut pinging, 0, Input::Control), closed(CloseCode::TooMany), "pings count as well");
}

#[test]
fn a_restart_says_when_to_come_back() {
    let bye = |reason: &str| ServerFrame::Bye { reason: reason.to_owned(), retry_after_ms: 2300 }.to_text().into();
    let expected = [Action::Send(bye("el servidor se reinicia")), Action::Close(CloseCode::Restart)];
    let stop = || Input::Restart { retry_after_ms: 2300 };
    assert_eq!(step(&mut live(ViewerRole::Admin), 1, stop()), expected);
    assert_eq!(step(&mut Protocol::new(rules()), 1, stop()), expected);
    let (mut loading, _) = subscribed(ViewerRole::Admin, r#"{"type":"subscribe"}"#);
    let out = step(&mut loading, 1, Input::Unavailable { retry_after_ms: 2300 });
    assert_eq!(out[0], Action::Send(bye("el servicio no está disponible")));
}

/// Answers the machine's questions as a runner would, at random, and checks what it does with anything a client says.
#[derive(Clone, Debug)]
enum Doing {
    Says(String),
    Waits(u64),
    Revoked,
    Restart,
}

fn doing() -> impl Strategy<Value = Doing> {
    let sayings = prop_oneof![
        Just(r#"{"type":"auth","token":"t"}"#.to_owned()),
        Just(r#"{"type":"subscribe"}"#.to_owned()),
        (0..1700i64).prop_map(|after| format!(r#"{{"type":"subscribe","epoch":"e","after":{after}}}"#)),
        Just(ClientFrame::Pong.to_text()),
        Just(r#"{"type":"position","lat":-34.5,"lng":-58.4}"#.to_owned()),
        ".{0,20}",
    ];
    prop_oneof![
        8 => sayings.prop_map(Doing::Says),
        4 => (0..30_000u64).prop_map(Doing::Waits),
        1 => Just(Doing::Revoked),
        1 => Just(Doing::Restart),
    ]
}

proptest! {
    #[test]
    fn nothing_for_strangers_no_silence_for_a_cursor_and_nothing_after_a_close(
        doings in prop::collection::vec(doing(), 1..40),
        answers in prop::collection::vec(0..4u8, 40),
        role in prop_oneof![Just(ViewerRole::Admin), Just(ViewerRole::Driver), Just(ViewerRole::Shop)],
    ) {
        let mut protocol = Protocol::new(rules());
        let mut answers = answers.into_iter();
        let (mut now_ms, mut known, mut over, mut loads) = (0, false, false, 0);
        for doing in doings {
            let mut pending = match &doing {
                Doing::Says(text) => step(&mut protocol, now_ms, Input::Text(text)),
                Doing::Waits(ms) => {
                    now_ms = (now_ms + ms).min(protocol.deadline_ms().max(now_ms));
                    step(&mut protocol, now_ms, Input::Tick)
                }
                Doing::Revoked => step(&mut protocol, now_ms, Input::Revoked),
                Doing::Restart => step(&mut protocol, now_ms, Input::Restart { retry_after_ms: 1 }),
            };
            while !pending.is_empty() {
                prop_assert!(!over, "{pending:?} after a close");
                let action = pending.remove(0);
                let answer = answers.next().unwrap_or(0);
                let answer = match action {
                    Action::Send(frame) => {
                        prop_assert!(known || frame.contains("bye"), "{frame} to a stranger");
                        continue;
                    }
                    Action::Close(_) => {
                        prop_assert!(pending.is_empty());
                        over = true;
                        continue;
                    }
                    Action::Move { .. } => {
                        prop_assert_eq!(role, ViewerRole::Driver);
                        continue;
                    }
                    Action::Identify(_) => {
                        prop_assert!(!known);
                        known = answer != 3;
                        Input::Identified(known.then_some(role))
                    }
                    Action::Follow(_) if answer < 2 || loads > 5 => Input::Following,
                    Action::Follow(_) => Input::Behind,
                    Action::LoadLog(_) if answer == 0 => Input::Gone,
                    Action::LoadLog(after) => Input::Loaded { frames: vec![], last: after + 1 },
                    Action::CatchUp(_) => Input::CaughtUp,
                    Action::LoadSnapshot { .. } => Input::Loaded { frames: vec!["{}".into()], last: HEAD },
                };
                loads += u32::from(matches!(answer, Input::Loaded { .. }));
                let was = pending.len();
                let follow_up = step(&mut protocol, now_ms, answer);
                pending.splice(was.., follow_up);
            }
        }
        prop_assert!(over || protocol.deadline_ms() + 1 > now_ms);
        prop_assert!(Duration::from_millis(protocol.deadline_ms()) < Duration::from_hours(24));
    }
}
