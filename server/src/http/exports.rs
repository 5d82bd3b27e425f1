//! The ledger as a file, narrowed down as the page it was asked for from.

use app::{
    api::ledger::{LedgerQuery, cells, headings},
    pages::plain::Plain,
    routes,
    wording::Wording,
};
use axum::{
    extract::{Extension, Request, State},
    response::{IntoResponse, Response},
};
use domain::actor::Actor;
use http::{HeaderMap, HeaderValue, Uri, header};
use portal::{
    services::exports::{self, Cell},
    store::{LedgerFilter, Page},
};

use super::{Web, faults, media, uploads};

/// Entries that are read at a time.
const BATCH: u64 = 500;

/// `GET /ledger.csv`.
pub async fn csv(State(web): State<Web>, actor: Option<Extension<Actor>>, request: Request) -> Response {
    give(&web, actor, request, "csv", "text/csv; charset=utf-8", |_, head, rows| exports::csv(head, rows)).await
}

/// `GET /ledger.xlsx`.
pub async fn xlsx(State(web): State<Web>, actor: Option<Extension<Actor>>, request: Request) -> Response {
    const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    give(&web, actor, request, "xlsx", XLSX, |w, head, rows| exports::xlsx(w.ledger_title(), head, rows)).await
}

/// Writes a table: wording, headings, rows.
type Writer = fn(Wording, &[&str], &[Vec<Cell>]) -> portal::Result<Vec<u8>>;

async fn give(
    web: &Web,
    actor: Option<Extension<Actor>>,
    request: Request,
    ending: &str,
    media_type: &'static str,
    write: Writer,
) -> Response {
    let (uri, headers) = (request.uri().clone(), HeaderMap::clone(request.headers()));
    drop(request);
    let Some(Extension(actor)) = actor else {
        let next = uri.path_and_query().map_or(routes::LEDGER, http::uri::PathAndQuery::as_str);
        return media::login(&headers, next);
    };
    let w = Wording(faults::lang(&headers));
    let filter = match query(&uri).filter(w) {
        Ok(filter) => filter,
        Err(error) => return faults::page(&headers, &Plain::Fault(error)),
    };
    let written = match rows(web, &actor, &filter, w).await {
        // Packing a large table takes a while; others are served meanwhile.
        Ok(rows) => tokio::task::spawn_blocking(move || write(w, &headings(w), &rows)).await,
        Err(error) => Ok(Err(error)),
    };
    let bytes = match written {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return faults::page(&headers, &Plain::Fault(uploads::in_words(&headers, error))),
        Err(error) => return faults::internal(&headers, &error),
    };
    let day = app::format::iso_day(web.portal.now().date());
    let mut response = bytes.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"ledger-{day}.{ending}\"")) {
        answer.insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

fn query(uri: &Uri) -> LedgerQuery {
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    LedgerQuery::read(|name| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
}

async fn rows(web: &Web, actor: &Actor, filter: &LedgerFilter, w: Wording) -> portal::Result<Vec<Vec<Cell>>> {
    let mut rows = Vec::new();
    for offset in (0..).step_by(usize::try_from(BATCH).unwrap_or(usize::MAX)) {
        let found = web.portal.ledgers().entries(actor, filter, Page { limit: BATCH, offset }).await?;
        rows.extend(found.rows.iter().map(|row| cells(row, w)));
        if offset + BATCH >= found.total {
            break;
        }
    }
    Ok(rows)
}
