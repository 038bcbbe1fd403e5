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
    /// Whether reports have watermarks.
    has_watermarks: bool,
}

/// The findings in one message.
pub(crate) struct Found {
    /// The delivery of each notification, in the order of the message.
    pub(crate) deliveries: Vec<Delivery>,
    /// One report of each fault and of each response with an error.
    pub(crate) server_errors: Vec<ServerError>,
    /// One report of each gap, duplicate and notification that is out of order.
    pub(crate) irregularities: Vec<String>,
    /// Whether it has the first gap of all messages.
    pub(crate) has_first_gap: bool,
}

pub(crate) struct ServerError {
    pub(crate) report: String,
    /// Whether the report says what to do.
    pub(crate) has_advice: bool,
}

impl Findings {
    pub(crate) fn new(has_watermarks: bool) -> Self {
        Self {
            continuity: Continuity::new(),
            faults: 0,
            server_errors: 0,
            gaps: 0,
            duplicates: 0,
            out_of_order: 0,
            has_watermarks,
        }
    }

    /// Checks a message. Its notifications count as received.
    pub(crate) fn add(&mut self, message: &Message<'_>) -> Found {
        let responses = message
            .responses
            .iter()
            .filter(|response| is_error(response));
        let errors = responses.map(|response| {
            let code = response.code.map(|code| code.as_str());
            server_error(code, response.back_off_ms())
        });
        let fault = message
            .fault
            .map(|fault| server_error(fault_code(fault), fault.back_off_ms()));
        let server_errors: Vec<ServerError> = fault.into_iter().chain(errors).collect();
        let faults = usize::from(message.fault.is_some());
        self.faults += faults;
        self.server_errors += server_errors.len() - faults;

        let had_gap = self.gaps > 0;
        let (mut deliveries, mut irregularities) = (Vec::new(), Vec::new());
        for notification in message.notifications() {
            let delivery = self.continuity.check(notification);
            irregularities.extend(self.irregularity(notification, delivery));
            self.continuity.commit(notification);
            deliveries.push(delivery);
        }
        Found {
            deliveries,
            server_errors,
            irregularities,
            has_first_gap: !had_gap && self.gaps > 0,
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
        let mut report = match delivery {
            Delivery::Gap => "events are missing before this notification",
            Delivery::Duplicate => "duplicate notification",
            _ => "notification out of order",
        }
        .to_owned();
        report += &format!(" (subscription {id})");
        if self.has_watermarks {
            report += &format!("; PreviousWatermark is {found}");
            if delivery == Delivery::Gap {
                let expected = text(self.continuity.last(notification.subscription_id));
                report += &format!(", expected {expected}");
            }
        }
        Some(report)
    }
}

fn is_error(response: &Response<'_>) -> bool {
    response.class == Some(ResponseClass::Error) || !response.error_subscription_ids.is_empty()
}

fn fault_code<'a>(fault: &Fault<'a>) -> Option<&'a str> {
    fault.response_code.map(|code| code.as_str()).or(fault.code)
}

/// A report of a server error, with what to do about it if that is known.
fn server_error(code: Option<&str>, back_off_ms: Option<u64>) -> ServerError {
    let advice = match (back_off_ms, code) {
        (Some(time), _) => {
            let seconds = time.div_ceil(1_000);
            Some(format!("wait {seconds} s before the next request"))
        }
        (None, Some(code)) => advice(code).map(str::to_owned),
        (None, None) => None,
    };
    let code = code.map_or("an error".into(), bounded);
    let mut report = format!("the server reports {code}");
    if let Some(advice) = &advice {
        report += &format!(": {advice}");
    }
    ServerError {
        report,
        has_advice: advice.is_some(),
    }
}

fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "ErrorServerBusy" => "wait before the next request",
        "ErrorInvalidSubscription" | "ErrorSubscriptionNotFound" | "ErrorExpiredSubscription" => {
            "subscribe again, then synchronize"
        }
        "ErrorInvalidWatermark" => "subscribe without a watermark, then synchronize",
        _ => return None,
    })
}

fn text(watermark: Option<Watermark<'_>>) -> String {
    watermark.map_or("none".into(), |watermark| bounded(watermark.as_str()))
}

/// The text for a report. Exchange writes at most 128 characters.
fn bounded(text: &str) -> String {
    printable(&shorten(text, 64, 160))
}
