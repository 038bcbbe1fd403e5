//! Every kernel, forced in turn.

use std::io::Write;

use ews_notifications::{Config, Kernel, Parser};

/// A parser for each kernel that this machine has, which reads with it and no other. Of one that it does not have
/// it says so on standard error, where the test harness lets it through.
pub(crate) fn parsers() -> Vec<Parser> {
    let mut parsers = Vec::new();
    for kernel in [Kernel::Scalar, Kernel::Sse2, Kernel::Avx2] {
        let mut config = Config::default();
        config.kernel = Some(kernel);
        let parser = Parser::with_config(config);
        if parser.kernel() == kernel {
            parsers.push(parser);
            continue;
        }
        let may_lack = kernel == Kernel::Avx2 || cfg!(not(target_arch = "x86_64"));
        assert!(may_lack, "{kernel:?} is not what runs");
        let told = format!("NOT RUN: {kernel:?}, which this machine does not have\n");
        std::io::stderr().write_all(told.as_bytes()).unwrap();
    }
    parsers
}
