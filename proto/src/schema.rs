//! JSON schemas of the messages, read from the proto files, for `/openapi.json`.

use std::sync::LazyLock;

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto,
    field_descriptor_proto::{Label, Type},
};
use serde_json::{Map, Value, json};

use crate::descriptor::descriptors;

static SCHEMAS: LazyLock<Map<String, Value>> = LazyLock::new(|| {
    let mut schemas = Map::new();
    for file in &descriptors().file {
        for message in &file.message_type {
            schemas.insert(format!("{}.{}", file.package(), message.name()), object(message));
        }
        for values in &file.enum_type {
            schemas.insert(format!("{}.{}", file.package(), values.name()), names(values));
        }
    }
    schemas
});

/// The schema of every message and enum, by full name.
#[must_use]
pub fn schemas() -> &'static Map<String, Value> {
    &SCHEMAS
}

/// A reference to the schema of a message.
#[must_use]
pub fn reference(full_name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{full_name}") })
}

fn object(message: &DescriptorProto) -> Value {
    let properties: Map<_, _> =
        message.field.iter().map(|field| (field.json_name().to_owned(), property(field))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn names(values: &EnumDescriptorProto) -> Value {
    let names: Vec<_> = values.value.iter().map(|value| value.name()).collect();
    json!({ "type": "string", "enum": names })
}

fn property(field: &FieldDescriptorProto) -> Value {
    let one = match field.r#type() {
        Type::Message | Type::Enum => reference(field.type_name().trim_start_matches('.')),
        Type::Bool => json!({ "type": "boolean" }),
        // Canonical protobuf JSON writes 64-bit integers as strings.
        Type::Int64 | Type::Sint64 | Type::Sfixed64 => {
            json!({ "type": "string", "format": "int64" })
        }
        Type::Uint64 | Type::Fixed64 => json!({ "type": "string", "format": "uint64" }),
        Type::Int32 | Type::Sint32 | Type::Sfixed32 => json!({ "type": "integer" }),
        Type::Uint32 | Type::Fixed32 => json!({ "type": "integer", "minimum": 0 }),
        Type::Double | Type::Float => json!({ "type": "number" }),
        Type::String | Type::Group => json!({ "type": "string" }),
        Type::Bytes => json!({ "type": "string", "format": "byte" }),
    };
    if field.label() == Label::Repeated { json!({ "type": "array", "items": one }) } else { one }
}

#[cfg(test)]
mod tests {
    use super::schemas;

    #[test]
    fn a_command_is_described_as_its_json() {
        let suspend = &schemas()["demarc.site.v1.SuspendSite"]["properties"];
        assert_eq!(suspend["verifiedAddressId"]["type"], "string");
        let reference = "#/components/schemas/demarc.site.v1.SuspensionReason";
        assert_eq!(suspend["reason"]["$ref"], reference);
    }
}
