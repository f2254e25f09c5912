use belgrano_runtime::on_both_engines;
use belgrano_testing::still_ambient;
use belgrano_wire::ambient::Ambient;
use futures_util::future::join_all;

use super::board::{Account, Board};
use super::client::Place;
use crate::users::Role;

/// A client that is cut off at random and comes back, until it has seen event `last` or is told that there is no more.
async fn follow(board: &Board, account: &Account, wanted: Vec<(i64, bool)>, chance: &Ambient) {
    let mut place = Place { epoch: board.app.live.hub().epoch().to_owned(), after: 0 };
    let mut got = Vec::new();
    while got.len() < wanted.len() {
        let mut client = board.client(account).await;
        client.resume(&place).await;
        while got.len() < wanted.len() && chance.fraction() > 0.1 {
            let event = client.event().await;
            got.push(event);
            place.after = event.0;
        }
    }
    assert_eq!(got, wanted);
}

/// Changes at random, on the instances in turn.
async fn change(boards: &[&Board], drivers: &[i64], changes: usize, chance: &Ambient) {
    for index in 0..changes {
        let board = boards[index % boards.len()];
        let number = format!("BA-{}", chance.code(1));
        let known = index > 0 && chance.fraction() > 0.2;
        let driver = drivers.get(usize::from(chance.bytes::<1>()[0]) % (drivers.len() + 1)).copied();
        board.receive(&number).await;
        if known {
            board.give(&number, driver).await;
        }
    }
}

