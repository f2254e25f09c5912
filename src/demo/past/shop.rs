//! Tells the year to the shop: everything that was planned, by the shop's own commands, each at its time. What the shelves and the
//! prices make of it is what comes out, and what the board is told of it.

use std::collections::BTreeMap;

use belgrano_runtime::auth::email::Email;
use belgrano_runtime::writer::Command;
use belgrano_wire::timestamp::UnixMillis;
use belgrano_wire::{OrderMessage, OrderNumber, PaymentMethod, Position};
use shop::basket::Basket;
use shop::checkout::{Delivery, place_order};
use shop::merchants::{Create, PackageDraft, Ran, RunHour, RunPackage};
use shop::orders::{Apply, Cancel, Report};
use shop::past::Reprice;
use shop::reviews::{Action, Decide, Given, Rate, Stars};
use shop::unit::{Promised, ShopUnit};
use shop::visits::AddCounts;
use tickets::intake::new_ticket;

use super::super::dice::Dice;
use super::super::places::BARRIOS;
use super::course::{Course, promised};
use super::goods::{GOODS, cost, pesos};
use super::moves::{Driver, Move, moves};
use super::names::BUSINESSES;
use super::people::merchant_at;
use super::plan::{Act, Plan, What, Wish};
use super::ratings::{Rated, Said};
use super::shelf::{Shelf, what_there_is};
use super::visits::Visits;
use super::{Done, Untold, accounts, done};

/// Until the shop knows what the board says.
const HEARD_MS: i64 = 40;
/// Until the board has heard that somebody calls an order off.
const CALLED_OFF_MS: i64 = 4000;
/// When and why an administrator hides a review.
const HIDDEN_AFTER_MS: i64 = 3 * 3_600_000;
const HIDDEN_FOR: &str = "Nombra a un vecino";

/// Tell the year.
pub struct TellShop {
    pub plan: Plan,
    pub dice: Dice,
    pub drivers: Vec<Driver>,
    /// As whom goods are taken in and prices changed.
    pub admin: Email,
    /// Of everybody's password.
    pub password_hash: String,
}

/// What the board is told of an order.
#[derive(Clone, Debug)]
pub struct Ordered {
    pub message: OrderMessage,
    pub moves: Vec<Move>,
}

impl Command<ShopUnit> for TellShop {
    /// All orders, in the order they came.
    type Output = Vec<Ordered>;
    type Refusal = Untold;

    async fn apply(&self, unit: &mut ShopUnit) -> Done<Vec<Ordered>> {
        unit.go_back(self.dice.ambient_at(self.plan.begins), Promised::default());
        let admin = done(accounts::administrator(&self.admin, &self.password_hash).apply(unit).await)?;
        let mut teller = Teller {
            tell: self,
            unit,
            admin,
            accounts: vec![0; self.plan.people.len()],
            packages: vec![0; BUSINESSES.len()],
            shelf: Shelf::default(),
            visits: Visits::default(),
            later: BTreeMap::new(),
            told: 0,
            ordered: Vec::new(),
            reviews: 0,
            hidden: false,
        };
        for act in &self.plan.acts {
            teller.come_to(act.at).await?;
            teller.go(act.at, Promised::default());
            teller.act(act).await?;
        }
        teller.come_to(self.plan.now).await?;
        Ok(teller.ordered)
    }
}

struct Teller<'a> {
    tell: &'a TellShop,
    unit: &'a mut ShopUnit,
    admin: i64,
    /// The account of each of the people, once there is one.
    accounts: Vec<i64>,
    /// The package of each business, once there is one.
    packages: Vec<i64>,
    shelf: Shelf,
    visits: Visits,
    /// What comes of what was told already: by its time, and in the order it was told.
    later: BTreeMap<(UnixMillis, usize), Later>,
    /// How much of that has been told.
    told: usize,
    ordered: Vec<Ordered>,
    /// How many reviews there are.
    reviews: usize,
    /// Whether one was found to be hidden.
    hidden: bool,
}

