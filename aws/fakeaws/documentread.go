package fakeaws

import (
	"maps"
	"slices"
	"strings"
)

// document finds a document by its name, of one of its versions, of which there is one.
func (r *request) document(name, version string) (*document, error) {
	d := r.caller.account.documents[name]
	if name == shellDocument {
		d = runShellScript
	}
	switch {
	case d == nil:
		return nil, refuse("InvalidDocument", "Document with name %s does not exist.", name)
	case !slices.Contains([]string{"", "$DEFAULT", "$LATEST", "1"}, version):
		return nil, refuse("InvalidDocumentVersion", "Document with version %s does not exist.", version)
	}
	return d, nil
}

// describeDocument shows a document and its parameters.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeDocument.html
func (a *AWS) describeDocument(r *request) (any, error) {
	var in struct{ Name, DocumentVersion string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	d, err := r.document(in.Name, in.DocumentVersion)
	if err != nil {
		return nil, err
	}
	out := documentJSON{
		Name: d.name, Owner: d.owner, Status: "Active", DocumentType: "Command", DocumentFormat: "JSON", SchemaVersion: "2.2",
		DocumentVersion: "1", DefaultVersion: "1", LatestVersion: "1", PlatformTypes: []string{d.platform},
	}
	for _, name := range slices.Sorted(maps.Keys(d.parameters)) {
		p := d.parameters[name]
		out.Parameters = append(out.Parameters, parameterJSON{name, p.Type, p.Description, strings.Trim(string(p.Default), `"`)})
	}
	return struct{ Document documentJSON }{out}, nil
}

// getDocument shows the content of a document of the account's own.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDocument.html
func (a *AWS) getDocument(r *request) (any, error) {
	var in struct{ Name, DocumentVersion, DocumentFormat string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	d, err := r.document(in.Name, in.DocumentVersion)
	if err != nil {
		return nil, err
	}
	if in.DocumentFormat != "" && in.DocumentFormat != "JSON" || d.content == "" {
		return nil, refuse("UnsupportedOperation", "fakeaws has %s in JSON only, if at all", in.Name)
	}
	return struct{ Name, Content, DocumentVersion, Status, DocumentType, DocumentFormat string }{
		d.name, d.content, "1", "Active", "Command", "JSON"}, nil
}

type documentJSON struct {
	Name, Owner, Status, DocumentType, DocumentFormat, SchemaVersion string
	DocumentVersion, DefaultVersion, LatestVersion                   string
	PlatformTypes                                                    []string
	Parameters                                                       []parameterJSON `json:",omitempty"`
}

type parameterJSON struct {
	Name, Type   string
	Description  string `json:",omitempty"`
	DefaultValue string `json:",omitempty"`
}
