//! Connections: taken, kept from being slow for ever, and let go of in peace.

use std::{
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;

/// What a connection reads ahead at most: hundreds of them that send files at once must not fill the memory, and much less
/// would cost a fast one more calls than bytes are worth.
const AHEAD: usize = 128 * 1024;

/// Serves a router until the handle says stop. Whoever takes longer than `head` until the
/// head of a request is there, the first or a later one, is let go of.
///
/// It speaks HTTP/1.1 alone: browsers speak HTTP/2 only under TLS, which a proxy ends before
/// us. Where both are spoken there is no limit to how long a connection may not say which of
/// them it speaks, nor to how long it may ask for nothing in HTTP/2.
///
/// # Errors
/// Where the socket cannot be used.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    head: Duration,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let mut server = axum_server::from_tcp(listener)?.handle(handle).http1_only();
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(AHEAD);
    server.serve(router.into_make_service_with_connect_info::<SocketAddr>()).await
}
