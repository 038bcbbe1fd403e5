//! Kernels: one algorithm over blocks of bytes, and how the one for this machine is chosen.

use super::class::Class;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Sse2};
use crate::config::Kernel;

/// What looks at a block of bytes at once.
///
/// A value is the proof that the machine has the instructions. Code that is generic over a vector has
/// to be `#[inline(always)]` down from [`Dispatch::run`], or it is compiled without them.
///
/// [`Cursor`](super::Cursor) relies on the answers for its soundness: to be implemented in here only.
pub(crate) trait Vector: Copy {
    /// A bit for each byte of the block, set where the byte may lie outside the class. A clear bit is
    /// certain, a set one is for the table to judge.
    fn strangers(self, block: &Block, class: Class) -> u32;

    /// A bit for each byte of the block, set where it is one of these.
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32;

    /// The length of the longest run of the class that `bytes` begin with.
    fn run(self, bytes: &[u8], class: Class) -> usize;

    /// Whether the first `length` bytes are plainly all of the class. False where that is not certain.
    #[inline(always)]
    fn is_run(self, bytes: &[u8], length: usize, class: Class) -> bool {
        let (blocks, _) = bytes.as_chunks();
        let blocks = blocks.get(..=length / size_of::<Block>());
        let Some((last, full)) = blocks.and_then(<[Block]>::split_last) else {
            return false;
        };
        let in_run = (1 << (length % size_of::<Block>())) - 1;
        let mut strangers = self.strangers(last, class) & in_run;
        for block in full {
            strangers |= self.strangers(block, class);
        }
        strangers == 0
    }
}

/// [`Vector::run`], a few blocks at a time.
#[inline(always)]
pub(super) fn run<V: Vector>(vector: V, bytes: &[u8], class: Class) -> usize {
    // White space mostly ends within a block, if there is any: one look, before two blocks at a time.
    if class == Class::SPACE
        && let Some(block) = bytes.first_chunk()
    {
        let certain = vector.strangers(block, class).trailing_zeros() as usize;
        let end = bytes.get(certain);
        if end.is_some_and(|byte| !class.contains(*byte)) {
            return certain;
        }
    }
    let mut rest = bytes;
    // Two blocks at a time: then most ids take the same number of steps, which foretells better.
    while let ([low, high, ..], _) = rest.as_chunks() {
        let low = u64::from(vector.strangers(low, class));
        let strangers = low | u64::from(vector.strangers(high, class)) << 32;
        let certain = strangers.trailing_zeros() as usize;
        let (_, behind) = rest.split_at_checked(certain).unwrap_or_default();
        rest = match behind {
            _ if strangers == 0 => behind,
            [first, behind @ ..] if class.contains(*first) => behind,
            _ => return bytes.len() - behind.len(),
        };
    }
    bytes.len() - rest.len() + class.run(rest)
}

/// What is looked at at once.
pub(super) type Block = [u8; 32];

/// The table itself, a byte at a time: what every other kernel is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

impl Vector for Scalar {
    #[inline(always)]
    fn strangers(self, block: &Block, class: Class) -> u32 {
        let bit = |(lane, byte): (usize, &u8)| u32::from(!class.contains(*byte)) << lane;
        block.iter().enumerate().map(bit).sum()
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        let bit = |(lane, byte): (usize, &u8)| u32::from(bytes.contains(byte)) << lane;
        block.iter().enumerate().map(bit).sum()
    }

    /// Not inlined: among what surrounds it the loop runs out of registers.
    #[inline(never)]
    fn run(self, bytes: &[u8], class: Class) -> usize {
        class.run(bytes)
    }

    #[inline(always)]
    fn is_run(self, bytes: &[u8], length: usize, class: Class) -> bool {
        let run = bytes.get(..length);
        run.is_some_and(|run| class.contains_all(run))
    }
}

/// Something to do with the vectors of the machine.
pub(crate) trait Task {
    type Output;

    /// Does it. `#[inline(always)]` in every implementation.
    fn run<V: Vector>(self, vector: V) -> Self::Output;
}

/// A kernel that this machine has.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dispatch {
    Scalar(Scalar),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
}

impl Dispatch {
    /// The kernel that is asked for, or else the best that the machine has.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn new(kernel: Option<Kernel>) -> Self {
        match (kernel, Avx2::detect()) {
            (Some(Kernel::Scalar), _) => Self::Scalar(Scalar),
            (Some(Kernel::Avx2) | None, Some(avx2)) => Self::Avx2(avx2),
            (Some(Kernel::Sse2 | Kernel::Avx2) | None, _) => Self::Sse2(Sse2),
        }
    }

    /// The kernel that is asked for, or else the best that the machine has.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn new(_: Option<Kernel>) -> Self {
        Self::Scalar(Scalar)
    }

    pub(crate) const fn kernel(self) -> Kernel {
        match self {
            Self::Scalar(_) => Kernel::Scalar,
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(_) => Kernel::Sse2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => Kernel::Avx2,
        }
    }

    /// Runs the task, compiled for this kernel.
    #[inline(always)]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            Self::Scalar(scalar) => task.run(scalar),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(sse2) => task.run(sse2),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.enter(task),
        }
    }

    /// [`Vector::strangers`] without entering a kernel, if it is faster than looking byte by byte.
    #[inline(always)]
    pub(super) fn strangers_of(self, block: &Block, class: Class) -> Option<u32> {
        match self {
            Self::Scalar(_) => None,
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(_) | Self::Avx2(_) => Some(Sse2.strangers(block, class)),
        }
    }

    /// [`Vector::run`] without entering a kernel: for code that is not compiled for one.
    #[inline(always)]
    pub(super) fn run_of(self, bytes: &[u8], class: Class) -> usize {
        match self {
            // White space, where it is looked for one by one, is a single space or none.
            _ if class == Class::SPACE => class.run(bytes),
            Self::Scalar(scalar) => scalar.run(bytes, class),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(_) | Self::Avx2(_) => Sse2.run(bytes, class),
        }
    }
}