on_both_engines! {
    async fn a_snapshot_is_followed_by_what_comes_after_it(database) {
        let board = Board::start(database, &[]).await;
        let (admin, driver) = (board.account(Role::Admin).await, board.account(Role::Driver).await);
        board.receive("BA-1").await;
        board.receive("BA-2").await;
        board.give("BA-2", Some(driver.user_id)).await;
        let (mut all, mut own) = (board.client(&admin).await, board.client(&driver).await);
        let ((place, snapshot), (_, mine)) = (all.start().await, own.start().await);
        assert_eq!((place.after, snapshot["tickets"].as_array().map(Vec::len)), (3, Some(2)));
        assert_eq!((mine["seq"].as_i64(), mine["tickets"].as_array().map(Vec::len)), (Some(3), Some(1)));
        assert_eq!(mine["tickets"][0]["numero"], "BA-2");
        board.receive("BA-3").await;
        board.give("BA-2", None).await;
        assert_eq!([all.event().await, all.event().await], [(4, false), (5, false)]);
        let left = own.frame("event").await;
        assert_eq!((left["seq"].as_i64(), &left["kind"]), (Some(5), &"ticket.left".into()));
        let mut keys: Vec<_> = left["ticket"].as_object().expect("an object").keys().collect();
        keys.sort_unstable();
        assert_eq!(keys, ["numero", "ticket_id", "version"]);
        for cursor in [r#""epoch":"otra","after":2"#, r#""after":2"#, &format!(r#""epoch":"{}","after":99"#, place.epoch)] {
            let mut client = board.client(&admin).await;
            client.frame("welcome").await;
            client.say(&format!(r#"{{"type":"subscribe",{cursor}}}"#)).await;
            assert_eq!(client.frame("snapshot").await["seq"], 5, "{cursor}");
        }
        board.stop().await;
    }

    async fn a_ticket_that_goes_to_another_driver_leaves_one_and_reaches_the_other_in_one_event(database) {
        let board = Board::start(database, &[]).await;
        let (ana, bruno) = (board.account(Role::Driver).await, board.account(Role::Driver).await);
        let admin = board.account(Role::Admin).await;
        board.receive("BA-1").await;
        board.offer("BA-1", ana.user_id).await;
        let mut watching = [board.client(&admin).await, board.client(&ana).await, board.client(&bruno).await];
        for client in &mut watching {
            client.start().await;
        }
        board.offer("BA-1", bruno.user_id).await;
        board.undo("BA-1").await;
        let told = [("ticket.assigned", "ticket.left", "ticket.assigned"), ("ticket.assigned", "ticket.assigned", "ticket.left")];
        for (seq, (to_admin, to_ana, to_bruno)) in (3..).zip(told) {
            for (client, kind) in watching.iter_mut().zip([to_admin, to_ana, to_bruno]) {
                let event = client.frame("event").await;
                assert_eq!((event["seq"].as_i64(), event["kind"].as_str()), (Some(seq), Some(kind)));
            }
        }
        board.stop().await;
    }

    async fn admins_see_where_drivers_are(database) {
        let board = Board::start(database, &[]).await;
        let (admin, driver) = (board.account(Role::Admin).await, board.account(Role::Driver).await);
        let (mut watching, mut moving) = (board.client(&admin).await, board.client(&driver).await);
        watching.start().await;
        let (place, _) = moving.start().await;
        moving.say(r#"{"type":"position","lat":-34.5614,"lng":-58.4563}"#).await;
        let seen = watching.frame("position").await;
        assert_eq!((seen["repartidor_id"].as_i64(), seen["lat"].as_f64()), (Some(driver.user_id), Some(-34.5614)));
        // Somebody who comes later sees it at once; the driver itself does not, and it is no event.
        let mut late = board.client(&admin).await;
        late.start().await;
        assert_eq!(late.frame("position").await, seen);
        board.receive("BA-1").await;
        board.give("BA-1", Some(driver.user_id)).await;
        assert_eq!((place.after, moving.event().await), (0, (2, false)));
        watching.say(r#"{"type":"position","lat":0,"lng":0}"#).await;
        assert_eq!(watching.close_code().await, 4403);
        board.stop().await;
    }

    async fn a_snapshot_of_any_size_is_one_message(database) {
        let board = Board::start(database, &[]).await;
        let admin = board.account(Role::Admin).await;
        for index in 0..30 {
            board.receive(&format!("BA-{index}")).await;
            board.write_on(&format!("BA-{index}"), "ñ".repeat(5_000)).await;
        }
        let mut client = board.client(&admin).await;
        let (place, snapshot) = client.start().await;
        assert_eq!((place.after, snapshot["tickets"].as_array().map(Vec::len)), (60, Some(30)));
        board.stop().await;
    }

    async fn every_reader_ends_with_the_same_ordered_list_however_often_it_is_cut(database) {
        let (chance, _) = still_ambient(20_261_121);
        // A small ring, so that some replays come from memory and some from the log.
        let board = Board::start(database, &[("LIVE_RING_EVENTS", "16")]).await;
        let admin = board.account(Role::Admin).await;
        let (one, two) = (board.account(Role::Driver).await, board.account(Role::Driver).await);
        let drivers = [one.user_id, two.user_id];
        change(&[&board], &drivers, 120, &chance).await;
        let logs = [board.log(None).await, board.log(Some(one.user_id)).await, board.log(Some(two.user_id)).await];
        assert!(logs[0].len() > 100 && logs[1].len() > 5, "{} {}", logs[0].len(), logs[1].len());
        let readers = [(&admin, &logs[0]), (&admin, &logs[0]), (&one, &logs[1]), (&two, &logs[2])];
        join_all(readers.map(|(account, log)| follow(&board, account, log.clone(), &chance))).await;
        board.stop().await;
    }

    async fn two_instances_are_one_stream(database) {
        let (chance, _) = still_ambient(7);
        let settings = [("LIVE_POLL", "0.02"), ("LIVE_RING_EVENTS", "64")];
        let (here, there) = (Board::start(database, &settings).await, Board::start(database, &settings).await);
        let admin = here.account(Role::Admin).await;
        let driver = here.account(Role::Driver).await;
        let mut clients = Vec::new();
        for (board, account) in [(&here, &admin), (&there, &admin), (&here, &driver), (&there, &driver)] {
            let mut client = board.client(account).await;
            client.start().await;
            clients.push(client);
        }
        change(&[&here, &there], &[driver.user_id], 80, &chance).await;
        let (mut heres, mut theirs) = (Vec::new(), Vec::new());
        let (all, own) = (here.log(None).await, here.log(Some(driver.user_id)).await);
        for (index, client) in clients.iter_mut().enumerate() {
            let wanted = if index < 2 { &all } else { &own };
            let got = if index % 2 == 0 { &mut heres } else { &mut theirs };
            for _ in wanted {
                got.push(client.event().await);
            }
            assert_eq!(got, wanted);
            got.clear();
        }
        drop(clients);
        here.stop().await;
        there.stop().await;
    }
}
