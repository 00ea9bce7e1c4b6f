// Package v3 has the names of libopenapi that describe an API, as far as Prometheus writes them.
package v3

import (
	"github.com/pb33f/libopenapi/datamodel/high/base"
	"github.com/pb33f/libopenapi/orderedmap"
)

// Document describes an API.
type Document struct {
	Version    string
	Info       *base.Info
	Servers    []*Server
	Tags       []*base.Tag
	Paths      *Paths
	Components *Components
}

// Render says that there is nothing to read.
func (*Document) Render() ([]byte, error) {
	return []byte("# The store of a demo is compiled without the description of its API.\n"), nil
}

// Server says where an API is.
type Server struct{ URL string }

// Paths are those of an API.
type Paths struct {
	PathItems *orderedmap.Map[string, *PathItem]
}

// PathItem has the operations of a path.
type PathItem struct{ Get, Put, Post, Delete, Options *Operation }

// Operation describes a request.
type Operation struct {
	Tags                              []string
	Summary, Description, OperationId string
	Parameters                        []*Parameter
	RequestBody                       *RequestBody
	Responses                         *Responses
}

// Parameter describes a parameter.
type Parameter struct {
	Name, In, Description string
	Required, Explode     *bool
	Schema                *base.SchemaProxy
	Examples              *orderedmap.Map[string, *base.Example]
}

// RequestBody describes what is sent.
type RequestBody struct {
	Description string
	Required    *bool
	Content     *orderedmap.Map[string, *MediaType]
}

// Responses are those of a request.
type Responses struct {
	Codes   *orderedmap.Map[string, *Response]
	Default *Response
}

// Response describes an answer.
type Response struct {
	Description string
	Content     *orderedmap.Map[string, *MediaType]
}

// MediaType describes a body.
type MediaType struct {
	Schema, ItemSchema *base.SchemaProxy
	Examples           *orderedmap.Map[string, *base.Example]
}

// Components are what others refer to.
type Components struct {
	Schemas *orderedmap.Map[string, *base.SchemaProxy]
}
