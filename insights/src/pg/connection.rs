//! One client of the wire: what it asks, in both of its protocols, and its answers.

use belgrano_wire::texts::Message;
use std::fmt::Debug;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use futures_util::{Sink, stream};
use pgwire::api::auth::StartupHandler;
use pgwire::api::cancel::{CancelHandler, DefaultCancelHandler};
use pgwire::api::portal::{Format, Portal};
use pgwire::api::query::{ExtendedQueryHandler, SimpleQueryHandler};
use pgwire::api::results::{
    DescribePortalResponse, DescribeStatementResponse, FieldInfo, QueryResponse, Response, Tag,
};
use pgwire::api::stmt::{QueryParser, StoredStatement};
use pgwire::api::store::PortalStore;
use pgwire::api::{ClientInfo, ClientPortalStore, ConnectionHandle, ConnectionManager, PgWireServerHandlers, Type};
use pgwire::error::{PgWireError, PgWireResult};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::DataRow;
use tokio::net::TcpStream;

use super::catalog::Seen;
use super::error::{broken, error, refused};
use super::known::{self, Known};
use super::{rows, values};
use crate::access::Reader;
use crate::app::App;
use crate::guard::{self, Question, Value};

/// A client.
pub(super) struct Connection {
    pub(super) app: App,
    pub(super) manager: Arc<ConnectionManager>,
    ip: IpAddr,
    watch: TcpStream,
    reader: OnceLock<Reader>,
    /// The answer of a portal that was described and not executed yet.
    held: Mutex<Option<(usize, Answer)>>,
}

/// What the library asks for by parts.
pub(super) struct Handlers(pub(super) Arc<Connection>);

impl PgWireServerHandlers for Handlers {
    fn simple_query_handler(&self) -> Arc<impl SimpleQueryHandler> {
        Arc::clone(&self.0)
    }

    fn extended_query_handler(&self) -> Arc<impl ExtendedQueryHandler> {
        Arc::clone(&self.0)
    }

    fn startup_handler(&self) -> Arc<impl StartupHandler> {
        Arc::clone(&self.0)
    }

    fn cancel_handler(&self) -> Arc<impl CancelHandler> {
        Arc::new(DefaultCancelHandler::new(Arc::clone(&self.0.manager)))
    }
}

/// What a question gets.
enum Answer {
    Known(Known),
    Found(guard::Result),
}

impl Connection {
    pub(super) fn new(app: App, ip: IpAddr, watch: TcpStream, manager: Arc<ConnectionManager>) -> Self {
        Self { app, manager, ip, watch, reader: OnceLock::new(), held: Mutex::default() }
    }

    /// Says who the client is.
    pub(super) fn is(&self, reader: Reader) {
        let _ = self.reader.set(reader);
    }

    fn reader(&self) -> PgWireResult<&Reader> {
        self.reader.get().ok_or_else(|| error("28000", &Message::new("pg-key")))
    }

    /// What the client takes for granted of `PostgreSQL`.
    async fn known(&self, sql: &str, values: &[Value]) -> PgWireResult<Option<Known>> {
        let reader = self.reader()?;
        if !known::is_about_catalog(sql) {
            return known::answer(sql);
        }
        let shown = self.app.catalog.shown(&self.app.warehouse, reader.persons, reader.business).await;
        let shown = shown.map_err(|why| {
            tracing::error!(error = belgrano_runtime::chain(&why), "the tables cannot be told");
            error("58000", &Message::new("refusal-query-data"))
        })?;
        Seen { tables: &shown, sql, values }.answer().map(Some)
    }

    /// The guard's answer, as long as the client is there.
    async fn guarded(&self, question: Question) -> PgWireResult<guard::Result> {
        let reader = self.reader()?;
        let caller = reader.name.clone().unwrap_or_else(|| self.ip.to_string());
        let sql = question.sql().to_owned();
        let asking = self.app.guard.run(&caller, reader, question, &self.app.warehouse);
        tokio::select! {
            found = asking => found.map_err(|why| refused(why, &sql)),
            () = left(&self.watch) => Err(PgWireError::IoError(std::io::ErrorKind::ConnectionAborted.into())),
        }
    }

    async fn answer(&self, sql: &str, values: Vec<Value>) -> PgWireResult<Answer> {
        match self.known(sql, &values).await? {
            Some(known) => Ok(Answer::Known(known)),
            None => self.guarded(Question::Rows { sql: sql.to_owned(), values }).await.map(Answer::Found),
        }
    }

    /// The values of a portal; a query is asked first what it takes them for where the client has not said.
    async fn values(&self, portal: &Portal<Arc<str>>) -> PgWireResult<Vec<Value>> {
        let said = &portal.statement.parameter_types;
        let sent = portal.parameters.len();
        let unsaid = (0..sent)
            .any(|index| portal.parameter_format.is_binary(index) && said.get(index).cloned().flatten().is_none());
        let kinds = if unsaid && !known::is_about_catalog(&portal.statement.statement) {
            let sql = portal.statement.statement.to_string();
            self.guarded(Question::Shape { sql }).await?.parameters
        } else {
            Vec::new()
        };
        values::values(portal, &kinds)
    }
}

