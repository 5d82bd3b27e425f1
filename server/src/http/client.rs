//! Who is at the other end of the line, as far as a request tells.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use http::{HeaderMap, header, request::Parts};

/// The client's address: the connection's, or the last one in the header that
/// the reverse proxy writes. Only the last, because everything before it came
/// from the client.
pub fn address(parts: &Parts, proxy_header: &str) -> Option<IpAddr> {
    let told = (!proxy_header.is_empty()).then(|| last_address(&parts.headers, proxy_header)).flatten();
    told.or_else(|| parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()))
}

fn last_address(headers: &HeaderMap, name: &str) -> Option<IpAddr> {
    let last = headers.get_all(name).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// What tells clients apart when wrong passwords are counted: the address, for
/// IPv6 the network, of which a client has many addresses. What a client says of
/// itself is no part of it: it could say something else each time.
pub fn key(parts: &Parts, proxy_header: &str) -> String {
    match address(parts, proxy_header) {
        Some(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
            let network = Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX));
            format!("{network}/64")
        }
        Some(address) => address.to_canonical().to_string(),
        None => "unknown".to_owned(),
    }
}

/// The client in words, as people know theirs: `Chrome · Android`.
pub fn label(headers: &HeaderMap) -> String {
    /// In this order: most browsers claim to be several others too.
    const BROWSERS: [(&str, &str); 10] = [
        ("MicroMessenger", "WeChat"),
        ("AlipayClient", "Alipay"),
        ("HuaweiBrowser", "Huawei"),
        ("MiuiBrowser", "Xiaomi"),
        ("QQBrowser", "QQ"),
        ("UCBrowser", "UC"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("HarmonyOS", "HarmonyOS"),
        ("OpenHarmony", "HarmonyOS"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iPadOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
    ];
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    let system = find(&SYSTEMS).or_else(|| agent.contains("Linux").then_some("Linux"));
    match (find(&BROWSERS), system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(pairs: &[(&'static str, &str)]) -> Parts {
        let mut request = http::Request::new(()).into_parts().0;
        for (name, value) in pairs {
            request.headers.append(*name, value.parse().unwrap());
        }
        request.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 5000))));
        request
    }

    #[test]
    fn only_the_address_the_proxy_wrote_counts() {
        let forged = parts(&[("x-forwarded-for", "1.2.3.4, 203.0.113.7")]);
        assert_eq!(address(&forged, "x-forwarded-for"), "203.0.113.7".parse().ok());
        // Without a proxy the header is somebody's word for it.
        assert_eq!(address(&forged, ""), "10.0.0.9".parse().ok());
        assert_eq!(address(&parts(&[("x-forwarded-for", "junk")]), "x-forwarded-for"), "10.0.0.9".parse().ok());
    }

    #[test]
    fn a_network_of_ipv6_addresses_is_one_client() {
        let a = key(&parts(&[("x-real-ip", "2001:db8:1:2:3::4")]), "x-real-ip");
        let b = key(&parts(&[("x-real-ip", "2001:db8:1:2:ffff::1")]), "x-real-ip");
        assert_eq!([a.as_str(), b.as_str()], ["2001:db8:1:2::/64"; 2]);
    }

    #[test]
    fn people_recognise_their_browser() {
        let agent = |text: &str| label(&parts(&[("user-agent", text)]).headers);
        assert_eq!(
            agent(
                "Mozilla/5.0 (Linux; Android 14; V2303A) AppleWebKit/537.36 Chrome/116 Mobile Safari/537.36 MicroMessenger/8.0"
            ),
            "WeChat · Android"
        );
        assert_eq!(
            agent("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120 Safari/537.36"),
            "Chrome · Windows"
        );
        assert_eq!(agent(""), "–");
    }
}
