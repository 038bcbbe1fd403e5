//! Times: an `xs:dateTime` as text, and its conversion to Unix time.

use core::fmt;

use alloc::string::String;

use super::id::opaque;

opaque! {
    /// `TimeStamp` of an event: the text of an `xs:dateTime`, which is checked only when it is converted.
    ///
    /// Exchange writes whole seconds in UTC, such as `2020-12-03T11:03:50Z`. Two timestamps are equal if their texts are:
    /// two spellings of one instant differ.
    Timestamp;
}

/// An instant: seconds since 1970-01-01T00:00:00Z, without leap seconds. [`Timestamp::to_unix`] makes it.
///
/// `Display` writes the instant in UTC by [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339), such as
/// `2020-12-03T11:03:50.25Z`, with only the digits of the fraction that are needed. RFC 3339 has only the years 0000 to
/// 9999; any other year is written as in `xs:dateTime`, such as `-0001` or `10000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct UnixTime {
    /// Whole seconds, rounded down: negative before 1970.
    pub seconds: i64,
    /// Nanoseconds to add to the seconds, below 1,000,000,000.
    pub nanoseconds: u32,
}

impl UnixTime {
    /// Milliseconds since 1970-01-01T00:00:00Z, rounded down.
    #[must_use]
    pub const fn milliseconds(self) -> i128 {
        self.seconds as i128 * 1_000 + (self.nanoseconds / 1_000_000) as i128
    }

    /// The instant for the standard library; `None` if [`SystemTime`](std::time::SystemTime) of the platform cannot
    /// represent it.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn to_system_time(self) -> Option<std::time::SystemTime> {
        use core::time::Duration;
        use std::time::UNIX_EPOCH;

        let seconds = Duration::from_secs(self.seconds.unsigned_abs());
        let whole = match self.seconds {
            0.. => UNIX_EPOCH.checked_add(seconds),
            _ => UNIX_EPOCH.checked_sub(seconds),
        };
        whole?.checked_add(Duration::from_nanos(self.nanoseconds.into()))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date(self.seconds.div_euclid(SECONDS_OF_DAY));
        let second = self.seconds.rem_euclid(SECONDS_OF_DAY);
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let sign = if year < 0 { "-" } else { "" };
        let year = year.unsigned_abs();
        write!(
            f,
            "{sign}{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        let (mut fraction, mut digits) = (self.nanoseconds, 9);
        if fraction > 0 {
            while fraction % 10 == 0 {
                (fraction, digits) = (fraction / 10, digits - 1);
            }
            write!(f, ".{fraction:0digits$}")?;
        }
        f.write_str("Z")
    }
}

/// Why a [`Timestamp`] is not an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimestampError {
    /// Not of the form `YYYY-MM-DDThh:mm:ss`, with an optional fraction and an offset.
    Form,
    /// A field outside its range, such as February 30 or 25 o'clock, or a year of more than nine
    /// digits.
    Range,
    /// Neither `Z` nor an offset from UTC, so the instant is unknown.
    NoOffset,
}

impl Timestamp<'_> {
    /// The instant, by the rules of [XML Schema 1.1](https://www.w3.org/TR/xmlschema11-2/#dateTime): white space around the
    /// text is ignored, `24:00:00` is the following midnight, and year 0000 exists. Digits after the nanoseconds are cut
    /// off. It allocates nothing.
    ///
    /// # Errors
    ///
    /// [`TimestampError`] if the text is outside the lexical space of `xs:dateTime`, or has no offset.
    pub fn to_unix(&self) -> Result<UnixTime, TimestampError> {
        let text = self.0.trim_matches([' ', '\t', '\n', '\r']);
        let mut fields = Fields(text);
        let year = fields.year()?;
        let [month, day] = [fields.two_digits_after("-")?, fields.two_digits_after("-")?];
        let hour = fields.two_digits_after("T")?;
        let [minute, second] = [fields.two_digits_after(":")?, fields.two_digits_after(":")?];
        let nanoseconds = fields.fraction()?;
        let offset_minutes = fields.offset_minutes()?;

        let is_midnight_after = hour == 24 && minute == 0 && second == 0 && nanoseconds == 0;
        let is_date = (1..=12).contains(&month) && (1..=days_of(month, year)).contains(&day);
        let is_time = (hour <= 23 && minute <= 59 && second <= 59) || is_midnight_after;
        if !(is_date && is_time) {
            return Err(TimestampError::Range);
        }
        let minutes =
            (days_since_1970(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
        Ok(UnixTime {
            seconds: minutes * 60 + second,
            nanoseconds,
        })
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "malformed date and time; expected a form such as 2020-12-03T11:03:50Z",
            Self::Range => "nonexistent date or time, or a year of more than nine digits",
            Self::NoOffset => {
                "date and time without offset; expected Z, or an offset such as +01:00"
            }
        })
    }
}

