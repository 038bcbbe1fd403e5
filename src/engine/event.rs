//! The general path for events and the ids in them.

use super::child_matcher::OpenEvent;
use super::general_path::GeneralPath;
use super::tags;
use super::value::Value;
use crate::error::{Error, ErrorClass, ErrorKind};
use crate::model::{EventKind, FolderId, ItemId, OtherEvent, Timestamp, Watermark};
use crate::schema::{self, Element};
use crate::xml::{Name, Token};

impl<'a> GeneralPath<'_, 'a> {
    /// An event of a known kind, after its start tag.
    pub(super) fn event(&mut self, kind: EventKind, name: Name<'a>) -> Result<(), Error> {
        self.skip_attributes();
        // In a scope of its own the prefix of the children may mean something else. With another prefix it ends otherwise.
        let is_usual = !self.tokens.has_declarations()
            && self
                .prefix
                .is_some_and(|prefix| tags::is(prefix, name.prefix()));
        let mut open_event = Some(OpenEvent {
            is_usual,
            ..OpenEvent::new(kind)
        });
        self.read_predicted_rest(&mut open_event);
        self.rest_of_event(&mut open_event)
    }

    /// Reads until no event is open. A child that is not as predicted is read by its tokens. Then all that is as predicted is
    /// read, which may close the event and open another.
    pub(super) fn rest_of_event(
        &mut self,
        open_event: &mut Option<OpenEvent<'a>>,
    ) -> Result<(), Error> {
        while let Some(open) = open_event {
            if self.child_of_event(open)? {
                self.read_predicted_rest(open_event);
            } else if let Some(open) = open_event.take() {
                self.builder.push_event(open.close(self.arena));
            }
        }
        Ok(())
    }

    /// Reads on without tokens, while the children are as predicted.
    fn read_predicted_rest(&mut self, open_event: &mut Option<OpenEvent<'a>>) {
        if self.predicts() && open_event.as_ref().is_some_and(|open| open.is_usual) {
            self.read_predicted_children(open_event);
        }
    }

    /// Reads a child of an event, or anything else in it. Returns `false` at its end tag.
    fn child_of_event(&mut self, open: &mut OpenEvent<'a>) -> Result<bool, Error> {
        let OpenEvent {
            event, old, seen, ..
        } = open;
        let name = match self.token()? {
            Some(Token::StartTag(name)) => name,
            Some(Token::EndTag(_)) | None => return Ok(false),
            Some(_) => return Ok(true),
        };
        let offset = self.name_offset();
        let Some(child) = schema::child(Element::Event, name) else {
            self.skip_element()?;
            return Ok(true);
        };
        if !seen.insert(child) {
            return Err(Error::new(ErrorKind::RepeatedElement, offset));
        }
        match child {
            Element::Watermark => {
                event.watermark = self.token_text()?.unless_empty().map(Watermark::new);
            }
            Element::TimeStamp => {
                event.timestamp = Some(Timestamp::new(self.token_text()?.text));
            }
            Element::ItemId => event.item_id = Some(self.item_id()?),
            Element::FolderId => event.folder_id = Some(self.folder_id()?),
            Element::ParentFolderId => event.parent_folder_id = Some(self.folder_id()?),
            Element::OldItemId => old.old_item_id = Some(self.item_id()?),
            Element::OldFolderId => old.old_folder_id = Some(self.folder_id()?),
            Element::OldParentFolderId => {
                old.old_parent_folder_id = Some(self.folder_id()?);
            }
            Element::UnreadCount => event.unread_count = Some(self.token_text()?.int()?),
            _ => self.skip_element()?,
        }
        Ok(true)
    }

    /// An event of an unknown kind, after its start tag: its name, its bytes, and the children that known events have.
    ///
    /// Such a child may have another form here than in a known event. Then only the bytes have it. Nothing in the event is
    /// counted as skipped.
    pub(super) fn other_event(&mut self, name: Name<'a>) -> Result<(), Error> {
        let start = self.tokens.range().start;
        // Resolved first: a declaration in this element is out of scope after the element.
        let namespace = self.namespace_of_unknown(name)?;
        let depth = self.tokens.depth();
        let stats = *self.session.stats;
        let mut open = OpenEvent::new(EventKind::Other);
        loop {
            match self.child_of_event(&mut open) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.class() == ErrorClass::Schema => self.skip_to_depth(depth)?,
                Err(error) => return Err(error),
            }
        }
        *self.session.stats = stats;
        let mut event = open.close(self.arena);
        event.other = Some(self.arena.alloc(OtherEvent {
            name: name.local(),
            namespace,
            raw: self.tokens.text_since(start),
        }));
        self.builder.push_event(event);
        Ok(())
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
        let Some(id) = id.and_then(Value::unless_empty) else {
            return Err(Error::new(ErrorKind::MissingId, offset));
        };
        self.ignore_text()?;
        Ok((id, change_key.map(|key| key.text)))
    }
}
