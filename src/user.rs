//! `belgrano user`: makes an account, with its password from standard input; takes a second factor away that was lost.

use std::error::Error;
use std::io::Read;
use std::process::ExitCode;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::password::{NewPassword, Passwords};
use belgrano_runtime::auth::second_factor::{FactorRefusal, FactorUnit, RemoveFactor};
use belgrano_runtime::writer::WriteError;
use belgrano_wire::ambient::Ambient;
use belgrano_wire::free_text::{self, clean, plain};
use belgrano_wire::limits;
use belgrano_wire::texts::{Language, Message};
use tickets::users::{CreateUser, NewDriver, UserRefusal};

use crate::cli::{Done, Service, Usage, UserCommand};
use crate::settings::Settings;
use crate::store::{self, Store};

/// Nobody's password is longer; more than this on standard input is a mistake.
const MAX_PASSWORD_BYTES: u64 = 4096;

/// Does what was asked.
pub async fn run(command: UserCommand) -> Done {
    match command {
        UserCommand::Add { servicio, rol, email, nombre, password_stdin: _ } => {
            add(servicio, &rol, &email, &nombre).await
        }
        UserCommand::RemoveSecondFactor { servicio, email } => remove_second_factor(servicio, &email).await,
    }
}

async fn add(servicio: Service, rol: &str, email: &str, nombre: &str) -> Done {
    let (rol, email, nombre) =
        (plain(rol).trim().to_owned(), plain(email).trim().to_owned(), clean(nombre).into_owned());
    let name = if nombre.trim().is_empty() { &email } else { &nombre };
    let name = free_text::required(name, limits::CUSTOMER_NAME)
        .map_err(|wrong| Usage(format!("--nombre: {}", Message::from(wrong).to(Language::English))))?
        .to_owned();
    let password = read_password()?;
    password
        .fits(&email, rol == "admin")
        .map_err(|rule| Usage(format!("the password: {}", rule.to(Language::English))))?;
    let settings = Settings::from_process()?;
    let id = match servicio {
        Service::Shop => shop_account(&settings, &rol, &email, &name, &password).await?,
        Service::Tickets => tickets_account(&settings, rol, &email, name, &password).await?,
    };
    println!("account {id}: {email}");
    Ok(ExitCode::SUCCESS)
}

fn read_password() -> Result<NewPassword, Box<dyn Error>> {
    let mut bytes = Vec::new();
    std::io::stdin().take(MAX_PASSWORD_BYTES).read_to_end(&mut bytes)?;
    // A shell may send what an editor would save.
    let text = free_text::decode_file(&bytes).map_err(|wrong| Usage(format!("the password: {wrong}")))?;
    // `echo` ends its line; a password does not end in one.
    let password = NewPassword::parse(text.trim_end_matches(['\r', '\n']));
    Ok(password.map_err(|rule| Usage(format!("the password: {}", rule.to(Language::English))))?)
}

async fn remove_second_factor(servicio: Service, email: &str) -> Done {
    let email = Email::parse(plain(email).trim()).ok_or_else(not_an_address)?;
    let settings = Settings::from_process()?;
    let id = match servicio {
        Service::Shop => {
            let store = store::shop(&settings.shop.common.storage).await?;
            let id = shop::accounts::find_by_email(&store.db, &email).await?;
            remove_of(store, id).await?
        }
        Service::Tickets => {
            let store = store::tickets(&settings.tickets.common.storage).await?;
            let account = tickets::users::find_by_email(&mut store.db.read().await?, &email).await?;
            remove_of(store, account.map(|account| account.id)).await?
        }
    };
    println!("account {id}: its second factor is gone, and its sessions have ended");
    Ok(ExitCode::SUCCESS)
}

async fn remove_of<U>(store: Store<U>, found: Option<i64>) -> Result<i64, Box<dyn Error>>
where
    U: FactorUnit<Context: From<Ambient>>,
{
    let removed = match found {
        Some(account_id) => store.writer.submit(RemoveFactor { account_id }).await.map(|()| account_id),
        None => Err(WriteError::Refused(FactorRefusal::NotThere)),
    };
    store.close().await?;
    removed.map_err(|error| match error {
        WriteError::Refused(_) => "--email: there is no account with that address and a second factor".into(),
        other => other.to_string().into(),
    })
}

fn not_an_address() -> Usage {
    Usage("--email: has to be an email address".to_owned())
}

async fn shop_account(
    settings: &Settings,
    role: &str,
    email: &str,
    name: &str,
    password: &NewPassword,
) -> Result<i64, Box<dyn Error>> {
    let role = shop::accounts::Role::try_from(role.to_owned())
        .map_err(|_| Usage("--rol: has to be `cliente` or `admin`".to_owned()))?;
    let email = Email::parse(email).ok_or_else(not_an_address)?;
    let passwords = Passwords::new(settings.shop.common.gate.passwords, &Ambient::system())?;
    let store = store::shop(&settings.shop.common.storage).await?;
    let made = shop::accounts::add(&store.writer, &passwords, role, name, email, password).await;
    store.close().await?;
    Ok(made?)
}

async fn tickets_account(
    settings: &Settings,
    role: String,
    email: &str,
    name: String,
    password: &NewPassword,
) -> Result<i64, Box<dyn Error>> {
    let role =
        tickets::users::Role::try_from(role).map_err(|_| Usage("--rol: has to be `admin` or `flota`".to_owned()))?;
    let email = Email::parse(email).ok_or_else(not_an_address)?;
    let passwords = Passwords::new(settings.tickets.common.gate.passwords, &Ambient::system())?;
    let password_hash = passwords.hash(password).await?;
    let store = store::tickets(&settings.tickets.common.storage).await?;
    let create = CreateUser { name, email, password_hash, role, driver: NewDriver::default() };
    let made = store.writer.submit(create).await;
    store.close().await?;
    match made {
        Ok(account) => Ok(account.id),
        Err(WriteError::Refused(UserRefusal::EmailTaken)) => {
            Err("--email: there is an account with that address already".into())
        }
        Err(other) => Err(other.to_string().into()),
    }
}
