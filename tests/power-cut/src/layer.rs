//! The functions of the C library that stand in for the real ones.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Mutex, OnceLock};

use libc::{off_t, size_t, ssize_t};

use crate::notes::Note;

struct Book {
    fd: c_int,
    files: String,
}

static BOOK: OnceLock<Option<Mutex<Book>>> = OnceLock::new();

fn book() -> Option<&'static Mutex<Book>> {
    BOOK.get_or_init(|| {
        let files = std::env::var("PEDKAI_POWER_CUT_FILES").ok()?;
        let notes = std::ffi::CString::new(std::env::var("PEDKAI_POWER_CUT_NOTES").ok()?).ok()?;
        // SAFETY: a valid C string and plain flags.
        let fd = unsafe { libc::open(notes.as_ptr(), libc::O_CREAT | libc::O_WRONLY | libc::O_APPEND | libc::O_CLOEXEC, 0o600) };
        (fd >= 0).then_some(Mutex::new(Book { fd, files }))
    })
    .as_ref()
}

static FULL: OnceLock<Option<std::ffi::CString>> = OnceLock::new();

/// The disk is full, as far as this file is concerned: the file that `PEDKAI_FULL_DISK` names exists, and this is a database.
fn full(fd: c_int) -> bool {
    let flag = FULL.get_or_init(|| std::ffi::CString::new(std::env::var("PEDKAI_FULL_DISK").ok()?).ok());
    let Some(flag) = flag else { return false };
    // SAFETY: a valid C string.
    if unsafe { libc::access(flag.as_ptr(), libc::F_OK) } != 0 || path(fd, ".db").is_none() {
        return false;
    }
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() = libc::ENOSPC };
    true
}

/// The real function of that name, looked up once a call; the types are those of the C library's header.
macro_rules! real {
    ($name:literal as $signature:ty) => {{
        static REAL: OnceLock<usize> = OnceLock::new();
        const NAME: &CStr = $name;
        // SAFETY: the symbol exists in every C library this runs on, and has this signature.
        let address = *REAL.get_or_init(|| unsafe { libc::dlsym(libc::RTLD_NEXT, NAME.as_ptr().cast::<c_char>()) as usize });
        // SAFETY: see above.
        unsafe { std::mem::transmute::<usize, $signature>(address) }
    }};
}

type Write = unsafe extern "C" fn(c_int, *const c_void, size_t) -> ssize_t;
type PWrite = unsafe extern "C" fn(c_int, *const c_void, size_t, off_t) -> ssize_t;
type Truncate = unsafe extern "C" fn(c_int, off_t) -> c_int;
type Sync = unsafe extern "C" fn(c_int) -> c_int;

fn path(fd: c_int, files: &str) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?.to_string_lossy().into_owned();
    path.contains(files).then_some(path)
}

fn put(book: &Book, note: &Note) {
    let bytes = note.encode();
    let write = real!(c"write" as Write);
    // SAFETY: the pointer and the length are those of one live buffer. One call, so that a kill leaves it whole or absent.
    unsafe { write(book.fd, bytes.as_ptr().cast(), bytes.len()) };
}

/// Notes what lies between `offset` and `offset + length` before it is destroyed.
fn before(fd: c_int, offset: u64, length: u64) {
    let Some(book) = book().and_then(|book| book.lock().ok()) else { return };
    let Some(path) = path(fd, &book.files) else { return };
    // SAFETY: all zeros is a valid stat, and fstat fills it.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: a live descriptor and a live struct.
    if unsafe { libc::fstat(fd, &raw mut stat) } != 0 {
        return;
    }
    let size_before = stat.st_size as u64;
    let kept = size_before.saturating_sub(offset).min(length);
    let mut bytes = vec![0_u8; kept as usize];
    // SAFETY: reads at most the buffer's length into it. A descriptor opened for writing only gives nothing: SQLite opens none so.
    let read = unsafe { libc::pread(fd, bytes.as_mut_ptr().cast(), bytes.len(), offset as off_t) };
    bytes.truncate(read.max(0) as usize);
    put(
        &book,
        &Note {
            synced: false,
            path,
            offset,
            size_before,
            bytes,
        },
    );
}

fn synced(fd: c_int) {
    let Some(book) = book().and_then(|book| book.lock().ok()) else { return };
    let Some(path) = path(fd, &book.files) else { return };
    put(
        &book,
        &Note {
            synced: true,
            path,
            offset: 0,
            size_before: 0,
            bytes: Vec::new(),
        },
    );
}

/// Stands in for write(2).
///
/// # Safety
/// As write(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(fd: c_int, buffer: *const c_void, count: size_t) -> ssize_t {
    if fd > 2 && BOOK.get().is_some_and(Option::is_some) || fd > 2 && BOOK.get().is_none() && book().is_some() {
        // SAFETY: asks for the position, changes nothing; a pipe or socket answers with an error and is left alone.
        let offset = unsafe { libc::lseek(fd, 0, libc::SEEK_CUR) };
        if offset >= 0 {
            before(fd, offset as u64, count as u64);
        }
    }
    let real = real!(c"write" as Write);
    // SAFETY: the caller's own arguments.
    unsafe { real(fd, buffer, count) }
}

/// Stands in for pwrite(2).
///
/// # Safety
/// As pwrite(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(fd: c_int, buffer: *const c_void, count: size_t, offset: off_t) -> ssize_t {
    if full(fd) {
        return -1;
    }
    before(fd, offset as u64, count as u64);
    let real = real!(c"pwrite" as PWrite);
    // SAFETY: the caller's own arguments.
    unsafe { real(fd, buffer, count, offset) }
}

/// Stands in for pwrite64(2).
///
/// # Safety
/// As pwrite(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(fd: c_int, buffer: *const c_void, count: size_t, offset: off_t) -> ssize_t {
    if full(fd) {
        return -1;
    }
    before(fd, offset as u64, count as u64);
    let real = real!(c"pwrite64" as PWrite);
    // SAFETY: the caller's own arguments.
    unsafe { real(fd, buffer, count, offset) }
}

/// Stands in for ftruncate(2).
///
/// # Safety
/// As ftruncate(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate(fd: c_int, length: off_t) -> c_int {
    before(fd, length as u64, u64::MAX);
    let real = real!(c"ftruncate" as Truncate);
    // SAFETY: the caller's own arguments.
    unsafe { real(fd, length) }
}

/// Stands in for ftruncate64(2).
///
/// # Safety
/// As ftruncate(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ftruncate64(fd: c_int, length: off_t) -> c_int {
    before(fd, length as u64, u64::MAX);
    let real = real!(c"ftruncate64" as Truncate);
    // SAFETY: the caller's own arguments.
    unsafe { real(fd, length) }
}

/// Stands in for fsync(2).
///
/// # Safety
/// As fsync(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    let real = real!(c"fsync" as Sync);
    // SAFETY: the caller's own arguments.
    let done = unsafe { real(fd) };
    if done == 0 {
        synced(fd);
    }
    done
}

/// Stands in for fdatasync(2).
///
/// # Safety
/// As fdatasync(2).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    let real = real!(c"fdatasync" as Sync);
    // SAFETY: the caller's own arguments.
    let done = unsafe { real(fd) };
    if done == 0 {
        synced(fd);
    }
    done
}
