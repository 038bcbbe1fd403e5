//! Events, each read whole along the tokens, and the ids in them.

use bumpalo::Bump;

use super::walk::Walk;
use crate::error::{Error, ErrorKind};
use crate::model::{Event, EventKind, FolderId, ItemId, OldIds, OtherEvent, Timestamp, Watermark};
use crate::schema::{self, Element, Seen};
use crate::xml::{Name, Token};

impl<'b> Walk<'_, 'b> {
    /// An event of a known kind, whole.
    pub(super) fn event<'t>(
        &mut self,
        element: Element,
        kind: EventKind,
        arena: &'t Bump,
    ) -> Result<Event<'t>, Error>
    where
        'b: 't,
    {
        self.skip_attributes();
        let mut event = Event::new(kind);
        let mut old = OldIds::default();
        let mut seen = Seen::default();
        loop {
            let name = match self.tokens.next()? {
                Some(Token::StartTag(name)) => name,
                Some(Token::EndTag(_)) | None => break,
                Some(_) => continue,
            };
            let offset = self.name_offset();
            let Some(child) = schema::child(element, name) else {
                self.skip()?;
                continue;
            };
            if !seen.insert(child) {
                return Err(Error::new(ErrorKind::RepeatedElement, offset));
            }
            match child {
                Element::Watermark => {
                    event.watermark = Some(Watermark::new(self.text(arena)?.text));
                }
                Element::TimeStamp => {
                    event.timestamp = Some(Timestamp::new(self.text(arena)?.text));
                }
                Element::ItemId => event.item_id = Some(self.item_id(arena)?),
                Element::FolderId => event.folder_id = Some(self.folder_id(arena)?),
                Element::ParentFolderId => event.parent_folder_id = Some(self.folder_id(arena)?),
                Element::OldItemId => old.old_item_id = Some(self.item_id(arena)?),
                Element::OldFolderId => old.old_folder_id = Some(self.folder_id(arena)?),
                Element::OldParentFolderId => {
                    old.old_parent_folder_id = Some(self.folder_id(arena)?);
                }
                Element::UnreadCount => event.unread_count = Some(self.text(arena)?.int()?),
                _ => self.skip()?,
            }
        }
        if old != OldIds::default() {
            event.old_ids = Some(arena.alloc(old));
        }
        Ok(event)
    }

    /// An event of no known kind: its name and its bytes.
    pub(super) fn other_event<'t>(
        &mut self,
        name: Name<'b>,
        arena: &'t Bump,
    ) -> Result<Event<'t>, Error>
    where
        'b: 't,
    {
        let start = self.tokens.range().start;
        // Asked for first: a declaration in the element leaves its scope with it.
        let namespace = self.tokens.namespace_as_declared(name.namespace());
        self.pass()?;
        let raw = self.tokens.text_since(start);
        let mut event = Event::new(EventKind::Other);
        event.other = Some(arena.alloc(OtherEvent {
            name: name.local(),
            namespace,
            raw,
        }));
        Ok(event)
    }

    fn item_id<'t>(&mut self, arena: &'t Bump) -> Result<ItemId<'t>, Error>
    where
        'b: 't,
    {
        let (id, change_key) = self.id(arena)?;
        Ok(ItemId::new(id, change_key))
    }

    fn folder_id<'t>(&mut self, arena: &'t Bump) -> Result<FolderId<'t>, Error>
    where
        'b: 't,
    {
        let (id, change_key) = self.id(arena)?;
        Ok(FolderId::new(id, change_key))
    }

    /// `@Id` and `@ChangeKey` of an element that holds nothing else.
    fn id<'t>(&mut self, arena: &'t Bump) -> Result<(&'t str, Option<&'t str>), Error>
    where
        'b: 't,
    {
        let offset = self.name_offset();
        let [id, change_key] = self.attributes(["Id", "ChangeKey"], arena);
        let Some(id) = id else {
            return Err(Error::new(ErrorKind::MissingId, offset));
        };
        self.leaf(|_| {})?;
        Ok((id.text, change_key.map(|key| key.text)))
    }
}
