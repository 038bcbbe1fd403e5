//! Kernels: one algorithm over blocks of bytes, generic over the vector instructions, and the choice of the
//! kernel for this machine.
//!
//! Uses the [`Class`] table and [`Kernel`] of the configuration. On x86-64 it also uses the vector instructions
//! in `x86`, on aarch64 those in `aarch64`.

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use super::aarch64::Neon;
use super::class::Class;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Sse2};
use crate::config::Kernel;

/// The bytes that a vector examines at once, one by one or to compare them with an expectation.
pub(super) type Block = [u8; 32];

/// The bytes that are classified at once, to look for something in them.
pub(super) type Chunk = [u8; 64];

/// Masks of a chunk: one for each [`Stop`](super::Stop), and one for the bytes from 0x80 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stops {
    pub(super) name: u64,
    pub(super) text: u64,
    pub(super) value: u64,
    pub(super) non_ascii: u64,
}

/// Vector instructions that test bytes for membership in a class.
///
/// A value proves that this machine has the instructions. Code that is generic over a vector must be
/// `#[inline(always)]` all the way down from [`Dispatch::run`]. Otherwise it is compiled without the
/// instructions.
///
/// # Safety
///
/// [`Cursor`](super::Cursor) makes `str`s from bytes that an implementation calls members, without another
/// check. This is sound because members are ASCII. An implementation must guarantee for every class:
///
/// - [`non_members`](Self::non_members): a clear bit `n` means that byte `n` of the block is a member.
/// - [`leading_members`](Self::leading_members): with the result `n`, the first `n` bytes exist and are members.
/// - [`all_members`](Self::all_members): `true` means that the first `length` bytes exist and are members.
///
/// The opposite answers cost time and are not unsound. Nothing unsafe depends on [`any_of`](Self::any_of).
///
/// [`Reader`](super::Reader) relies on [`stops`](Self::stops) for the bytes from 0x80 on, and on
/// [`below`](Self::below) and [`equal`](Self::equal). They must be exact.
pub(crate) unsafe trait Vector: Copy {
    /// A mask with one bit per byte of the block: set if the byte may be a non-member, clear if it is certainly
    /// a member. The table decides about bytes whose bit is set.
    fn non_members(self, block: &Block, class: Class) -> u32;

    /// A mask with one bit per byte of the block: set if the byte is one of `bytes`.
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32;

    /// The bytes that end names, text and values.
    fn stops(self, chunk: &Chunk) -> Stops;

    /// The bytes that are less than `bound`, both taken as signed numbers: those from 0x80 on come first.
    fn below(self, chunk: &Chunk, bound: i8) -> u64;

    /// The bytes that are equal to one of `bytes`.
    fn equal<const N: usize>(self, chunk: &Chunk, bytes: [u8; N]) -> u64;

    /// The number of members that `bytes` begin with.
    fn leading_members(self, bytes: &[u8], class: Class) -> usize;

    /// Whether the first `length` bytes are certainly all members. `false` also if that takes the table, or if
    /// `bytes` end too soon to load whole blocks.
    fn all_members(self, bytes: &[u8], length: usize, class: Class) -> bool;
}

/// [`Vector::all_members`] by [`Vector::non_members`].
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn all_members<V: Vector>(vector: V, bytes: &[u8], length: usize, class: Class) -> bool {
    let (blocks, _) = bytes.as_chunks();
    let blocks = blocks.get(..=length / size_of::<Block>());
    let Some((last, full)) = blocks.and_then(<[Block]>::split_last) else {
        return false;
    };
    let within_length = (1 << (length % size_of::<Block>())) - 1;
    let mut non_members = vector.non_members(last, class) & within_length;
    for block in full {
        non_members |= vector.non_members(block, class);
    }
    non_members == 0
}

/// [`Vector::leading_members`] by [`Vector::non_members`]: the same loop, specialised for white space and for the classes of
/// values.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
#[inline(always)]
pub(super) fn leading_members<V: Vector>(vector: V, bytes: &[u8], class: Class) -> usize {
    match class {
        Class::SPACE => leading_members_of(vector, bytes, Class::SPACE),
        Class::TEXT => leading_members_of(vector, bytes, Class::TEXT),
        Class::TOKEN => leading_members_of(vector, bytes, Class::TOKEN),
        _ => leading_members_of(vector, bytes, class),
    }
}

/// Two blocks at a time.
#[cfg(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_feature = "neon")
))]
#[inline(always)]
fn leading_members_of<V: Vector>(vector: V, bytes: &[u8], class: Class) -> usize {
    // White space is short and mostly ends within the first block.
    if class == Class::SPACE
        && let Some(block) = bytes.first_chunk()
    {
        let certain = vector.non_members(block, class).trailing_zeros() as usize;
        let end = bytes.get(certain);
        if end.is_some_and(|byte| !class.contains(*byte)) {
            return certain;
        }
    }
    let mut rest = bytes;
    // With two blocks at a time most ids take the same number of steps, which the branch predictor learns.
    while let ([low, high, ..], _) = rest.as_chunks() {
        let low = u64::from(vector.non_members(low, class));
        let non_members = low | u64::from(vector.non_members(high, class)) << 32;
        let certain = non_members.trailing_zeros() as usize;
        let (_, after) = rest.split_at_checked(certain).unwrap_or_default();
        rest = match after {
            _ if non_members == 0 => after,
            [first, after @ ..] if class.contains(*first) => after,
            _ => return bytes.len() - after.len(),
        };
    }
    bytes.len() - rest.len() + class.leading_members(rest)
}

