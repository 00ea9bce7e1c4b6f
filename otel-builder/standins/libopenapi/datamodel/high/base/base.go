// Package base has the names of libopenapi that describe values, as far as Prometheus writes them.
package base

import "github.com/pb33f/libopenapi/orderedmap"

// SchemaProxy stands for a schema or a reference to one.
type SchemaProxy struct{}

// CreateSchemaProxy forgets the schema.
func CreateSchemaProxy(*Schema) *SchemaProxy { return nil }

// CreateSchemaProxyRef forgets the reference.
func CreateSchemaProxyRef(string) *SchemaProxy { return nil }

// DynamicValue is one of two kinds.
type DynamicValue[A, B any] struct {
	N int
	A A
	B B
}

// Schema describes a value.
type Schema struct {
	Type, Required              []string
	OneOf, AnyOf                []*SchemaProxy
	Items, AdditionalProperties *DynamicValue[*SchemaProxy, bool]
	Properties                  *orderedmap.Map[string, *SchemaProxy]
	Minimum                     *float64
	MinItems, MaxItems          *int64
	Format, Title, Description  string
	ContentMediaType            string
	ContentSchema               *SchemaProxy
	Enum, Default, Example      any
}

// Example shows a value.
type Example struct {
	Summary, Description string
	Value                any
}

// Info describes an API.
type Info struct {
	Title, Description, Version string
	Contact                     *Contact
}

// Contact says who answers for an API.
type Contact struct{ Name, URL string }

// Tag describes a group of paths.
type Tag struct{ Name, Summary, Description string }
