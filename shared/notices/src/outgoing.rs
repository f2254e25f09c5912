//! Notices on their way into the queue, in the transaction of what they are about.

use std::collections::{HashMap, HashSet};

use belgrano_runtime::storage::Session;
use belgrano_runtime::{execute_rows, fetch_in};
use belgrano_wire::OrderNumber;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::timestamp::UnixMillis;

use super::{Channel, News, NoticeService};

/// Something happened that an account may want to hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose.
    pub account_id: i64,
    /// What.
    pub news: News,
    /// To which order.
    pub order_number: OrderNumber,
    /// The neighbourhood, where it matters.
    pub place: Option<String>,
    /// From when on nobody wants to hear of it.
    pub expires_at: UnixMillis,
}

impl Notice {
    /// So much failed at the door that `account_id`, an administrator's, is to hear of it.
    pub fn of_security_alarm(account_id: i64, now: UnixMillis) -> sqlx::Result<Self> {
        let news = News::SecurityAlarm;
        let order_number = OrderNumber::parse("seguridad").map_err(|error| sqlx::Error::Decode(error.into()))?;
        Ok(Self { account_id, news, order_number, place: None, expires_at: now.plus_ms(news.lifetime_ms()) })
    }
}

/// What a batch has to tell. Whoever did not ask for it is not written at all.
#[derive(Debug, Default)]
pub struct Outgoing(Vec<Notice>);

#[derive(sqlx::FromRow)]
struct Subscribed {
    id: i64,
    account_id: i64,
}

struct Row<'a> {
    event: &'a str,
    notice: &'a Notice,
    channel: Channel,
    subscription_id: Option<i64>,
}

const SUBSCRIBED: &str = "SELECT id, account_id FROM push_subscriptions WHERE account_id IN";
const INSERT: &str = "INSERT INTO notices (event, account_id, channel, subscription_id, news, order_number, place, state, \
     created_at, expires_at, next_attempt_at) VALUES";

impl Outgoing {
    /// Puts one in.
    pub fn push(&mut self, notice: Notice) {
        self.0.push(notice);
    }

    /// Writes them, one row for each browser of the account, else (and always, where the news is that kind) one by mail. Says whether there was anybody to tell.
    pub async fn flush(
        &mut self,
        session: &mut Session,
        service: &NoticeService,
        ambient: &Ambient,
        now: UnixMillis,
    ) -> sqlx::Result<bool> {
        let mut notices = std::mem::take(&mut self.0);
        // What the board says after a long absence may have happened hours ago.
        notices.retain(|notice| notice.expires_at > now);
        if notices.is_empty() {
            return Ok(false);
        }
        let accounts: HashSet<i64> = notices.iter().map(|notice| notice.account_id).collect();
        let accounts: Vec<i64> = accounts.into_iter().collect();
        let mut browsers: HashMap<i64, Vec<i64>> = HashMap::new();
        for found in fetch_in!(*session, Subscribed, SUBSCRIBED, &accounts, "") {
            browsers.entry(found.account_id).or_default().push(found.id);
        }
        let by_mail: HashSet<i64> = match &service.mail {
            Some(mail) => {
                fetch_in!(*session, (i64,), mail.wanted, &accounts, "").into_iter().map(|row| row.0).collect()
            }
            None => HashSet::new(),
        };
        let events: Vec<String> = notices.iter().map(|_| ambient.uuid().to_string()).collect();
        let mut rows = Vec::new();
        for (notice, event) in notices.iter().zip(&events) {
            let browsers = browsers.get(&notice.account_id);
            rows.extend(browsers.into_iter().flatten().map(|id| Row::new(event, notice, Channel::Push, Some(*id))));
            let instead = browsers.is_none() && by_mail.contains(&notice.account_id);
            if instead || (service.mail.is_some() && notice.news.always_by_mail()) {
                rows.push(Row::new(event, notice, Channel::Mail, None));
            }
        }
        execute_rows!(*session, INSERT, 11, &rows, |query, row| {
            query
                .bind(row.event)
                .bind(row.notice.account_id)
                .bind(row.channel.as_str())
                .bind(row.subscription_id)
                .bind(row.notice.news.as_str())
                .bind(row.notice.order_number.as_str())
                .bind(&row.notice.place)
                .bind("pendiente")
                .bind(now)
                .bind(row.notice.expires_at)
                .bind(now)
        });
        Ok(!rows.is_empty())
    }
}

impl<'a> Row<'a> {
    fn new(event: &'a str, notice: &'a Notice, channel: Channel, subscription_id: Option<i64>) -> Self {
        Self { event, notice, channel, subscription_id }
    }
}
