//! Counts the connections of a gunicorn's workers, from outside.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};

use crate::workers;

/// Counts the connections at this port that the workers of a master have taken. None where the kernel does not list the
/// workers.
///
/// The kernel's table holds every connection of the machine, closed ones among them for a minute, and is read line by
/// line.
pub(crate) fn of(master: u32, port: u16) -> Option<usize> {
    let workers = workers::of(master)?;
    let sockets: HashSet<u64> = workers.iter().flat_map(|worker| sockets(*worker)).collect();
    // The second is missing where there is no IPv6.
    let tables = ["tcp", "tcp6"].map(|table| File::open(format!("/proc/{master}/net/{table}")));
    let lines = tables.into_iter().flatten().flat_map(|table| {
        let lines = BufReader::new(table).lines();
        lines.map_while(Result::ok)
    });
    let taken = lines.filter(|line| parse(line, port).is_some_and(|it| sockets.contains(&it)));
    Some(taken.count())
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

/// The inode of an established connection at this port; see `proc_pid_net(5)`.
fn parse(line: &str, port: u16) -> Option<u64> {
    const ESTABLISHED: &str = "01";
    let mut fields = line.split_whitespace();
    let (local, state) = (fields.nth(1)?, fields.nth(1)?);
    let (_, local_port) = local.rsplit_once(':')?;
    let inode = fields.nth(5)?.parse().ok()?;
    let is_of_port = u16::from_str_radix(local_port, 16) == Ok(port);
    (is_of_port && state == ESTABLISHED).then_some(inode)
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
        assert_eq!(parse(&line("01"), 8080), Some(4711));
        assert_eq!(parse(&line("01"), 8081), None);
        assert_eq!(parse(&line("0A"), 8080), None);
        let header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode";
        assert_eq!(parse(header, 8080), None);
    }
}
