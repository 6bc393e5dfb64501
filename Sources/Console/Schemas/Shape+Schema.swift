extension Shape {
    /// The JSON Schema (2020-12, as OpenAPI 3.1 uses it). Objects are references to ``ObjectShape/schema``.
    var schema: JSONValue {
        switch self {
        case .text(let maxBytes, let form):
            // A character has at least one byte, so the limit in bytes is one in characters as well.
            var members: [String: JSONValue] = [
                "type": "string", "maxLength": .integer(Int64(maxBytes)),
            ]
            if let format = form.format {
                members["format"] = .text(format)
            } else if form != .any {
                members["description"] = .text(form.expectation)
            }
            return .object(members)
        case .choice(let names):
            return ["type": "string", "enum": .list(names.map(JSONValue.text))]
        case .integer(let range):
            var members: [String: JSONValue] = ["type": "integer", "minimum": .integer(range.lowerBound)]
            if range.upperBound != .max { members["maximum"] = .integer(range.upperBound) }
            return .object(members)
        case .number:
            return ["type": "number"]
        case .flag:
            return ["type": "boolean"]
        case .list(let item, let maximum, _):
            return ["type": "array", "items": item.schema, "maxItems": .integer(Int64(maximum))]
        case .object(let shape):
            return shape.reference
        case .map(let item, let maximum):
            return [
                "type": "object", "additionalProperties": item.schema, "maxProperties": .integer(Int64(maximum)),
            ]
        }
    }

    /// The objects it is made of, itself included.
    var objects: [ObjectShape] {
        switch self {
        case .object(let shape): [shape] + shape.fields.flatMap(\.shape.objects)
        case .list(let item, _, _), .map(let item, _): item.objects
        case .text, .choice, .integer, .number, .flag: []
        }
    }
}

extension ObjectShape {
    /// A reference to it within the OpenAPI document.
    var reference: JSONValue { ["$ref": .text("#/components/schemas/\(self.name)")] }

    /// Its own schema.
    var schema: JSONValue {
        var properties: [String: JSONValue] = [:]
        for field in self.fields {
            var property = field.shape.schema
            if !field.note.isEmpty, case .object(var members) = property {
                members["description"] = .text(field.note)
                property = .object(members)
            }
            properties[field.name] = property
        }
        var members: [String: JSONValue] = [
            "type": "object", "properties": .object(properties), "additionalProperties": .flag(false),
        ]
        let required = self.fields.filter(\.isRequired).map { JSONValue.text($0.name) }
        if !required.isEmpty { members["required"] = .list(required) }
        return .object(members)
    }
}
