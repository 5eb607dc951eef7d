//! Reads JSON values into types, where an object is an object and never a list of its fields.

use serde::Deserializer;
use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// A value to be read. serde's derived types take a list for an object, its items in the order of our own fields, at
/// any depth; here every list is refused where an object is expected, so that a value has one meaning, by name.
#[derive(Clone, Copy)]
pub(super) struct Objects<'de>(pub(super) &'de Value);

impl<'de> Objects<'de> {
    fn refuse_list(self, expected: &dyn Expected) -> Result<(), Error> {
        if self.0.is_array() { Err(Error::invalid_type(Unexpected::Seq, expected)) } else { Ok(()) }
    }
}

impl<'de> IntoDeserializer<'de, Error> for Objects<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Objects<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let expected: &dyn Expected = &visitor;
                // serde has no other sign of these than how they call themselves.
                if expected.to_string().starts_with("internally tagged enum") {
                    self.refuse_list(expected)?;
                }
                let mut items = SeqDeserializer::new(items.iter().map(Self));
                let read = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(read)
            }
            Value::Object(fields) => {
                let mut fields =
                    MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_str(), Self(value))));
                let read = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(read)
            }
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.refuse_list(&visitor)?;
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => {
                let fields =
                    MapDeserializer::new(fields.iter().map(|(name, value)| (name.as_str(), Self(value))));
                MapAccessDeserializer::new(fields).deserialize_enum(name, variants, visitor)
            }
            scalar => scalar.deserialize_enum(name, variants, visitor),
        }
    }

    /// A variant's name: serde's derived types also take its place among our own.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.as_u64() {
            Some(place) => Err(Error::invalid_type(Unexpected::Unsigned(place), &visitor)),
            None => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map ignored_any
    }
}
