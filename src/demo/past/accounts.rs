//! The accounts of the people: all have the demo's password.

use belgrano_runtime::auth::email::Email;
use shop::accounts::{Cuit, Role};
use shop::past::{Business, Registration};

use super::people::Person;
use super::{Done, Untold};

/// Who runs the shop: the same that the shop makes when it starts and there is nobody.
pub fn administrator(email: &Email, password_hash: &str) -> Registration {
    Registration {
        role: Role::Admin,
        first_name: "Administración".to_owned(),
        last_name: String::new(),
        email: email.clone(),
        password_hash: password_hash.to_owned(),
        phone: String::new(),
        address: String::new(),
        birth_year: None,
        business: None,
    }
}

/// How somebody registers.
pub fn registration(person: &Person, password_hash: &str) -> Done<Registration> {
    let business = match person.business {
        None => None,
        Some(business) => Some(Business {
            name: business.name.to_owned(),
            cuit: Cuit::parse(business.cuit).map_err(|_| Untold::of("a CUIT"))?,
            kind: business.kind.to_owned(),
            plan: business.plan.to_owned(),
        }),
    };
    Ok(Registration {
        role: if business.is_some() { Role::Merchant } else { Role::Customer },
        first_name: person.first.clone(),
        last_name: person.last.clone(),
        email: person.email.clone(),
        password_hash: password_hash.to_owned(),
        phone: person.phone.clone(),
        address: person.street.clone(),
        birth_year: person.birth_year,
        business,
    })
}