/// The table itself, one byte at a time. Tests compare every other kernel with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

// SAFETY: every method looks each byte up in the table, or compares it. `leading_members` stops at the end of `bytes`, and
// `all_members` is false if `bytes` are shorter than `length`.
unsafe impl Vector for Scalar {
    #[inline(always)]
    fn non_members(self, block: &Block, class: Class) -> u32 {
        let bit = |(lane, byte): (usize, &u8)| u32::from(!class.contains(*byte)) << lane;
        block.iter().enumerate().map(bit).sum()
    }

    #[inline(always)]
    fn any_of(self, block: &Block, bytes: [u8; 4]) -> u32 {
        let bit = |(lane, byte): (usize, &u8)| u32::from(bytes.contains(byte)) << lane;
        block.iter().enumerate().map(bit).sum()
    }

    #[inline(always)]
    fn stops(self, chunk: &Chunk) -> Stops {
        Stops {
            name: mask(chunk, |byte| !Class::NAME.contains(byte)),
            text: mask(chunk, |byte| byte.is_ascii() && !Class::TEXT.contains(byte)),
            value: mask(chunk, |byte| {
                byte.is_ascii() && !Class::VALUE.contains(byte)
            }),
            non_ascii: mask(chunk, |byte| !byte.is_ascii()),
        }
    }

    #[inline(always)]
    fn below(self, chunk: &Chunk, bound: i8) -> u64 {
        mask(chunk, |byte| byte.cast_signed() < bound)
    }

    #[inline(always)]
    fn equal<const N: usize>(self, chunk: &Chunk, bytes: [u8; N]) -> u64 {
        mask(chunk, |byte| bytes.contains(&byte))
    }

    /// Not inlined: inlined, the loop runs out of registers.
    #[inline(never)]
    fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        class.leading_members(bytes)
    }

    /// Not inlined, for less code.
    #[inline(never)]
    fn all_members(self, bytes: &[u8], length: usize, class: Class) -> bool {
        let bytes = bytes.get(..length);
        bytes.is_some_and(|bytes| class.contains_all(bytes))
    }
}

/// One bit per byte, set if `test` is true for the byte.
#[inline(always)]
fn mask(chunk: &Chunk, test: impl Fn(u8) -> bool) -> u64 {
    let bits = chunk.iter().rev().map(|byte| u64::from(test(*byte)));
    bits.fold(0, |mask, bit| mask << 1 | bit)
}

/// Work that is compiled once for each kernel.
pub(crate) trait Task {
    type Output;

    /// Does the work. Must be `#[inline(always)]` in every implementation.
    fn run<V: Vector>(self, vector: V) -> Self::Output;
}

/// Runs the task. Not inlined, so that the code of a task exists once for each vector.
#[inline(never)]
fn compiled<V: Vector, T: Task>(vector: V, task: T) -> T::Output {
    task.run(vector)
}

/// The kernel in use. This machine has its instructions.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Dispatch {
    Scalar(Scalar),
    #[cfg(target_arch = "x86_64")]
    Sse2(Sse2),
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    Neon(Neon),
}

impl Dispatch {
    /// The requested kernel if this machine has it. Otherwise the best that it has.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn new(kernel: Option<Kernel>) -> Self {
        match (kernel, Avx2::detect()) {
            (Some(Kernel::Scalar), _) => Self::Scalar(Scalar),
            (Some(Kernel::Avx2 | Kernel::Neon) | None, Some(avx2)) => Self::Avx2(avx2),
            (Some(Kernel::Sse2 | Kernel::Avx2 | Kernel::Neon) | None, _) => Self::Sse2(Sse2),
        }
    }

    /// The scalar kernel if it is requested. Otherwise the best one of this machine.
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    pub(crate) fn new(kernel: Option<Kernel>) -> Self {
        match (kernel, Neon::detect()) {
            (Some(Kernel::Scalar), _) | (_, None) => Self::Scalar(Scalar),
            (_, Some(neon)) => Self::Neon(neon),
        }
    }

    /// The scalar kernel. It is the only one for this target.
    #[cfg(not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_feature = "neon")
    )))]
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
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon(_) => Kernel::Neon,
        }
    }

    /// Runs the task, compiled for this kernel.
    #[inline(always)]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            Self::Scalar(scalar) => compiled(scalar, task),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(sse2) => compiled(sse2, task),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(avx2) => avx2.enter(task),
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon(neon) => compiled(neon, task),
        }
    }

    /// [`Vector::leading_members`] for code that is not compiled for a kernel.
    #[inline(always)]
    pub(super) fn leading_members(self, bytes: &[u8], class: Class) -> usize {
        match self {
            // Callers of this method mostly find a single space or none.
            _ if class == Class::SPACE => class.leading_members(bytes),
            Self::Scalar(scalar) => scalar.leading_members(bytes, class),
            #[cfg(target_arch = "x86_64")]
            Self::Sse2(_) | Self::Avx2(_) => Sse2.leading_members(bytes, class),
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon(neon) => neon.leading_members(bytes, class),
        }
    }
}
