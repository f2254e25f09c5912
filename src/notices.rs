//! `belgrano notices`: what could not be told to drivers or customers, and sending it again.

use std::process::ExitCode;

use belgrano_notices::{NoticePage, NoticeState, NoticeSummary, NoticeUnit, NoticeView, Replay, StateFilter};
use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::WriteError;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::texts::Language;

use crate::cli::{Done, NoticesCommand, Service, Usage};
use crate::settings::Settings;
use crate::store::{self, Store};

/// Dead letters that are looked up at once.
const PAGE: u32 = 200;

/// Does what was asked and closes the database.
pub async fn run(command: NoticesCommand) -> Done {
    let settings = Settings::from_process()?;
    match command.service() {
        Service::Shop => {
            let store = store::shop(&settings.shop.common.storage).await?;
            let done = act(&store, command).await;
            store.close().await?;
            done
        }
        Service::Tickets => {
            let store = store::tickets(&settings.tickets.common.storage).await?;
            let done = act(&store, command).await;
            store.close().await?;
            done
        }
    }
}

async fn act<U: NoticeUnit>(store: &Store<U>, command: NoticesCommand) -> Done {
    match command {
        NoticesCommand::List { estado, limit, .. } => list(store, estado, limit).await,
        NoticesCommand::Retry { id: Some(id), .. } => {
            store.writer.submit(Replay { id }).await.map_err(refusal)?;
            println!("notice {id} is sent again");
            Ok(ExitCode::SUCCESS)
        }
        NoticesCommand::Retry { id: None, .. } => {
            println!("{} notices are sent again", retry_all(store).await?);
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// A refusal in the words the API would use.
fn refusal<R: Into<Problem> + std::fmt::Debug + 'static>(error: WriteError<R>) -> String {
    Problem::from(error).to(Language::English)
}

async fn list<U: NoticeUnit>(store: &Store<U>, state: String, limit: u32) -> Done {
    let state = NoticeState::parse(&state)
        .ok_or_else(|| Usage(format!("--estado: has to be pendiente, entregado, muerto or caducado, not `{state}`")))?;
    let page = page_of(store, state, None, limit).await?;
    let NoticeSummary { pending, dead, oldest_s, browsers } = page.resumen;
    let oldest = oldest_s.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s"));
    println!("pending {pending}   dead {dead}   oldest {oldest}   browsers {browsers}");
    for notice in &page.avisos {
        println!("{}", line(notice));
    }
    if page.cursor.is_some() {
        println!("… there are more: see --limit");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(notice: &NoticeView) -> String {
    format!(
        "{:>8}  {:<24} {:<11} {:<7} {:<10} {:>3} tries  {}  {}",
        notice.id,
        notice.order_number,
        notice.news,
        notice.channel,
        notice.state,
        notice.attempts,
        notice.created_at.to_rfc3339(),
        notice.reason.as_deref().map_or_else(String::new, |reason| Language::English.kept(reason)),
    )
}

/// Says how many. One that somebody else sends again meanwhile is as good.
async fn retry_all<U: NoticeUnit>(store: &Store<U>) -> Result<u64, Box<dyn std::error::Error>> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = page_of(store, NoticeState::Dead, after, PAGE).await?;
        for notice in &page.avisos {
            match store.writer.submit(Replay { id: notice.id }).await {
                Ok(()) => count += 1,
                Err(WriteError::Refused(_)) => {}
                Err(error) => return Err(refusal(error).into()),
            }
        }
        after = page.avisos.last().map(|last| last.id);
        if page.cursor.is_none() {
            return Ok(count);
        }
    }
}

async fn page_of<U: NoticeUnit>(
    store: &Store<U>,
    state: NoticeState,
    after: Option<i64>,
    limit: u32,
) -> Result<NoticePage, Box<dyn std::error::Error>> {
    let filter = StateFilter { estado: Some(state) };
    Ok(NoticePage::read(&store.db, &filter, after, limit, Ambient::system().now()).await?)
}

#[cfg(test)]
mod tests {
    use belgrano_notices::{Channel, News};
    use belgrano_wire::texts::Message;
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Language, NoticeState, NoticeView, line};

    #[test]
    fn a_line_says_why_in_english() {
        let reason = Message::new("kept-notice-mail-slow");
        let said = line(&NoticeView {
            id: 7,
            account_id: 3,
            channel: Channel::Mail,
            news: News::Delivered,
            order_number: "BA-20261122-7F3K9Q".to_owned(),
            state: NoticeState::Dead,
            created_at: UnixMillis(0),
            expires_at: UnixMillis(0),
            next_attempt_at: UnixMillis(0),
            attempts: 3,
            reason: Some(reason.to_string()),
        });
        assert!(said.ends_with(&reason.to(Language::English)) && !said.contains(&reason.to_string()), "{said}");
    }
}
