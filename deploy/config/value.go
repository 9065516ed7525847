package config

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// value is something in the file, and what sentences about it need.
type value struct {
	node ast.Node
	key  string // that it stands behind, "" for the file and for an entry of a list
	name string // in a sentence
	at   place  // of the value, or of its key where there is none
	from place  // of the key, or of the value where there is none
}

// word is a text of the file. It is "" if it was wrong, which is told already: what follows from it is not told too.
type word struct {
	value string
	at    place
}

// form is how a text must look.
type form struct {
	pattern *regexp.Regexp
	name    string
	example string
}

// write says what to write in place of a value.
func (v value) write(example string) string {
	if v.key != "" {
		example = v.key + ": " + example
	}
	return "write for example " + example
}

// wrong tells that the value is of another shape.
func (r *reader) wrong(v value, shape, example string) {
	found, hint := shapeOf(v.node), ""
	fault := "is " + found + ", and must be " + shape
	switch {
	case found == nothing:
		fault = "has no value"
		if strings.Contains(r.line(v.at.line), "#") {
			hint = " (what stands behind # is a comment, unless it is quoted)"
		}
	case found == text && shape == mapping && strings.Contains(v.node.GetToken().Value, ":"):
		hint = " (a colon needs a blank behind it)"
	case found == mapping && shape == text:
		hint = " (a colon in a text has no blank behind it, or the text is quoted)"
	}
	r.note(v.at, "%s %s: %s%s", v.name, fault, v.write(example), hint)
}

// Shapes that a value can have.
const (
	nothing = "nothing"
	mapping = "a mapping"
	list    = "a list"
	text    = "a text"
)

func shapeOf(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return nothing
	case ast.MapNode:
		return mapping
	case *ast.SequenceNode:
		return list
	}
	return text
}

// behind returns the value behind a key.
func behind(key ast.MapKeyNode, n ast.Node) value {
	name := key.GetToken()
	v := value{node: n, key: name.Value, name: quote(name.Value), at: position(name), from: position(name)}
	if shapeOf(n) != nothing {
		v.at = position(start(n))
	}
	return v
}

// entry returns a value in a list.
func entry(n ast.Node, name string) value {
	n = whole(n)
	at := position(start(n))
	return value{node: n, name: name, at: at, from: at}
}

// whole undoes a cut of goccy/go-yaml, which takes usergroup:S0LEADS for a mapping in a list that stands within braces
// (https://github.com/goccy/go-yaml/pull/866). In YAML a colon ends a key only where a blank follows.
func whole(n ast.Node) ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 || shapeOf(m.Values[0].Value) != text {
		return n
	}
	key, colon, rest := m.Values[0].Key.GetToken(), m.Values[0].Start, m.Values[0].Value.GetToken()
	end := key.Position.Offset + utf8.RuneCountInString(key.Value)
	if key.Type != token.StringType || colon.Position.Offset != end || rest.Position.Offset != end+1 {
		return n
	}
	return ast.String(token.String(key.Value+":"+rest.Value, key.Origin+":"+rest.Origin, key.Position))
}
