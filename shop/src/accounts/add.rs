//! An account made by the operator, without anybody registering.

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::auth::password::{NewPassword, PasswordError, Passwords};
use belgrano_runtime::writer::{Command, Failure, WriteError, Writer};

use super::Role;
use super::register::{NewAccount, RegisterRefusal};
use crate::unit::ShopUnit;

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// A merchant needs a business, which only the registration asks for.
    #[error("--rol: a business registers in the shop, with its details")]
    Merchant,
    /// The address has an account already.
    #[error("--email: there is an account with that address already")]
    Taken,
    /// The password could not be hashed.
    #[error("cannot hash the password")]
    Hash(#[from] PasswordError),
    /// It could not be stored.
    #[error("cannot store the account: {0}")]
    Write(String),
}

/// Makes one.
#[derive(Debug)]
struct Add(NewAccount);

impl Command<ShopUnit> for Add {
    /// Its id.
    type Output = i64;
    type Refusal = RegisterRefusal;

    async fn apply(&self, unit: &mut ShopUnit) -> Result<i64, Failure<RegisterRefusal>> {
        let id = self.0.insert(unit).await?;
        unit.log(self.0.told(id));
        Ok(id)
    }
}

/// Makes an account with role `cliente` or `admin`. Returns its id.
pub async fn add(
    writer: &Writer<ShopUnit>,
    passwords: &Passwords,
    role: Role,
    name: &str,
    email: Email,
    password: &NewPassword,
) -> Result<i64, AddError> {
    if role == Role::Merchant {
        return Err(AddError::Merchant);
    }
    let (first_name, last_name) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
    let account = NewAccount {
        role,
        first_name: first_name.to_owned(),
        last_name: last_name.trim().to_owned(),
        email,
        password_hash: passwords.hash(password).await?,
        phone: String::new(),
        address: String::new(),
        business: None,
    };
    writer.submit(Add(account)).await.map_err(|error| match error {
        WriteError::Refused(RegisterRefusal::EmailTaken | RegisterRefusal::CuitTaken) => AddError::Taken,
        other => AddError::Write(other.to_string()),
    })
}