enum Later {
    Heard(Report),
    CallOff(Cancel),
    Rate(Rate),
    Hide(Decide),
}

impl Teller<'_> {
    fn go(&mut self, at: UnixMillis, promised: Promised) {
        self.unit.go_back(self.tell.dice.ambient_at(at), promised);
    }

    /// Tells all that comes before `until`.
    async fn come_to(&mut self, until: UnixMillis) -> Done<()> {
        while let Some(entry) = self.later.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), later) = entry.remove_entry();
            self.go(at, Promised::default());
            match later {
                Later::Heard(report) => {
                    let apply = Apply { reports: vec![report], cursor: None, another_life: false };
                    done(apply.apply(self.unit).await)?;
                }
                Later::CallOff(cancel) => {
                    done(cancel.apply(self.unit).await)?;
                    self.unit.take_messages();
                }
                Later::Rate(rate) => self.rated(at, &rate).await?,
                Later::Hide(decide) => {
                    done(decide.apply(self.unit).await)?;
                }
            }
        }
        Ok(())
    }

    /// Of those who have nothing good to say of a delivery, the first is hidden by an administrator.
    async fn rated(&mut self, at: UnixMillis, rate: &Rate) -> Done<()> {
        let before = self.reviews;
        self.reviews += done(rate.apply(self.unit).await)?;
        let angry = rate.given.iter().position(|given| given.stars.count() == 1 && !given.words.is_empty());
        if let Some(place) = angry.filter(|_| !std::mem::replace(&mut self.hidden, true)) {
            let id = i64::try_from(before + place).unwrap_or_default() + 1;
            let (account_id, reason) = (self.admin, HIDDEN_FOR.to_owned());
            let decide = Decide { id, account_id, action: Action::Hide, reason };
            self.afterwards(at.plus_ms(HIDDEN_AFTER_MS), Later::Hide(decide));
        }
        Ok(())
    }

    fn afterwards(&mut self, at: UnixMillis, later: Later) {
        self.told += 1;
        self.later.insert((at, self.told), later);
    }

    async fn act(&mut self, act: &Act) -> Done<()> {
        match &act.what {
            What::Register(place) => {
                let person = &self.tell.plan.people[*place];
                let account = accounts::registration(person, &self.tell.password_hash)?;
                self.accounts[*place] = done(account.apply(self.unit).await)?;
            }
            What::MakePackage(place) => self.make_package(*place).await?,
            What::RunPackage { business, course } => self.run_package(*business, course).await?,
            What::Order(wish) => self.order(act.at, wish).await?,
            What::Price(product, price) => self.reprice(*product, *price).await?,
            What::Morning(day) => {
                // So that offers of this day count, and what is in memory stays little.
                self.unit.own_statements().await?;
                self.shelf.morning(self.unit, self.admin, day, &self.tell.dice).await?;
            }
            What::Evening(day) => {
                let counted = self.visits.evening(&self.tell.dice, day, act.at);
                done(AddCounts::of(counted).apply(self.unit).await)?;
            }
        }
        Ok(())
    }

    async fn reprice(&mut self, product_id: i64, price: i64) -> Done<()> {
        let Some(good) = GOODS.iter().find(|good| good.id == product_id) else { return Ok(()) };
        let (price, cost) = (pesos(price), pesos(cost(good, price)));
        done(Reprice { by: self.admin, product_id, price, cost }.apply(self.unit).await)
    }

    async fn make_package(&mut self, place: usize) -> Done<()> {
        let (business, person) = (&BUSINESSES[place], &self.tell.plan.people[merchant_at(place)]);
        let package = &business.package;
        let draft = PackageDraft {
            name: package.name.to_owned(),
            frequency: package.every,
            basket: Basket::parse(package.items.iter().copied()).map_err(|_| Untold::of("a package's products"))?,
            delivery: delivery(None, person.barrio, person.home, "transferencia", "")?,
            first_on: None,
        };
        let create = Create { account_id: self.accounts[merchant_at(place)], draft, hour: RunHour::DEFAULT };
        self.packages[place] = done(create.apply(self.unit).await)?.id;
        Ok(())
    }

    async fn run_package(&mut self, place: usize, course: &Course) -> Done<()> {
        let run = RunPackage { id: self.packages[place], hour: RunHour::DEFAULT, trace: String::new() };
        if let Ran::Ordered(number) = done(run.apply(self.unit).await)? {
            self.follow(number, self.accounts[merchant_at(place)], course)?;
        }
        Ok(())
    }

    /// Places an order of what there is of it.
    async fn order(&mut self, at: UnixMillis, wish: &Wish) -> Done<()> {
        let Some(basket) = what_there_is(self.unit, &wish.basket).await? else { return Ok(()) };
        let account = self.accounts[wish.person];
        let delivery = delivery(Some(&wish.street), wish.barrio, wish.door, wish.payment, wish.notes)?;
        self.go(at, promised(at, wish.rush));
        let placed = place_order(self.unit, account, &basket, &delivery, None, &wish.arrival, "").await;
        let number = done(placed)?.number;
        self.visits.ordered(at, &wish.arrival);
        if let Some(rated) = &wish.rated {
            let rate = rating(rated, &basket, account, &number);
            self.afterwards(rated.at, Later::Rate(rate));
        }
        self.follow(number, account, &wish.course)
    }

    /// Sees to it that the shop hears what becomes of an order, and keeps it for the board.
    fn follow(&mut self, number: OrderNumber, account_id: i64, course: &Course) -> Done<()> {
        let sent = self.unit.take_messages().pop().ok_or_else(|| Untold::of("an order without a message"))?;
        let message = OrderMessage::from_json(sent.payload.as_bytes()).map_err(|_| Untold::of("what the shop sent"))?;
        let created_at = message.created_at.unwrap_or(self.unit.now());
        if let Course::Cancelled { at, why } = course {
            let cancel = Cancel { account_id, number, reason: (*why).to_owned(), trace: String::new() };
            self.afterwards(at.plus_ms(-CALLED_OFF_MS), Later::CallOff(cancel));
        }
        let id = i64::try_from(self.ordered.len()).unwrap_or_default() + 1;
        let mut ticket = new_ticket(&message, message.fingerprint(), id, created_at);
        let moves = moves(course, created_at, &self.tell.drivers);
        for a_move in &moves {
            ticket = a_move.take(&ticket).ok_or_else(|| Untold::of("a step that the board refuses"))?;
            ticket.view.version += 1;
            self.afterwards(a_move.at.plus_ms(HEARD_MS), Later::Heard(Report::from(ticket.view.clone())));
        }
        self.ordered.push(Ordered { message, moves });
        Ok(())
    }
}

fn delivery(street: Option<&str>, barrio: usize, door: (f64, f64), payment: &str, notes: &str) -> Done<Delivery> {
    Ok(Delivery {
        address: street.map(str::to_owned),
        barrio: Some(BARRIOS[barrio].0.to_owned()),
        position: Position::new(door.0, door.1).ok(),
        phone: None,
        payment_method: PaymentMethod::parse(payment).map_err(|_| Untold::of("a way to pay"))?,
        notes: notes.to_owned(),
    })
}

fn rating(rated: &Rated, basket: &Basket, account_id: i64, number: &OrderNumber) -> Rate {
    let there = |product: i64| basket.items().iter().any(|item| item.product_id == product);
    let given = |product_id: Option<i64>, said: &Said| {
        Some(Given { product_id, stars: Stars::new(said.stars)?, words: said.words.clone() })
    };
    let products = rated.products.iter().filter(|(product, _)| there(*product));
    let products = products.filter_map(|(product, said)| given(Some(*product), said));
    Rate { account_id, number: number.clone(), given: products.chain(given(None, &rated.delivery)).collect() }
}
