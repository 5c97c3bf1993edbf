use pedkai_core::model::{AlarmReport, Name, Severity, Timestamp};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Longest id or type, bytes.
const WORD: usize = 512;
/// Longest free text, bytes.
const TEXT: usize = 16_384;
/// Most attributes.
const ATTRIBUTES: usize = 256;

/// An alarm as the body says it. What it does not know it passes over: a tenant in a body means nothing.
#[derive(Deserialize)]
#[serde(expecting = "an alarm is an object")]
pub(super) struct Item {
    entity_id: Name,
    alarm_type: Name,
    severity: Name,
    raised_at: Timestamp,
    source_system: Name,
    #[serde(default)]
    qualifier: Option<Name>,
    #[serde(default)]
    probable_cause: Option<Name>,
    #[serde(default)]
    text: Option<Name>,
    #[serde(default)]
    cleared: Option<bool>,
    #[serde(default)]
    attributes: Attributes,
}

impl Item {
    /// The alarm, checked.
    pub(super) fn report(self) -> Result<AlarmReport, String> {
        for (field, value) in [
            ("entity_id", &self.entity_id),
            ("alarm_type", &self.alarm_type),
            ("source_system", &self.source_system),
        ] {
            if value.trim().is_empty() {
                return Err(format!("{field} is empty"));
            }
            within(field, value, WORD)?;
        }
        // Some senders say "cleared" by severity, as X.733 does: then the alarm keeps the severity it had.
        let says_cleared = self.severity.eq_ignore_ascii_case("cleared");
        let severity = match Severity::parse(&self.severity) {
            Some(severity) => severity,
            None if says_cleared => Severity::Indeterminate,
            None => {
                return Err(format!(
                    "severity '{}' is none of critical, major, minor, warning, indeterminate, cleared",
                    Name::cut(&self.severity, 40)
                ));
            }
        };
        let report = AlarmReport {
            entity_id: self.entity_id,
            alarm_type: self.alarm_type,
            severity,
            raised_at: self.raised_at,
            source_system: self.source_system,
            qualifier: self.qualifier.unwrap_or_default(),
            probable_cause: self.probable_cause.unwrap_or_default(),
            text: self.text.unwrap_or_default(),
            cleared: self.cleared.unwrap_or(says_cleared),
            attributes: self.attributes.0,
        };
        within("qualifier", &report.qualifier, WORD)?;
        within("probable_cause", &report.probable_cause, WORD)?;
        within("text", &report.text, TEXT)?;
        Ok(report)
    }
}

fn within(field: &str, value: &Name, most: usize) -> Result<(), String> {
    if value.len() > most {
        return Err(format!("{field} holds {} bytes, at most {most} are taken", value.len()));
    }
    Ok(())
}

/// Names with scalar values, as text; nulls are left out.
#[derive(Default)]
struct Attributes(Vec<(Name, Name)>);

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(AttributesVisitor)
    }
}

struct AttributesVisitor;

impl<'de> Visitor<'de> for AttributesVisitor {
    type Value = Attributes;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of attributes")
    }

    fn visit_none<E: Error>(self) -> Result<Attributes, E> {
        Ok(Attributes::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Attributes, E> {
        Ok(Attributes::default())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Attributes, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Attributes, M::Error> {
        let mut attributes: Vec<(Name, Name)> = Vec::new();
        while let Some(name) = map.next_key::<Name>()? {
            let value = map.next_value::<Scalar>()?;
            if attributes.len() == ATTRIBUTES {
                return Err(M::Error::custom(format!("at most {ATTRIBUTES} attributes are taken")));
            }
            if name.len() > WORD || value.0.as_ref().is_some_and(|value| value.len() > TEXT) {
                return Err(M::Error::custom(format!(
                    "an attribute's name holds at most {WORD} bytes, its value at most {TEXT}"
                )));
            }
            if let Some(value) = value.0 {
                attributes.push((name, value));
            }
        }
        Ok(Attributes(attributes))
    }
}

/// A text, number or truth value, as text.
struct Scalar(Option<Name>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text, a number, true or false as an attribute's value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(Some(Name::from(text))))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar(Some(Name::from(if value { "true" } else { "false" }))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar(Some(Name::from(value.to_string()))))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar(Some(Name::from(value.to_string()))))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar(Some(Name::from(value.to_string()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scalar, A::Error> {
        // Several values of one attribute, such as addresses, are separated by `;` as in a CSV field.
        let mut text = String::new();
        while let Some(value) = seq.next_element::<Flat>()? {
            if let Some(value) = value.0 {
                if !text.is_empty() {
                    text.push(';');
                }
                text.push_str(&value);
            }
        }
        Ok(Scalar(Some(Name::from(text))))
    }
}

/// A scalar that is no list, so that nesting ends here.
struct Flat(Option<Name>);

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "texts, numbers, true or false in a list of values")]
        enum Any {
            Text(Name),
            Whole(i64),
            Number(f64),
            Truth(bool),
            Nothing(()),
        }
        Ok(Flat(match Any::deserialize(deserializer)? {
            Any::Text(text) => Some(text),
            Any::Whole(number) => Some(Name::from(number.to_string())),
            Any::Number(number) => Some(Name::from(number.to_string())),
            Any::Truth(value) => Some(Name::from(value.to_string())),
            Any::Nothing(()) => None,
        }))
    }
}
