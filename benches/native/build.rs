//! Compiles the shim with the optimisations of a release build of distributions and CMake.

fn main() {
    cc::Build::new()
        .cpp(true)
        .file("src/shim.cpp")
        .opt_level(3)
        .define("NDEBUG", None)
        .compile("shim");
    println!("cargo:rustc-link-lib=pugixml");
    println!("cargo:rerun-if-changed=src/shim.cpp");
}
