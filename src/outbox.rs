//! `belgrano outbox`: what waits, what is dead, and what to do about it.

use std::process::ExitCode;
use std::time::Duration;

use belgrano_runtime::problem::Problem;
use belgrano_runtime::writer::WriteError;
use belgrano_web::seen::Seen;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text;
use belgrano_wire::limits;
use belgrano_wire::texts::{Language, Message};
use belgrano_wire::timestamp::UnixMillis;
use shop::outbox::{self, Discard, MessageState, MessageView, Replay, ReplayFilter};

use crate::cli::{Done, OutboxCommand, Usage};
use crate::settings::Settings;
use crate::store::{self, Store};

/// Between two dead letters that are delivered again: a replay must not be a stampede.
const SPACING: Duration = Duration::from_millis(20);

/// Does what was asked and closes the database.
pub async fn run(command: OutboxCommand) -> Done {
    let settings = Settings::from_process()?.shop;
    let store = store::shop(&settings.common.storage).await?;
    let done = act(&store, command).await;
    store.close().await?;
    done
}

async fn act(store: &Store<shop::unit::ShopUnit>, command: OutboxCommand) -> Done {
    match command {
        OutboxCommand::List { estado, limit } => return list(store, estado, limit).await,
        OutboxCommand::Show { id } => return show(store, id).await,
        OutboxCommand::Retry { id: Some(id), .. } => {
            store.writer.submit(Replay { id }).await.map_err(refusal)?;
            println!("message {id} is delivered again");
        }
        OutboxCommand::Retry { id: None, .. } => {
            let now = Ambient::system().now();
            let revived = outbox::replay_dead(&store.writer, None, ReplayFilter::default(), now, SPACING).await?;
            println!("{revived} messages are delivered again");
        }
        OutboxCommand::Discard { id, motivo } => {
            let motivo = free_text::clean(&motivo);
            let reason = free_text::required(&motivo, limits::REASON)
                .map_err(|wrong| Usage(format!("--motivo: {}", Message::from(wrong).to(Language::English))))?;
            store
                .writer
                .submit(Discard { id, reason: reason.to_owned(), seen: Seen::default() })
                .await
                .map_err(refusal)?;
            println!("message {id} was discarded");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A refusal in the words the API would use.
fn refusal<R: Into<Problem> + std::fmt::Debug + 'static>(error: WriteError<R>) -> String {
    Problem::from(error).to(Language::English)
}

async fn list(store: &Store<shop::unit::ShopUnit>, state: String, limit: u32) -> Done {
    let state = MessageState::try_from(state).map_err(|unknown| {
        Usage(format!("--estado: has to be pendiente, entregado, muerto or descartado, not `{unknown}`"))
    })?;
    let summary = outbox::summary(&store.db).await?;
    let oldest = summary.oldest.map_or_else(|| "-".to_owned(), UnixMillis::to_rfc3339);
    println!("pending {}   dead {}   oldest {oldest}", summary.pending, summary.dead);
    let page = outbox::list(&store.db, Some(state), None, usize::try_from(limit)?).await?;
    for message in &page.messages {
        println!("{}", line(message));
    }
    if page.cursor.is_some() {
        println!("… there are more: see --limit");
    }
    Ok(ExitCode::SUCCESS)
}

fn line(message: &MessageView) -> String {
    format!(
        "{:>8}  {:<24} {:<15} {:<10} {:>3} tries  {}  {}",
        message.id,
        message.order_number.as_str(),
        message.kind,
        message.state.as_str(),
        message.attempts,
        message.created_at.to_rfc3339(),
        message.reason.as_deref().map_or_else(String::new, |reason| Language::English.kept(reason)),
    )
}

async fn show(store: &Store<shop::unit::ShopUnit>, id: i64) -> Done {
    let Some(detail) = outbox::show(&store.db, id).await? else {
        return Err(format!("there is no message {id}").into());
    };
    println!("{}", serde_json::to_string_pretty(&detail)?);
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use belgrano_wire::OrderNumber;
    use belgrano_wire::timestamp::UnixMillis;

    use super::{Language, Message, MessageState, MessageView, line};

    #[test]
    fn a_line_says_why_in_english_and_quotes_others_as_they_are() {
        let line = |reason: &str| {
            line(&MessageView {
                id: 7,
                order_number: OrderNumber::parse("BA-20261122-7F3K9Q").expect("a number"),
                kind: "order.created",
                state: MessageState::Dead,
                created_at: UnixMillis(0),
                next_attempt_at: None,
                attempts: 3,
                first_attempt_at: None,
                leased: false,
                settled_at: None,
                reason: Some(reason.to_owned()),
            })
        };
        let stored = Message::new("kept-out-of-tries").with("reason", Message::new("kept-board-away")).to_string();
        assert!(
            line(&stored).ends_with("There are no tries left. The board could not be reached."),
            "{}",
            line(&stored)
        );
        assert_ne!(stored, Message::new("kept-out-of-tries").to(Language::English));
        assert!(line("HTTP 422: falta el total").ends_with("  HTTP 422: falta el total"));
    }
}
