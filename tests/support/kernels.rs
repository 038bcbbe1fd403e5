//! Every kernel, forced in turn.

use std::io::Write;

use ews_notifications::{Config, Kernel, Parser};

/// The kernels for this architecture.
const KERNELS: &[Kernel] = if cfg!(target_arch = "x86_64") {
    &[Kernel::Scalar, Kernel::Sse2, Kernel::Avx2]
} else if cfg!(target_arch = "aarch64") {
    &[Kernel::Scalar, Kernel::Neon]
} else {
    &[Kernel::Scalar]
};

/// One parser for each kernel of this machine, which uses no other. A missing kernel is reported on standard error,
/// past the test harness, which would hide it.
pub(crate) fn parsers() -> Vec<Parser> {
    let mut parsers = Vec::new();
    for &kernel in KERNELS {
        let mut config = Config::default();
        config.kernel = Some(kernel);
        let parser = Parser::with_config(config);
        if parser.kernel() == kernel {
            parsers.push(parser);
            continue;
        }
        assert_eq!(kernel, Kernel::Avx2, "this kernel is not what runs");
        let told = format!("NOT RUN: {kernel:?}, which was not found here\n");
        std::io::stderr().write_all(told.as_bytes()).unwrap();
    }
    parsers
}
