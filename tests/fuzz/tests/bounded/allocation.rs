//! What a reader asks memory for: a number in its input must not make it ask for more than the
//! input could fill.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// What any reader may ask for at once, and as many bytes more for each one of the input.
const BYTES_MAX: usize = 4 << 20;
const PER_BYTE_MAX: usize = 64;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// The system's memory, and the largest piece that this thread asked it for.
struct Watched;

#[global_allocator]
static MEMORY: Watched = Watched;

fn note(bytes: usize) {
    // Where a thread is ending there is nothing left to note it in.
    let _noted = LARGEST.try_with(|largest| largest.set(largest.get().max(bytes)));
}

#[expect(unsafe_code, reason = "memory is watched by standing in for it; each call is passed on")]
// SAFETY: every method passes what it was given to the system's memory, unchanged.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the promises of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the promises of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the promises of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: the caller keeps the promises of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// Runs a reader, and demands that it asked for no more at once than its input can justify.
pub(crate) fn bounded(data: &[u8], run: fn(&[u8])) {
    LARGEST.set(0);
    let ran = std::panic::catch_unwind(|| run(data));
    let (largest, allowed) = (LARGEST.get(), BYTES_MAX + PER_BYTE_MAX * data.len());
    if let Err(panic) = ran {
        eprintln!("failed over {}", data.escape_ascii());
        std::panic::resume_unwind(panic);
    }
    let input = data.escape_ascii();
    assert!(largest <= allowed, "{largest} bytes at once, {allowed} are allowed, for {input}");
}
