//! What there is to ask about: every table and model with its columns, for whom it is shown to.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::catalog::SchemaProvider as _;
use tokio::sync::OnceCell;

use super::scope::Scope;
use super::warehouse::{Warehouse, WarehouseError};

/// A column.
#[derive(Clone, Debug)]
pub struct DescribedColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub data_type: DataType,
    /// The same in words; empty where nobody has said.
    pub description: String,
}

/// A table or a model.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// What it holds, in words; empty where nobody has said.
    pub description: String,
    /// Its columns, in order.
    pub columns: Vec<DescribedColumn>,
}

/// All of them, worked out when they are first asked for: they stay the same for as long as the program runs.
#[derive(Clone, Debug, Default)]
pub struct Catalog(Arc<OnceCell<Vec<Described>>>);

impl Catalog {
    /// What is shown to who may see persons or not, and one business alone or all of them.
    pub async fn shown(
        &self,
        warehouse: &Warehouse,
        persons: bool,
        business: Option<i64>,
    ) -> Result<Vec<&Described>, WarehouseError> {
        let all = self.0.get_or_try_init(|| read(warehouse)).await?;
        let scope = Scope { persons, business };
        Ok(all.iter().filter(|table| scope.shows(&table.name)).collect())
    }
}

async fn read(warehouse: &Warehouse) -> Result<Vec<Described>, WarehouseError> {
    let session = warehouse.session()?;
    let mut all = Vec::new();
    for name in session.names().table_names() {
        let Some(table) = session.names().table(&name).await? else { continue };
        let (words, known) = warehouse.project().described(&name).unwrap_or_default();
        let columns = table
            .schema()
            .fields()
            .iter()
            .map(|field| DescribedColumn {
                name: field.name().clone(),
                data_type: field.data_type().clone(),
                description: known
                    .iter()
                    .find(|known| known.name == *field.name())
                    .map_or_else(String::new, |known| known.description.clone()),
            })
            .collect();
        all.push(Described { name, description: words.to_owned(), columns });
    }
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}
