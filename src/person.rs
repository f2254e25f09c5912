//! `belgrano person`: what the shop knows of somebody, and its end.

use std::error::Error;
use std::process::ExitCode;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::http::RequestContext;
use belgrano_runtime::problem::Problem;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text::plain;
use belgrano_wire::texts::Language;
use shop::persons::{Erase, NoteExport, Proof, export, find};
use shop::unit::ShopUnit;

use crate::cli::{Done, PersonCommand, Usage};
use crate::settings::Settings;
use crate::store::{self, Store};

/// Does what was asked and closes the database.
pub async fn run(command: PersonCommand) -> Done {
    let (PersonCommand::Export { who } | PersonCommand::Erase { who }) = &command;
    let who = Who::parse(plain(who).trim())?;
    let settings = Settings::from_process()?;
    let store = store::shop(&settings.shop.common.storage).await?;
    let done = act(&store, &command, &who).await;
    store.close().await?;
    done
}

/// Whose account. After a backup was restored a number is all that is left of somebody who had been erased.
enum Who {
    Email(Email),
    Number(i64),
}

impl Who {
    fn parse(text: &str) -> Result<Self, Usage> {
        if let Ok(number) = text.parse() {
            return Ok(Self::Number(number));
        }
        let email = Email::parse(text);
        email.map(Self::Email).ok_or_else(|| Usage("EMAIL: has to be an email address, or a number".to_owned()))
    }
}

async fn act(store: &Store<ShopUnit>, command: &PersonCommand, who: &Who) -> Done {
    let ambient = Ambient::system();
    let nobody = || Box::<dyn Error>::from("there is no such account");
    let id = match who {
        Who::Email(email) => find(&store.db, email.as_str()).await?.ok_or_else(nobody)?,
        Who::Number(number) => *number,
    };
    match command {
        PersonCommand::Export { .. } => {
            let data = export(&store.db, id, ambient.now()).await?.ok_or_else(nobody)?;
            store.writer.submit(NoteExport { account_id: id }).await?;
            println!("{}", serde_json::to_string_pretty(&data)?);
        }
        PersonCommand::Erase { .. } => {
            let trace = RequestContext::continue_from(None, &ambient).traceparent();
            let erase = Erase { account_id: id, proof: Proof::Operator, trace };
            let refusal = |error| Problem::from(error).to(Language::English);
            let erased = store.writer.submit(erase).await.map_err(refusal)?;
            if erased.before {
                println!("account {id} was erased before");
            } else {
                println!("account {id} is nobody's any more; the board is told of its {} orders", erased.orders);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
