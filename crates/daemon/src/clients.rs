//! The connections that a gunicorn's workers are at, seen from outside.

use std::collections::HashSet;
use std::fs;

use crate::workers;

/// The connections that the workers of one gunicorn have taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connections {
    /// All of them.
    pub(crate) taken: usize,
    /// Those on which nothing has come that the worker has not read: it waits for its client.
    pub(crate) silent: usize,
}

/// Looks at the connections that the workers of a master have at this port. None where the kernel does
/// not tell.
pub(crate) fn of(master: u32, port: u16) -> Option<Connections> {
    let workers = workers::of(master)?;
    let sockets: HashSet<u64> = workers.iter().flat_map(|worker| sockets(*worker)).collect();
    let mut connections = Connections {
        taken: 0,
        silent: 0,
    };
    for table in ["tcp", "tcp6"] {
        // The second is missing where there is no IPv6.
        let table = fs::read_to_string(format!("/proc/{master}/net/{table}")).unwrap_or_default();
        let lines = table.lines().skip(1).filter_map(|line| parse(line, port));
        for (_, unread) in lines.filter(|(socket, _)| sockets.contains(socket)) {
            connections.taken += 1;
            connections.silent += usize::from(unread == 0);
        }
    }
    Some(connections)
}

/// The sockets of a process, by their inode: `socket:[4711]`; see `proc_pid_fd(5)`.
fn sockets(process: u32) -> Vec<u64> {
    let Ok(files) = fs::read_dir(format!("/proc/{process}/fd")) else {
        return Vec::new();
    };
    let inode = |file: fs::DirEntry| {
        let target = fs::read_link(file.path()).ok()?;
        let inode = target.to_str()?.strip_prefix("socket:[")?;
        inode.strip_suffix(']')?.parse().ok()
    };
    files.filter_map(|file| inode(file.ok()?)).collect()
}

/// The inode and the unread bytes of an established connection at this port; see `proc_pid_net(5)`.
fn parse(line: &str, port: u16) -> Option<(u64, u64)> {
    const ESTABLISHED: &str = "01";
    let mut fields = line.split_whitespace();
    let (local, state) = (fields.nth(1)?, fields.nth(1)?);
    let (_, local_port) = local.rsplit_once(':')?;
    let (_, unread) = fields.next()?.split_once(':')?;
    let inode = fields.nth(4)?.parse().ok()?;
    let is_of_port = u16::from_str_radix(local_port, 16) == Ok(port);
    let unread = u64::from_str_radix(unread, 16).ok()?;
    (is_of_port && state == ESTABLISHED).then_some((inode, unread))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_established_connection_is_read_from_the_kernels_table() {
        let line = |state: &str| {
            format!(
                "   3: 0100007F:1F90 0100007F:C350 {state} 00000000:0000002A 00:00000000 00000000     0        0 4711 1 0000000000000000 20 4 30 10 -1"
            )
        };
        assert_eq!(parse(&line("01"), 8080), Some((4711, 42)));
        assert_eq!(parse(&line("01"), 8081), None);
        assert_eq!(parse(&line("0A"), 8080), None);
        let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        assert_eq!(parse(header, 8080), None);
    }
}
