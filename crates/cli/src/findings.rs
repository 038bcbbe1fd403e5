//! Messages that an operator has to know of: errors of the server, and lost or repeated notifications.

use ews_notifications::{
    Continuity, Delivery, Fault, Message, Notification, Response, ResponseClass, Watermark,
};

use crate::text::{count, printable, shorten};

/// Checks the messages of all files, or of one stream, in their order, and counts what it finds.
pub(crate) struct Findings {
    continuity: Continuity,
    /// SOAP faults.
    faults: usize,
    /// Responses that report an error.
    server_errors: usize,
    gaps: usize,
    duplicates: usize,
    out_of_order: usize,
}

/// The findings in one message.
pub(crate) struct Found {
    /// The delivery of each notification, in the order of the message.
    pub(crate) deliveries: Vec<Delivery>,
    /// One report of each fault and of each response with an error.
    pub(crate) server_errors: Vec<String>,
    /// One report of each gap, duplicate and notification that is out of order.
    pub(crate) irregularities: Vec<String>,
}

impl Findings {
    pub(crate) fn new() -> Self {
        Self {
            continuity: Continuity::new(),
            faults: 0,
            server_errors: 0,
            gaps: 0,
            duplicates: 0,
            out_of_order: 0,
        }
    }

    /// Checks a message. Its notifications count as received.
    pub(crate) fn add(&mut self, message: &Message<'_>) -> Found {
        let responses = message
            .responses
            .iter()
            .filter(|response| is_error(response));
        let codes = responses.map(|response| response.code.map(|code| code.as_str()));
        let codes: Vec<Option<&str>> = message
            .fault
            .map(fault_code)
            .into_iter()
            .chain(codes)
            .collect();
        let faults = usize::from(message.fault.is_some());
        self.faults += faults;
        self.server_errors += codes.len() - faults;

        let (mut deliveries, mut irregularities) = (Vec::new(), Vec::new());
        for notification in message.notifications() {
            let delivery = self.continuity.check(notification);
            irregularities.extend(self.irregularity(notification, delivery));
            self.continuity.commit(notification);
            deliveries.push(delivery);
        }
        Found {
            deliveries,
            server_errors: codes.into_iter().map(server_error).collect(),
            irregularities,
        }
    }

    /// Whether the server reported an error.
    pub(crate) fn has_server_error(&self) -> bool {
        self.faults + self.server_errors > 0
    }

    /// The counts that are not 0, such as `1 gap`.
    pub(crate) fn counts(&self) -> impl Iterator<Item = String> {
        let counts = [
            (self.faults, "fault"),
            (self.server_errors, "server error"),
            (self.gaps, "gap"),
            (self.duplicates, "duplicate"),
        ];
        let counts = counts.into_iter().filter(|(number, _)| *number > 0);
        let counts = counts.map(|(number, of)| count(number, of));
        let out_of_order =
            (self.out_of_order > 0).then(|| format!("{} out of order", self.out_of_order));
        counts.chain(out_of_order)
    }

    /// Counts and reports a notification that does not continue the one before it.
    fn irregularity(
        &mut self,
        notification: &Notification<'_>,
        delivery: Delivery,
    ) -> Option<String> {
        let counter = match delivery {
            Delivery::Gap => &mut self.gaps,
            Delivery::Duplicate => &mut self.duplicates,
            Delivery::OutOfOrder => &mut self.out_of_order,
            Delivery::First | Delivery::Fresh | Delivery::Unknown => return None,
        };
        *counter += 1;
        let id = bounded(notification.subscription_id.as_str());
        let found = text(notification.previous_watermark);
        Some(match delivery {
            Delivery::Gap => {
                let expected = text(self.continuity.last(notification.subscription_id));
                format!(
                    "events of subscription {id} are missing: \
                     expected PreviousWatermark {expected}, found {found}"
                )
            }
            Delivery::Duplicate => {
                format!(
                    "duplicate notification of subscription {id}, with PreviousWatermark {found}"
                )
            }
            _ => {
                format!(
                    "notification of subscription {id} out of order, with PreviousWatermark {found}"
                )
            }
        })
    }
}

fn is_error(response: &Response<'_>) -> bool {
    response.class == Some(ResponseClass::Error) || !response.error_subscription_ids.is_empty()
}

fn fault_code<'a>(fault: &Fault<'a>) -> Option<&'a str> {
    fault.response_code.map(|code| code.as_str()).or(fault.code)
}

fn server_error(code: Option<&str>) -> String {
    format!(
        "the server reports {}",
        code.map_or("an error".into(), bounded)
    )
}

fn text(watermark: Option<Watermark<'_>>) -> String {
    watermark.map_or("none".into(), |watermark| bounded(watermark.as_str()))
}

/// The text for a report. Exchange writes at most 128 characters.
fn bounded(text: &str) -> String {
    printable(&shorten(text, 64, 160))
}
