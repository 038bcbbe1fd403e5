//! The exported state of one subscription, which a gateway stores to continue after a restart.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::fingerprint::FieldHasher;
use super::hex::Hex;
use super::track::{Fingerprints, REMEMBERED, Track};
use super::{MAX_ID_LEN, MAX_WATERMARK_LEN};
use crate::model::SubscriptionId;

/// The version of the state that this crate exports. It restores no other version.
const VERSION: u32 = 1;

/// The state of one subscription in a [`Continuity`](crate::Continuity), to store and to restore after a restart.
///
/// [`export`](crate::Continuity::export) creates it and [`restore`](crate::Continuity::restore) reads it. It owns its
/// texts. With the feature `serde` it is `Serialize` and `Deserialize`, in any format. In JSON it has at most 900 bytes,
/// plus the id and the watermark. Each of these has at most 4 KiB before JSON escapes its characters.
///
/// It contains the id, the last watermark, fingerprints, and the key of the fingerprints. Keep it as private as the
/// notifications. Anyone who knows the key could make up two notifications with the same fingerprint.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubscriptionState {
    version: u32,
    subscription_id: String,
    key: Hex,
    /// Whether each notification begins where the one before it ended.
    chains: bool,
    /// The last watermark of the last notification. None if it has more than [`MAX_WATERMARK_LEN`] bytes.
    last_watermark: Option<String>,
    /// The last notifications, the latest first.
    notifications: Vec<Fingerprints>,
    /// The keyed hash of the fields above. It detects damage. It does not detect forgery, because the key is one of
    /// these fields.
    checksum: Hex,
}

/// Shows no id, no watermark and no key.
impl fmt::Debug for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriptionState")
            .field("version", &self.version)
            .field("notifications", &self.notifications.len())
            .finish_non_exhaustive()
    }
}

impl SubscriptionState {
    pub(super) fn new(id: &str, track: &Track) -> Self {
        let mut state = Self {
            version: VERSION,
            subscription_id: id.into(),
            key: Hex(u128::from_be_bytes(track.key)),
            chains: track.chains,
            last_watermark: track.last_watermark.clone(),
            notifications: track.notifications.clone(),
            checksum: Hex(0),
        };
        state.checksum = state.compute_checksum();
        state
    }

    /// The id of the subscription that this state belongs to.
    #[must_use]
    pub fn subscription_id(&self) -> SubscriptionId<'_> {
        SubscriptionId::new(&self.subscription_id)
    }

    pub(super) fn into_parts(self) -> Result<(Box<str>, Track), RestoreError> {
        if self.version != VERSION {
            return Err(RestoreError::Version(self.version));
        }
        let watermark_len = self.last_watermark.as_ref().map_or(0, String::len);
        let is_bounded = self.subscription_id.len() <= MAX_ID_LEN
            && watermark_len <= MAX_WATERMARK_LEN
            && (1..=REMEMBERED).contains(&self.notifications.len());
        if !is_bounded || self.checksum != self.compute_checksum() {
            return Err(RestoreError::Damaged);
        }
        let mut track = Track::new(self.key.0.to_be_bytes());
        track.chains = self.chains;
        track.last_watermark = self.last_watermark;
        track.notifications.extend(self.notifications);
        Ok((self.subscription_id.into(), track))
    }

    fn compute_checksum(&self) -> Hex {
        let mut hasher = FieldHasher::new(self.key.0.to_be_bytes());
        hasher.number(self.version.into());
        hasher.text(&self.subscription_id);
        hasher.number(self.chains.into());
        hasher.optional(self.last_watermark.as_deref(), FieldHasher::text);
        for Fingerprints { end, content } in &self.notifications {
            hasher.optional(*end, FieldHasher::fingerprint);
            hasher.optional(*content, FieldHasher::fingerprint);
        }
        hasher.finish()
    }
}

/// Why a [`SubscriptionState`] is not restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RestoreError {
    /// The state has this version, and this release restores only version 1. Another release of this crate exported
    /// it, or its version is damaged.
    Version(u32),
    /// The state is not as it was exported: its checksum is wrong, a text is too long, or the number of its
    /// notifications is not 1 to 8.
    Damaged,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(
                f,
                "subscription state has version {version}, expected {VERSION}: another release of this crate exported it"
            ),
            Self::Damaged => f.write_str(
                "subscription state is damaged: its checksum, the length of a text or the number of its \
                 notifications is wrong",
            ),
        }
    }
}

impl core::error::Error for RestoreError {}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{
        Fingerprints, Hex, MAX_ID_LEN, MAX_WATERMARK_LEN, RestoreError, SubscriptionState, Track,
        VERSION,
    };

    /// Restores a state with so many notifications, an id and a last watermark of these lengths, and a valid checksum.
    fn restore(notifications: usize, id: usize, watermark: usize) -> Result<(), RestoreError> {
        let mut track = Track::new([7; 16]);
        track.last_watermark = Some("w".repeat(watermark));
        let fingerprints = Fingerprints {
            end: Some(Hex(1)),
            content: Some(Hex(2)),
        };
        track.notifications = vec![fingerprints; notifications];
        let state = SubscriptionState::new(&"i".repeat(id), &track);
        assert!(state.version == VERSION && state.checksum == state.compute_checksum());
        state.into_parts().map(drop)
    }

    #[test]
    fn a_state_larger_than_any_export_is_refused() {
        assert_eq!(restore(1, 0, 0), Ok(()));
        assert_eq!(restore(8, MAX_ID_LEN, MAX_WATERMARK_LEN), Ok(()));
        for (notifications, id, watermark) in [
            (0, 1, 1),
            (9, 1, 1),
            (1, MAX_ID_LEN + 1, 1),
            (1, 1, MAX_WATERMARK_LEN + 1),
        ] {
            assert_eq!(
                restore(notifications, id, watermark),
                Err(RestoreError::Damaged)
            );
        }
    }
}
