//! Errors of the address to listen on.

use std::io;
use std::net::SocketAddr;

use isso_host::daemon::ListenError;

use crate::failure::Failure;
use crate::listen::PORT;

/// Says which program may use the address, and what to do.
pub fn cannot_listen(address: SocketAddr, error: ListenError) -> Failure {
    let port = address.port();
    let another = SocketAddr::new(address.ip(), if port == PORT { PORT + 1 } else { PORT });
    let hint = match &error {
        ListenError::InUse(_) => format!(
            "see which program has it with `sudo ss -ltnp 'sport = :{port}'` and stop that one, or choose another port: \
             --listen {another}"
        ),
        ListenError::Refused { source, .. } => match source.kind() {
            io::ErrorKind::PermissionDenied => format!(
                "a port below 1024 takes root or the capability CAP_NET_BIND_SERVICE; choose one above, such as --listen \
                 {another}, and put a reverse proxy before it"
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "choose an address of this machine; `ip -brief address` lists them, and --listen :{port} takes all of IPv4"
            ),
            _ => "choose another address, such as --listen 127.0.0.1:8080".to_owned(),
        },
    };
    Failure::new(format!("cannot listen on {address}"), error).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the hint for an address that cannot be bound.
    fn explained(text: &str, kind: io::ErrorKind, words: &[&str]) {
        let address: SocketAddr = text.parse().unwrap();
        let error = match kind {
            io::ErrorKind::AddrInUse => ListenError::InUse(address),
            kind => ListenError::Refused {
                address,
                source: kind.into(),
            },
        };
        let hint = format!("{:?}", cannot_listen(address, error));
        for word in words {
            assert!(hint.contains(word), "{word}: {hint}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_bound_is_reported_with_a_hint() {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
        let ss = "sudo ss -ltnp 'sport = :8080'";
        explained("127.0.0.1:8080", AddrInUse, &[ss, "--listen 127.0.0.1:8081"]);
        explained("[::1]:9000", AddrInUse, &["--listen [::1]:8080"]);
        explained(
            "0.0.0.0:80",
            PermissionDenied,
            &["CAP_NET_BIND_SERVICE", "--listen 0.0.0.0:8080"],
        );
        explained("192.0.2.7:80", AddrNotAvailable, &["ip -brief address"]);
    }
}
