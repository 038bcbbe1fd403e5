//! The general path for events and the ids in them.

use super::general_path::GeneralPath;
use crate::error::{Error, ErrorKind};
use crate::model::{Event, EventKind, FolderId, ItemId, OldIds, OtherEvent, Timestamp, Watermark};
use crate::schema::{self, Element, Seen};
use crate::xml::{Name, Token};

impl<'a> GeneralPath<'_, 'a> {
    /// An event of a known kind, after its start tag.
    pub(super) fn event(&mut self, kind: EventKind) -> Result<(), Error> {
        self.skip_attributes();
        self.rest_of_event(kind)
    }

    /// The children and the end tag of an event. Children that are as predicted are read without tokens.
    pub(super) fn rest_of_event(&mut self, kind: EventKind) -> Result<(), Error> {
        let mut event = Event::new(kind);
        let mut old = OldIds::default();
        let mut seen = Seen::default();
        // In a scope of its own the prefix of the children may mean something else.
        let shares_scope = !self.tokens.has_declarations();
        loop {
            if shares_scope && self.read_predicted_event(&mut event, &mut old, &mut seen) {
                break;
            }
            let name = match self.token()? {
                Some(Token::StartTag(name)) => name,
                Some(Token::EndTag(_)) | None => break,
                Some(_) => continue,
            };
            let offset = self.name_offset();
            let Some(child) = schema::child(Element::Event, name) else {
                self.skip_element()?;
                continue;
            };
            if !seen.insert(child) {
                return Err(Error::new(ErrorKind::RepeatedElement, offset));
            }
            match child {
                Element::Watermark => {
                    event.watermark = Some(Watermark::new(self.text()?.text));
                }
                Element::TimeStamp => {
                    event.timestamp = Some(Timestamp::new(self.text()?.text));
                }
                Element::ItemId => event.item_id = Some(self.item_id()?),
                Element::FolderId => event.folder_id = Some(self.folder_id()?),
                Element::ParentFolderId => event.parent_folder_id = Some(self.folder_id()?),
                Element::OldItemId => old.old_item_id = Some(self.item_id()?),
                Element::OldFolderId => old.old_folder_id = Some(self.folder_id()?),
                Element::OldParentFolderId => {
                    old.old_parent_folder_id = Some(self.folder_id()?);
                }
                Element::UnreadCount => event.unread_count = Some(self.text()?.int()?),
                _ => self.skip_element()?,
            }
        }
        if old != OldIds::default() {
            event.old_ids = Some(self.arena.alloc(old));
        }
        self.builder.events.push(event);
        Ok(())
    }

    /// An event of an unknown kind, after its start tag: its name and its bytes.
    pub(super) fn other_event(&mut self, name: Name<'a>) -> Result<Event<'a>, Error> {
        let start = self.tokens.range().start;
        // Resolved first: a declaration in this element is out of scope after the element.
        let namespace = self.tokens.namespace_as_declared(name.namespace());
        self.skip_to_end_tag()?;
        let mut event = Event::new(EventKind::Other);
        event.other = Some(self.arena.alloc(OtherEvent {
            name: name.local(),
            namespace,
            raw: self.tokens.text_since(start),
        }));
        Ok(event)
    }

    fn item_id(&mut self) -> Result<ItemId<'a>, Error> {
        let (id, change_key) = self.id()?;
        Ok(ItemId::new(id, change_key))
    }

    fn folder_id(&mut self) -> Result<FolderId<'a>, Error> {
        let (id, change_key) = self.id()?;
        Ok(FolderId::new(id, change_key))
    }

    /// Reads an element with `@Id` and perhaps `@ChangeKey`.
    fn id(&mut self) -> Result<(&'a str, Option<&'a str>), Error> {
        let offset = self.name_offset();
        let [id, change_key] = self.attributes(["Id", "ChangeKey"]);
        let Some(id) = id else {
            return Err(Error::new(ErrorKind::MissingId, offset));
        };
        self.ignore_text()?;
        Ok((id.text, change_key.map(|key| key.text)))
    }
}
