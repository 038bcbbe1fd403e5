//! The walks of two C++ parsers, see `shim.cpp`, behind safe functions.

use core::ffi::{CStr, c_char};

unsafe extern "C" {
    fn shim_pugixml(body: *const c_char, length: usize) -> i64;
    fn shim_rapidxml(body: *const c_char) -> i64;
}

/// pugixml: a tree, made in place in a copy. None if the body does not parse.
pub fn pugixml(body: &[u8]) -> Option<u64> {
    // SAFETY: pointer and length are of one slice, which is only read.
    let sum = unsafe { shim_pugixml(body.as_ptr().cast(), body.len()) };
    sum.try_into().ok()
}

/// RapidXML: a tree that points into the body. None if the body does not parse.
pub fn rapidxml(body: &CStr) -> Option<u64> {
    // SAFETY: the body ends with a zero byte, and is only read: the parser is non-destructive.
    let sum = unsafe { shim_rapidxml(body.as_ptr()) };
    sum.try_into().ok()
}
