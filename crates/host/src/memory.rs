//! Releases memory that only a start, or a change, had needed.

use std::ffi::c_void;
use std::fs;
use std::ptr::NonNull;

use nix::sys::mman::{MmapAdvise, madvise};

/// Has all threads share one heap, so that `release_memory` can return what any of them has freed. To be called
/// before other threads are started.
///
/// Every thread would get a heap of its own from glibc, and none but the first can be shortened. And once
/// something large was freed, glibc would keep the next thing of its size: what one thread after another needs, such as
/// to read `isso.cfg`, would stay in memory several times.
pub fn limit_arenas() {
    #[cfg(target_env = "gnu")]
    for (parameter, value) in [
        (nix::libc::M_ARENA_MAX, 1),
        // Its usual value. That it is set keeps it from growing.
        (nix::libc::M_MMAP_THRESHOLD, 128 * 1024),
    ] {
        #[expect(unsafe_code, reason = "no crate has this call")]
        // SAFETY: both are numbers that the allocator looks at when it is asked for memory.
        let is_set = unsafe { nix::libc::mallopt(parameter, value) } == 1;
        if !is_set {
            tracing::debug!("the allocator keeps its parameter {parameter}");
        }
    }
}

/// Returns memory to the kernel that is not needed until the next event.
///
/// Most of a supervisor's memory is its own program text, two thirds of which is read while it starts and not again. It
/// stays in the kernel's page cache and is mapped again, 64 KiB at a time, where it is run. With glibc a heap that was
/// large once would stay so; see [`limit_arenas`], too.
pub fn release_memory() {
    #[cfg(target_env = "gnu")]
    {
        #[expect(unsafe_code, reason = "no crate has this call")]
        // SAFETY: it touches nothing but what the allocator has free.
        unsafe {
            nix::libc::malloc_trim(0);
        }
    }
    for (start, end) in program_text() {
        let Some(address) = NonNull::new(start as *mut c_void) else {
            continue;
        };
        #[expect(unsafe_code, reason = "the compiler cannot know what is mapped")]
        // SAFETY: these pages are mapped from files and can be run, not written, so each is read again as it was.
        let given = unsafe { madvise(address, end - start, MmapAdvise::MADV_DONTNEED) };
        if let Err(error) = given {
            tracing::debug!("the kernel takes no memory back: {error}");
        }
    }
}

/// Where the text of this program and its libraries is mapped, as in `55d0c000-55d9a000 r-xp 0004c000 fe:00 1234
/// /bin/issoctl`.
fn program_text() -> Vec<(usize, usize)> {
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let text = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let is_text = words.next()? == "r-xp";
        // What no file is mapped to, such as the vDSO, has the inode 0.
        let has_file = words.nth(2)? != "0";
        let [start, end] = [start, end].map(|it| usize::from_str_radix(it, 16).ok());
        (is_text && has_file).then_some((start?, end?))
    };
    maps.lines().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How much of the text is in memory, in KiB.
    fn resident() -> usize {
        let smaps = fs::read_to_string("/proc/self/smaps").unwrap();
        let ranges: Vec<String> = program_text()
            .iter()
            .map(|(start, end)| format!("{start:08x}-{end:08x} "))
            .collect();
        let (mut sum, mut is_text) = (0, false);
        for line in smaps.lines() {
            if let Some(rss) = line.strip_prefix("Rss:").filter(|_| is_text) {
                let rss = rss.trim().trim_end_matches(" kB");
                sum += rss.parse::<usize>().unwrap();
            } else if line.contains(" r") || line.contains(" -") {
                is_text = ranges.iter().any(|range| line.starts_with(&**range));
            }
        }
        sum
    }

    #[test]
    fn program_text_that_a_start_has_run_is_released() {
        // Other tests may run here, but never all of the text.
        for (start, end) in program_text() {
            for page in (start..end).step_by(4096) {
                #[expect(unsafe_code, reason = "the compiler cannot know what is mapped")]
                // SAFETY: the text can be read.
                let byte = unsafe { std::ptr::read_volatile(page as *const u8) };
                std::hint::black_box(byte);
            }
        }
        let before = resident();
        release_memory();
        let after = resident();
        assert!(after < before / 2, "{after} of {before} KiB");
    }

    /// How much memory no file is mapped to, in KiB.
    #[cfg(target_env = "gnu")]
    fn anonymous() -> usize {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:"));
        line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    #[cfg(target_env = "gnu")]
    #[test]
    fn memory_that_any_thread_has_freed_is_released() {
        const THREADS: usize = 16;
        limit_arenas();
        let before = anonymous();
        let all_have_read = std::sync::Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    // The second time is the one at which glibc would keep it.
                    for _ in 0..2 {
                        std::hint::black_box(vec![1_u8; 3 * 1024 * 1024]);
                    }
                    all_have_read.wait();
                    release_memory();
                });
            }
        });
        let kept = anonymous().saturating_sub(before);
        // Other tests may run here.
        assert!(kept < 16 * 1024, "{kept} KiB");
    }
}
