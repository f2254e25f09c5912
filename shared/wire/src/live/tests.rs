use proptest::prelude::*;

use super::{ClientFrame, CloseCode, Cursor, EventKind, EventTicket, LiveToken, ServerFrame};
use crate::timestamp::UnixMillis;
use crate::{ClientMoment, ClientTime, Position};

fn cursor(epoch: &str, after: i64) -> Cursor {
    Cursor { epoch: epoch.to_owned(), after }
}

#[test]
fn reads_what_clients_say() {
    let position = Position::new(-34.5614, -58.4563).expect("a place");
    let at = |text: &str| Some(ClientTime::parse(text));
    let occurred = at("2026-11-21T15:04:05-03:00");
    let frame = |occurred, sent| Ok(ClientFrame::Position { position, when: ClientMoment { occurred, sent } });
    let cases = [
        (r#"{"type":"subscribe"}"#, Ok(ClientFrame::Subscribe(None))),
        (r#"{"type":"subscribe","epoch":"e","after":790}"#, Ok(ClientFrame::Subscribe(Some(cursor("e", 790))))),
        (r#"{"type":"subscribe","epoch":"e","after":null}"#, Ok(ClientFrame::Subscribe(None))),
        (r#"{"after":7,"type":"subscribe","more":[{}]}"#, Ok(ClientFrame::Subscribe(None))),
        (r#"{"type":"pong"}"#, Ok(ClientFrame::Pong)),
        (r#"{"type":"position","lat":-34.5614,"lng":-58.4563}"#, frame(None, None)),
        (
            r#"{"type":"position","lat":-34.5614,"lng":-58.4563,"ocurrido":"2026-11-21T15:04:05-03:00"}"#,
            frame(occurred, None),
        ),
        (
            r#"{"type":"position","lat":-34.5614,"lng":-58.4563,"ocurrido":"2026-11-21T15:04:05-03:00","enviado":"1970-01-01T00:00:00Z"}"#,
            frame(occurred, at("1970-01-01T00:00:00Z")),
        ),
        (
            r#"{"type":"position","lat":-34.5614,"lng":-58.4563,"ocurrido":"+275760-09-13T00:00:00.000Z","enviado":7}"#,
            frame(Some(ClientTime(None)), Some(ClientTime(None))),
        ),
        (r#"{"type":"auth","token":"abc"}"#, Ok(ClientFrame::Auth(LiveToken("abc".to_owned())))),
        (r#"{"type":"auth","token":""}"#, Err(super::BadFrame)),
        (r#"{"type":"position","lat":91,"lng":0}"#, Err(super::BadFrame)),
        (r#"{"type":"subscribe","epoch":"e","after":-1}"#, Err(super::BadFrame)),
        (r#"{"type":"dance"}"#, Err(super::BadFrame)),
        ("[]", Err(super::BadFrame)),
        ("", Err(super::BadFrame)),
    ];
    for (text, expected) in cases {
        assert_eq!(ClientFrame::parse(text), expected, "{text}");
    }
    let long = format!(r#"{{"type":"pong","x":"{}"}}"#, "x".repeat(ClientFrame::MAX_BYTES));
    assert_eq!(ClientFrame::parse(&long), Err(super::BadFrame));
}

#[test]
fn a_token_stays_out_of_the_log() {
    let frame = ClientFrame::Auth(LiveToken("s3cret".to_owned()));
    assert!(!format!("{frame:?}").contains("s3cret"));
}

#[test]
fn close_codes_are_those_of_the_protocol() {
    assert_eq!(CloseCode::Restart.code(), 1012);
    assert_eq!(CloseCode::TooSlow.code(), 4508);
    assert_eq!(CloseCode::NoPong.code(), 4512);
}

#[test]
fn frames_built_around_serialised_tickets_read_back() {
    let ticket = crate::ticket_view::tests::example();
    let json = serde_json::to_string(&ticket).expect("a ticket");
    let at = UnixMillis(1_795_284_245_500);

    let event = super::event_frame(813, EventKind::Created, at, &json);
    let frame = ServerFrame::Event {
        seq: 813,
        kind: EventKind::Created,
        at,
        ticket: EventTicket::Whole(Box::new(ticket.clone())),
    };
    assert_eq!(event, frame.to_text());
    assert_eq!(serde_json::from_str::<ServerFrame>(&event).expect("a frame"), frame);

    let left = super::event_frame(814, EventKind::Left, at, r#"{"ticket_id":12,"numero":"BA-1","version":3}"#);
    match serde_json::from_str(&left).expect("a frame") {
        ServerFrame::Event { seq: 814, kind: EventKind::Left, ticket: EventTicket::Left(left), .. } => {
            assert_eq!((left.ticket_id, left.number.as_str(), left.version), (12, "BA-1", 3));
        }
        other => panic!("{other:?}"),
    }

    let snapshot = super::snapshot_frame(812, [json.as_str(), json.as_str()]);
    let frame = ServerFrame::Snapshot { seq: 812, tickets: vec![ticket.clone(), ticket] };
    assert_eq!(snapshot, frame.to_text());
    assert_eq!(serde_json::from_str::<ServerFrame>(&snapshot).expect("a frame"), frame);
    assert_eq!(super::snapshot_frame(0, []), r#"{"type":"snapshot","seq":0,"tickets":[]}"#);
}

#[test]
fn the_other_frames_look_as_designed() {
    let welcome = ServerFrame::Welcome { epoch: "e".to_owned(), seq: 812, heartbeat_s: 25 };
    assert_eq!(welcome.to_text(), r#"{"type":"welcome","epoch":"e","seq":812,"heartbeat_s":25}"#);
    let bye = ServerFrame::Bye { reason: "reinicio".to_owned(), retry_after_ms: 2300 };
    assert_eq!(bye.to_text(), r#"{"type":"bye","reason":"reinicio","retry_after_ms":2300}"#);
    assert_eq!(ServerFrame::Ping.to_text(), r#"{"type":"ping"}"#);
    let at = UnixMillis(1_795_284_245_000);
    let position = ServerFrame::Position { driver_id: 3, lat: -34.5, lng: -58.4, at };
    let text = r#"{"type":"position","repartidor_id":3,"lat":-34.5,"lng":-58.4,"at":"2026-11-21T15:04:05-03:00"}"#;
    assert_eq!(position.to_text(), text);
}

proptest! {
    #[test]
    fn never_panics(text in ".{0,300}") {
        let _ = ClientFrame::parse(&text);
    }

    #[test]
    fn client_frames_survive_the_wire(
        epoch in "[a-z0-9-]{1,40}", after in 0i64.., lat in -90.0..=90.0, lng in -180.0..=180.0, ms in 0i64..4_000_000_000_000
    ) {
        let position = Position::new(lat, lng).expect("a place");
        let frames = [
            ClientFrame::Subscribe(Some(cursor(&epoch, after))),
            ClientFrame::Position {
                position,
                when: ClientMoment { occurred: Some(UnixMillis(ms).into()), sent: Some(UnixMillis(ms).into()) },
            },
            ClientFrame::Auth(LiveToken(epoch)),
        ];
        for frame in frames {
            prop_assert_eq!(ClientFrame::parse(&frame.to_text()), Ok(frame));
        }
    }
}