impl core::error::Error for TimestampError {}

/// The rest of the text, from which fields are taken one by one.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    /// `'-'? (([1-9] digit digit digit+) | ('0' digit digit digit))`.
    fn year(&mut self) -> Result<i64, TimestampError> {
        let sign = if self.eat("-") { -1 } else { 1 };
        let digits = self.digits();
        match digits.len() {
            ..=3 => Err(TimestampError::Form),
            5.. if digits.starts_with('0') => Err(TimestampError::Form),
            10.. => Err(TimestampError::Range),
            _ => Ok(sign * number(digits)),
        }
    }

    fn two_digits_after(&mut self, separator: &str) -> Result<i64, TimestampError> {
        let two_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match (self.eat(separator), self.0.split_at_checked(2)) {
            (true, Some((digits, rest))) if two_digits(digits) => {
                self.0 = rest;
                Ok(number(digits))
            }
            _ => Err(TimestampError::Form),
        }
    }

    /// `('.' digit+)?`, in nanoseconds.
    fn fraction(&mut self) -> Result<u32, TimestampError> {
        if !self.eat(".") {
            return Ok(0);
        }
        let digits = self.digits();
        if digits.is_empty() {
            return Err(TimestampError::Form);
        }
        let padded = digits.bytes().chain(core::iter::repeat(b'0')).take(9);
        Ok(padded.fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }

    /// `'Z' | ('+' | '-') hh ':' mm`, up to 14 hours, and the end of the text.
    fn offset_minutes(&mut self) -> Result<i64, TimestampError> {
        if self.0.is_empty() {
            return Err(TimestampError::NoOffset);
        }
        let mut minutes = 0;
        if !self.eat("Z") {
            let (sign, mark) = if self.0.starts_with('-') {
                (-1, "-")
            } else {
                (1, "+")
            };
            let [hours, rest] = [self.two_digits_after(mark)?, self.two_digits_after(":")?];
            minutes = sign * (hours * 60 + rest);
            if rest > 59 || minutes.abs() > 14 * 60 {
                return Err(TimestampError::Range);
            }
        }
        if self.0.is_empty() {
            Ok(minutes)
        } else {
            Err(TimestampError::Form)
        }
    }

    fn digits(&mut self) -> &'a str {
        let end = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        digits
    }

    fn eat(&mut self, text: &str) -> bool {
        let rest = self.0.strip_prefix(text);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

/// The value of at most nine digits.
fn number(digits: &str) -> i64 {
    digits
        .bytes()
        .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
}

fn days_of(month: i64, year: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

const SECONDS_OF_DAY: i64 = 86_400;

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// Years begin in March here, so that the leap day is the last day. An era has 400 years, which are always 146,097 days.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    // 31 30 31 30 31 days and again: months from March on begin at (153 * month + 2) / 5.
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days from 1970-01-01: the inverse of [`days_since_1970`].
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // The leap days before the day are taken off: one in 4 years (1,460 days), none in 100 (36,524), one in 400.
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString as _;

    use proptest::prelude::*;

    use super::{Timestamp, TimestampError, UnixTime};

    fn unix(text: &str) -> Result<(i64, u32), TimestampError> {
        let time = Timestamp::new(text).to_unix();
        time.map(
            |UnixTime {
                 seconds,
                 nanoseconds,
             }| (seconds, nanoseconds),
        )
    }

    #[test]
    fn is_displayed_by_rfc_3339_with_the_digits_of_the_fraction_that_are_needed() {
        for (seconds, nanoseconds, text) in [
            (0, 0, "1970-01-01T00:00:00Z"),
            (-1, 500_000_000, "1969-12-31T23:59:59.5Z"),
            (1_606_993_430, 1, "2020-12-03T11:03:50.000000001Z"),
            (1_606_993_430, 120_000_000, "2020-12-03T11:03:50.12Z"),
            (951_782_399, 0, "2000-02-28T23:59:59Z"),
            (951_782_400, 0, "2000-02-29T00:00:00Z"),
            (
                253_402_300_799,
                999_999_999,
                "9999-12-31T23:59:59.999999999Z",
            ),
            (-62_167_219_200, 0, "0000-01-01T00:00:00Z"),
        ] {
            let time = UnixTime {
                seconds,
                nanoseconds,
            };
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn a_year_outside_of_rfc_3339_is_displayed_as_xml_schema_writes_it() {
        for (seconds, text) in [
            (253_402_300_800, "10000-01-01T00:00:00Z"),
            (-62_167_219_201, "-0001-12-31T23:59:59Z"),
            (i64::MAX, "292277026596-12-04T15:30:07Z"),
            (i64::MIN, "-292277022657-01-27T08:29:52Z"),
        ] {
            let time = UnixTime {
                seconds,
                nanoseconds: 0,
            };
            assert_eq!(time.to_string(), text);
        }
    }

    #[test]
    fn milliseconds_are_rounded_down() {
        for (seconds, nanoseconds, milliseconds) in [
            (1, 999_999_999, 1_999),
            (-1, 999_999, -1_000),
            (-1, 1_000_000, -999),
            (i64::MIN, 0, i128::from(i64::MIN) * 1_000),
        ] {
            let time = UnixTime {
                seconds,
                nanoseconds,
            };
            assert_eq!(time.milliseconds(), milliseconds);
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn converts_to_the_time_of_the_standard_library_where_that_can_represent_it() {
        use core::time::Duration;
        use std::time::UNIX_EPOCH;

        for (seconds, nanoseconds, expected) in [
            (1, 500, UNIX_EPOCH.checked_add(Duration::new(1, 500))),
            (
                -2,
                500,
                UNIX_EPOCH.checked_sub(Duration::new(1, 999_999_500)),
            ),
            (i64::MAX, u32::MAX, None),
        ] {
            let time = UnixTime {
                seconds,
                nanoseconds,
            };
            assert_eq!(time.to_system_time(), expected);
        }
    }

    #[test]
    fn the_lexical_space_of_xs_date_time_converts() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", (0, 0)),
            ("2020-12-03T11:03:50Z", (1_606_993_430, 0)),
            ("1969-12-31T23:59:59Z", (-1, 0)),
            ("1969-12-31T23:59:59.5Z", (-1, 500_000_000)),
            ("2000-02-29T00:00:00Z", (951_782_400, 0)),
            ("2020-12-03T24:00:00Z", (1_607_040_000, 0)),
            ("2020-12-31T24:00:00.000Z", (1_609_459_200, 0)),
            (
                "2020-12-03T11:03:50.123456789Z",
                (1_606_993_430, 123_456_789),
            ),
            (
                "2020-12-03T11:03:50.1234567899Z",
                (1_606_993_430, 123_456_789),
            ),
            ("2020-12-03T11:03:50.1Z", (1_606_993_430, 100_000_000)),
            ("2020-12-03T12:03:50+01:00", (1_606_993_430, 0)),
            ("2020-12-03T05:33:50-05:30", (1_606_993_430, 0)),
            ("2020-12-04T01:03:50+14:00", (1_606_993_430, 0)),
            (" \t\r\n2020-12-03T11:03:50Z\n", (1_606_993_430, 0)),
            ("0000-03-01T00:00:00Z", (-719_468 * 86_400, 0)),
            ("-0001-03-01T00:00:00Z", ((-719_468 - 366) * 86_400, 0)),
            ("10000-01-01T00:00:00Z", (253_402_300_800, 0)),
        ] {
            assert_eq!(unix(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_text_outside_of_it_is_refused_with_its_reason() {
        use TimestampError::{Form, NoOffset, Range};
        for (text, expected) in [
            ("", Form),
            ("2020-12-03", Form),
            ("2020-12-03T11:03Z", Form),
            ("2020-12-03 11:03:50Z", Form),
            ("2020-12-03T11:03:50z", Form),
            ("2020-12-03T11:03:50.Z", Form),
            ("2020-12-03T11:03:50ZZ", Form),
            ("2020-12-03T11:03:50+1:00", Form),
            ("2020-12-03T11:03:50+01:0", Form),
            ("2020-1-03T11:03:50Z", Form),
            ("+2020-12-03T11:03:50Z", Form),
            ("020-12-03T11:03:50Z", Form),
            ("02020-12-03T11:03:50Z", Form),
            ("2020-12-03T11:03:5\u{0665}Z", Form),
            ("2020-12-03T11:03:50", NoOffset),
            ("2020-12-03T11:03:50.5", NoOffset),
            ("2020-13-03T11:03:50Z", Range),
            ("2020-00-03T11:03:50Z", Range),
            ("2020-12-00T11:03:50Z", Range),
            ("2020-12-32T11:03:50Z", Range),
            ("2021-02-29T11:03:50Z", Range),
            ("1900-02-29T11:03:50Z", Range),
            ("2020-12-03T24:00:01Z", Range),
            ("2020-12-03T24:00:00.1Z", Range),
            ("2020-12-03T25:00:00Z", Range),
            ("2020-12-03T11:60:50Z", Range),
            ("2020-12-03T11:03:60Z", Range),
            ("2020-12-03T11:03:50+14:01", Range),
            ("2020-12-03T11:03:50+13:60", Range),
            ("2020-12-03T11:03:50-15:00", Range),
            ("1234567890-12-03T11:03:50Z", Range),
        ] {
            assert_eq!(unix(text), Err(expected), "{text}");
        }
    }

    proptest! {
        /// jiff is an independent date library. The instants are all that it can represent.
        #[test]
        fn agrees_with_jiff(
            second in jiff::Timestamp::MIN.as_second()..=jiff::Timestamp::MAX.as_second(),
            nanosecond in 0..1_000_000_000_i32,
            offset in -14 * 60..=14 * 60_i32,
        ) {
            let instant = jiff::Timestamp::new(second, 0).unwrap();
            let zone = jiff::tz::Offset::from_seconds(offset * 60).unwrap();
            let local = zone.to_datetime(instant);
            let sign = if offset < 0 { '-' } else { '+' };
            let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
            let year = if local.year() < 0 {
                format!("-{:04}", -local.year())
            } else {
                format!("{:04}", local.year())
            };
            let date = format!("{year}-{:02}-{:02}", local.month(), local.day());
            let time = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
            let text = format!("{date}T{time}.{nanosecond:09}{sign}{hours:02}:{minutes:02}");
            prop_assert_eq!(unix(&text), Ok((second, nanosecond as u32)), "{}", text);

            let time = UnixTime { seconds: second, nanoseconds: nanosecond as u32 };
            let instant = jiff::Timestamp::new(second, 0).unwrap() + jiff::SignedDuration::from_nanos(nanosecond.into());
            prop_assert_eq!(time.milliseconds(), instant.as_nanosecond().div_euclid(1_000_000));
            if instant.to_zoned(jiff::tz::TimeZone::UTC).year() >= 0 {
                prop_assert_eq!(time.to_string(), instant.to_string());
            }
        }

        /// Over all years of a timestamp, which are more than jiff has.
        #[test]
        fn the_displayed_text_converts_back_to_the_same_instant(
            seconds in -31_557_000_000_000_000..=31_556_000_000_000_000_i64,
            nanoseconds in 0..1_000_000_000_u32,
        ) {
            let text = UnixTime { seconds, nanoseconds }.to_string();
            prop_assert_eq!(unix(&text), Ok((seconds, nanoseconds)), "{}", text);
        }

        #[test]
        fn never_panics(text in "[-+0-9TZ:. ]{0,40}") {
            let _ = unix(&text);
        }
    }
}
