//! Safe functions over the walks of two C++ parsers in `shim.cpp`.

use core::ffi::{CStr, c_char};

unsafe extern "C" {
    fn shim_pugixml(body: *const c_char, length: usize) -> i64;
    fn shim_rapidxml(body: *const c_char) -> i64;
}

/// pugixml: a tree in a copy of the body. `None` if the body does not parse.
pub fn pugixml(body: &[u8]) -> Option<u64> {
    // SAFETY: pointer and length are those of one slice, which the function only reads.
    let sum = unsafe { shim_pugixml(body.as_ptr().cast(), body.len()) };
    sum.try_into().ok()
}

/// RapidXML: a tree that points into the body. `None` if the body does not parse.
pub fn rapidxml(body: &CStr) -> Option<u64> {
    // SAFETY: the body ends with a zero byte. The parser is non-destructive, so it only reads the body.
    let sum = unsafe { shim_rapidxml(body.as_ptr()) };
    sum.try_into().ok()
}
