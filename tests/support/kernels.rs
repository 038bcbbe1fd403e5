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
        let is_everywhere = match kernel {
            Kernel::Scalar => true,
            Kernel::Sse2 => cfg!(target_arch = "x86_64"),
            _ => false,
        };
        assert!(!is_everywhere, "{kernel:?} is not what runs");
        writeln!(std::io::stderr(), "NOT RUN: {kernel:?} is not there").unwrap();
    }
    parsers
}
