//! Writes the header for C++ and compiles the C++ part of the bridge into the library.

fn main() {
    cxx_build::bridge("src/lib.rs").compile("ews-bridge");
    println!("cargo:rerun-if-changed=src/lib.rs");
}
