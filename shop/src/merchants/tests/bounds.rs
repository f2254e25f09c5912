//! What holds a series and a merchant within bounds.

use belgrano_runtime::on_both_engines;
use belgrano_runtime::writer::WriteError;

use super::{DAY_MS, HOUR, MERCHANT, create, day, draft, history, orders, run_due, shop, view, weekly};
use crate::merchants::edit::MAX_PACKAGES;
use crate::merchants::package::PackageDraft;
use crate::merchants::{Create, Frequency, Outcome, PackageRefusal, SetActive};

on_both_engines! {
    async fn a_date_that_was_acted_on_is_passed_by(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        clock.advance_ms(DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
        let set_back = "UPDATE packages SET next_on = '2026-11-22', next_at = 0";
        database.execute(&app.db, set_back).await;
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 0);
        assert_eq!(orders(&app).await, (1, 1));
        assert_eq!(view(&app, package.id).await.next_on, Some(day("2026-11-29")), "it does not stay due for ever");

        database.execute(&app.db, set_back).await;
        clock.advance_ms(21 * DAY_MS);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
        let runs = history(&app, package.id).await;
        let dates: Vec<_> = runs.iter().rev().map(|run| (run.due_on.as_deref().unwrap_or_default(), run.outcome)).collect();
        let skipped = [("2026-11-29", Outcome::Skipped), ("2026-12-06", Outcome::Skipped)];
        let ordered = [("2026-11-22", Outcome::Ordered), ("2026-12-13", Outcome::Ordered)];
        assert_eq!(dates, [ordered[0], skipped[0], skipped[1], ordered[1]]);
    }

    async fn resuming_what_is_not_paused_skips_nothing(database) {
        let (app, clock) = shop(database).await;
        let package = weekly(&app).await;
        clock.advance_ms(DAY_MS);
        let resume = SetActive { account_id: MERCHANT, id: package.id, active: true, hour: HOUR };
        assert_eq!(app.writer.submit(resume).await.expect("as it was").next_on, package.next_on);
        assert_eq!(run_due(&app, HOUR).await.expect("a run"), 1);
    }

    async fn a_merchant_has_so_many_packages_and_none_begins_in_years(database) {
        let (app, _) = shop(database).await;
        let far = PackageDraft { first_on: Some(day("2028-01-01")), ..draft(Frequency::Weekly, &[(1, 1)]) };
        let refused = app.writer.submit(Create { account_id: MERCHANT, draft: far, hour: HOUR }).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::StartsTooLate))), "{refused:?}");
        create(&app, MERCHANT, draft(Frequency::Weekly, &[(1, 1)])).await;
        let as_many = format!(
            "INSERT INTO packages (account_id, name, frequency, address, payment_method, notes, anchor_on, next_on, next_at, active, \
             created_at) WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_PACKAGES}) \
             SELECT {MERCHANT}, 'x', 'semanal', '', 'efectivo', '', '2027-01-01', '2027-01-01', 9000000000000, TRUE, 0 FROM n"
        );
        assert_eq!(database.execute(&app.db, as_many.leak()).await, 199);
        let one_more = || Create { account_id: MERCHANT, draft: draft(Frequency::Weekly, &[(1, 1)]), hour: HOUR };
        let refused = app.writer.submit(one_more()).await;
        assert!(matches!(refused, Err(WriteError::Refused(PackageRefusal::TooMany))), "{refused:?}");
        database.execute(&app.db, "DELETE FROM packages WHERE name = 'x' AND id = (SELECT MAX(id) FROM packages)").await;
        app.writer.submit(one_more()).await.expect("there is room again");
    }
}
