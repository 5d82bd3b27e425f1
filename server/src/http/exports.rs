//! The ledger as a file, narrowed down as the page it was asked for from.

use app::{
    api::ledger::{LedgerQuery, cells, headings},
    pages::plain::Plain,
    routes,
    wording::Wording,
};
use axum::{
    body::Body,
    extract::{Extension, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use domain::{actor::Actor, visit_ledger::LedgerEntry};
use futures::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, Uri, header};
use portal::{
    services::exports::{self, Cell, Sheet},
    store::{LedgerFilter, Page},
};
use tokio::sync::Semaphore;

use super::{Web, faults, media, uploads};

/// Entries that are read at a time.
const BATCH: u64 = 500;

/// Tables that are packed at a time: each is whole in memory.
static PACKING: Semaphore = Semaphore::const_new(2);

/// `GET /ledger.csv`.
pub async fn csv(State(web): State<Web>, actor: Option<Extension<Actor>>, request: Request) -> Response {
    let mut walk = match Walk::begin(web, actor, &request) {
        Ok(walk) => walk,
        Err(response) => return response,
    };
    // What can be refused is refused before the answer begins.
    let begun = match walk.next().await {
        Ok(rows) => exports::csv_head(&headings(walk.w)).and_then(|mut bytes| {
            bytes.extend(exports::csv_rows(&rows)?);
            Ok(bytes)
        }),
        Err(error) => Err(error),
    };
    let begun = match begun {
        Ok(begun) => Bytes::from(begun),
        Err(error) => return walk.refused(error),
    };
    let answer = walk.file("csv", "text/csv; charset=utf-8");
    let rest = stream::try_unfold(walk, async |mut walk| {
        let rows = walk.next().await.inspect_err(|error| tracing::error!(%error, "a table broke off"))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let bytes = exports::csv_rows(&rows).inspect_err(|error| tracing::error!(%error, "a table broke off"))?;
        Ok::<_, portal::Error>(Some((Bytes::from(bytes), walk)))
    });
    let whole = stream::once(async { Ok(begun) }).chain(rest);
    (answer, Body::from_stream(whole)).into_response()
}

/// `GET /ledger.xlsx`.
pub async fn xlsx(State(web): State<Web>, actor: Option<Extension<Actor>>, request: Request) -> Response {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let mut walk = match Walk::begin(web, actor, &request) {
        Ok(walk) => walk,
        Err(response) => return response,
    };
    match walk.sheet().await {
        Ok(bytes) => (walk.file("xlsx", XLSX), bytes).into_response(),
        Err(error) => walk.refused(error),
    }
}

/// A walk through the entries that somebody asked for.
struct Walk {
    web: Web,
    actor: Actor,
    filter: LedgerFilter,
    headers: HeaderMap,
    w: Wording,
    last: Option<LedgerEntry>,
}

impl Walk {
    #[expect(clippy::result_large_err, reason = "the error is the answer")]
    fn begin(web: Web, actor: Option<Extension<Actor>>, request: &Request) -> Result<Self, Response> {
        let (uri, headers) = (request.uri().clone(), HeaderMap::clone(request.headers()));
        let Some(Extension(actor)) = actor else {
            let next = uri.path_and_query().map_or(routes::LEDGER, http::uri::PathAndQuery::as_str);
            return Err(media::login(&headers, next));
        };
        let w = Wording(faults::lang(&headers));
        match query(&uri).filter(w) {
            Ok(filter) => Ok(Self { web, actor, filter, headers, w, last: None }),
            Err(error) => Err(faults::page(&headers, &Plain::Fault(error))),
        }
    }

    /// The next rows; none at the end.
    async fn next(&mut self) -> portal::Result<Vec<Vec<Cell>>> {
        let ledgers = self.web.portal.ledgers();
        let found = ledgers.entries_after(&self.actor, &self.filter, self.last.as_ref(), BATCH).await?;
        let rows = found.iter().map(|row| cells(row, self.w)).collect();
        if let Some(row) = found.into_iter().last() {
            self.last = Some(row.entry);
        }
        Ok(rows)
    }

    async fn sheet(&mut self) -> portal::Result<Vec<u8>> {
        let _turn = PACKING.acquire().await.map_err(|error| portal::Error::Impossible(error.to_string()))?;
        let one = Page { limit: 1, offset: 0 };
        Sheet::takes(self.web.portal.ledgers().entries(&self.actor, &self.filter, one).await?.total)?;
        let mut sheet = Sheet::new(self.w.ledger_title(), &headings(self.w))?;
        loop {
            let rows = self.next().await?;
            if rows.is_empty() {
                break;
            }
            sheet.push(&rows)?;
        }
        // Packing a large table takes a while; others are served meanwhile.
        tokio::task::spawn_blocking(move || sheet.finish())
            .await
            .map_err(|error| portal::Error::Impossible(error.to_string()))?
    }

    fn refused(&self, error: portal::Error) -> Response {
        faults::page(&self.headers, &Plain::Fault(uploads::in_words(&self.headers, error)))
    }

    /// What is said of the file.
    fn file(&self, ending: &str, media_type: &'static str) -> HeaderMap {
        let day = app::format::iso_day(self.web.portal.now().date());
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"ledger-{day}.{ending}\"")) {
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        headers
    }
}

fn query(uri: &Uri) -> LedgerQuery {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    LedgerQuery::read(|name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}