/// When the other side has gone. It is told apart from one that has sent more, which nobody reads as long as a query runs.
async fn left(watch: &TcpStream) {
    #[cfg(target_os = "linux")]
    while let Ok(ready) = watch.ready(tokio::io::Interest::PRIORITY).await {
        if ready.is_read_closed() {
            return;
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = watch;
        std::future::pending::<()>().await;
    }
}

impl Answer {
    fn fields(&self, format: &Format) -> Vec<FieldInfo> {
        match self {
            Self::Known(Known::Rows { schema, .. }) => rows::fields(schema, format),
            Self::Known(_) => Vec::new(),
            Self::Found(found) => rows::fields(&found.schema, format),
        }
    }

    fn response(self, format: &Format) -> PgWireResult<Response> {
        let fields = Arc::new(self.fields(format));
        let batches = match self {
            Self::Known(Known::Done(tag)) => return Ok(Response::Execution(Tag::new(tag))),
            Self::Known(Known::Begun) => return Ok(Response::TransactionStart(Tag::new("BEGIN"))),
            Self::Known(Known::Ended(tag)) => return Ok(Response::TransactionEnd(Tag::new(tag))),
            Self::Known(Known::Rows { batch, .. }) => vec![batch],
            Self::Found(found) => found.batches,
        };
        let mut all: Vec<PgWireResult<DataRow>> = Vec::new();
        for batch in &batches {
            let rows = rows::rows(batch, &fields).map_err(|why| broken(&why))?;
            all.extend(rows.into_iter().map(Ok));
        }
        Ok(Response::Query(QueryResponse::new(fields, stream::iter(all))))
    }
}

#[async_trait]
impl SimpleQueryHandler for Connection {
    async fn do_query<C>(&self, _client: &mut C, sql: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let answer = self.answer(sql, Vec::new()).await?;
        Ok(vec![answer.response(&Format::UnifiedText)?])
    }
}

/// Keeps statements as they were sent.
pub(super) struct AsSent;

#[async_trait]
impl QueryParser for AsSent {
    type Statement = Arc<str>;

    async fn parse_sql<C>(&self, _: &C, sql: &str, _: &[Option<Type>]) -> PgWireResult<Option<Arc<str>>>
    where
        C: ClientInfo + Unpin + Send + Sync,
    {
        if sql.len() > guard::LONGEST_SQL {
            return Err(error("54001", &Message::new("refusal-query-deep")));
        }
        Ok(Some(sql.into()))
    }

    fn get_parameter_types(&self, _: &Arc<str>) -> PgWireResult<Vec<Type>> {
        Ok(Vec::new())
    }

    fn get_result_schema(&self, _: &Arc<str>, _: Option<&Format>) -> PgWireResult<Vec<FieldInfo>> {
        Ok(Vec::new())
    }
}

/// Which portal it is, among those of a connection.
fn identity<S>(portal: &Portal<S>) -> usize {
    Arc::as_ptr(&portal.state).cast::<()>() as usize
}

#[async_trait]
impl ExtendedQueryHandler for Connection {
    type Statement = Arc<str>;
    type QueryParser = AsSent;

    fn query_parser(&self) -> Arc<AsSent> {
        Arc::new(AsSent)
    }

    async fn do_describe_statement<C>(
        &self,
        _client: &mut C,
        target: &StoredStatement<Arc<str>>,
    ) -> PgWireResult<DescribeStatementResponse>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Arc<str>>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let (sql, text) = (&target.statement, Format::UnifiedText);
        let said = |index: usize| target.parameter_types.get(index).cloned().flatten();
        if let Some(known) = self.known(sql, &[]).await? {
            let parameters = (0..target.parameter_types.len()).map(|index| said(index).unwrap_or(Type::TEXT));
            return Ok(DescribeStatementResponse::new(parameters.collect(), Answer::Known(known).fields(&text)));
        }
        let found = self.guarded(Question::Shape { sql: sql.to_string() }).await?;
        let parameters = found.parameters.iter().enumerate();
        let parameters = parameters.map(|(index, kind)| said(index).unwrap_or_else(|| values::pg_type(*kind)));
        Ok(DescribeStatementResponse::new(parameters.collect(), rows::fields(&found.schema, &text)))
    }

    /// Works the answer out and holds it: it is executed next, and one query is enough.
    async fn do_describe_portal<C>(
        &self,
        client: &mut C,
        target: &Portal<Arc<str>>,
    ) -> PgWireResult<DescribePortalResponse>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Arc<str>>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let handle = client.session_extensions().get::<Arc<ConnectionHandle>>();
        let called_off = async {
            match &handle {
                Some(handle) => drop(handle.start_query().await.await),
                None => std::future::pending().await,
            }
        };
        let asking = async { self.answer(&target.statement.statement, self.values(target).await?).await };
        let answer = tokio::select! {
            answer = asking => answer?,
            () = called_off => return Err(PgWireError::QueryCanceled),
        };
        let fields = answer.fields(&target.result_column_format);
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some((identity(target), answer));
        Ok(DescribePortalResponse::new(fields))
    }

    async fn do_query<C>(&self, _client: &mut C, portal: &Portal<Arc<str>>, _max_rows: usize) -> PgWireResult<Response>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore<Statement = Arc<str>>,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        let answer = match held {
            Some((of, answer)) if of == identity(portal) => answer,
            _ => self.answer(&portal.statement.statement, self.values(portal).await?).await?,
        };
        answer.response(&portal.result_column_format)
    }
}
