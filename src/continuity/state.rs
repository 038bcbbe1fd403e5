//! The state of one subscription outside of a `Continuity`: to keep it over a restart.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::fingerprint::Writer;
use super::fits;
use super::track::{Mark, REMEMBERED, Track};
use crate::model::SubscriptionId;

/// The version that this crate writes, and the only one that it reads.
const VERSION: u32 = 1;

/// The state of one subscription in a [`Continuity`](crate::Continuity), to store and to restore after a restart.
///
/// Made by [`export`](crate::Continuity::export) and taken back by [`restore`](crate::Continuity::restore). It owns
/// its texts. With the feature `serde` it is `Serialize` and `Deserialize`, in any format. In JSON it has at most
/// 900 bytes, plus the id and the watermark with at most 4 KiB each before they are escaped.
///
/// It holds the id, the last watermark, fingerprints and their key. Keep it as private as the notifications: whoever knows
/// the key could make up two notifications with one fingerprint.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubscriptionState {
    version: u32,
    subscription_id: String,
    #[cfg_attr(feature = "serde", serde(with = "super::hex"))]
    key: u128,
    /// Whether each notification begins where the one before it ended.
    chains: bool,
    /// Where the last one ended, if that is not too long to be kept.
    last: Option<String>,
    /// The latest first.
    recent: Vec<Mark>,
    /// The hash of the fields above, under the key. It finds damage, not forgery.
    #[cfg_attr(feature = "serde", serde(with = "super::hex"))]
    checksum: u128,
}

/// Shows no id, no watermark and no key.
impl fmt::Debug for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionState")
            .field("version", &self.version)
            .field("notifications", &self.recent.len())
            .finish_non_exhaustive()
    }
}

impl SubscriptionState {
    pub(super) fn new(id: &str, track: &Track) -> Self {
        let mut state = Self {
            version: VERSION,
            subscription_id: id.into(),
            key: u128::from_be_bytes(track.key),
            chains: track.chains,
            last: track.last.clone(),
            recent: track.recent.clone(),
            checksum: 0,
        };
        state.checksum = state.compute_checksum();
        state
    }

    /// Which subscription it is of.
    #[must_use]
    pub fn subscription_id(&self) -> SubscriptionId<'_> {
        SubscriptionId::new(&self.subscription_id)
    }

    pub(super) fn into_parts(self) -> Result<(Box<str>, Track), RestoreError> {
        if self.version != VERSION {
            return Err(RestoreError::Version(self.version));
        }
        let is_bounded = fits(&self.subscription_id)
            && self.last.as_deref().is_none_or(fits)
            && (1..=REMEMBERED).contains(&self.recent.len());
        if !is_bounded || self.checksum != self.compute_checksum() {
            return Err(RestoreError::Damaged);
        }
        let mut track = Track::new(self.key.to_be_bytes());
        track.chains = self.chains;
        track.last = self.last;
        track.recent.extend(self.recent);
        Ok((self.subscription_id.into(), track))
    }

    fn compute_checksum(&self) -> u128 {
        let mut writer = Writer::new(self.key.to_be_bytes());
        writer.number(self.version.into());
        writer.text(&self.subscription_id);
        writer.number(self.chains.into());
        writer.optional(self.last.as_deref(), Writer::text);
        for Mark { end, content } in &self.recent {
            writer.fingerprint(*end);
            writer.fingerprint(*content);
        }
        writer.finish()
    }
}

/// Why a [`SubscriptionState`] is not restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RestoreError {
    /// It has this version, which a later release of this crate wrote.
    Version(u32),
    /// It is not what was exported: its checksum differs, or one of its parts is larger than any export.
    Damaged,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(
                f,
                "subscription state has version {version}, expected {VERSION}: a later release wrote it"
            ),
            Self::Damaged => f.write_str("subscription state is damaged: its checksum differs"),
        }
    }
}

impl core::error::Error for RestoreError {}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::super::LONGEST;
    use super::{Mark, RestoreError, SubscriptionState, Track, VERSION};

    /// A state with so many marks and texts of these lengths, and the right checksum.
    fn restored(marks: usize, id: usize, last: usize) -> Result<(), RestoreError> {
        let mut track = Track::new([7; 16]);
        track.last = Some("w".repeat(last));
        track.recent = vec![Mark { end: 1, content: 2 }; marks];
        let state = SubscriptionState::new(&"i".repeat(id), &track);
        assert_eq!(
            (state.version, state.checksum),
            (VERSION, state.compute_checksum())
        );
        state.into_parts().map(drop)
    }

    #[test]
    fn a_state_larger_than_any_export_is_refused() {
        assert_eq!(restored(1, 0, 0), Ok(()));
        assert_eq!(restored(8, LONGEST, LONGEST), Ok(()));
        for (marks, id, last) in [
            (0, 1, 1),
            (9, 1, 1),
            (1, LONGEST + 1, 1),
            (1, 1, LONGEST + 1),
        ] {
            assert_eq!(restored(marks, id, last), Err(RestoreError::Damaged));
        }
    }
}
