package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a file. Time and memory of the parser grow with the square of the keys in a mapping and faster with nesting,
// so it is shown nothing that it could not read within a second.
const (
	maxBytes  = 1 << 20
	maxTokens = 30_000 // words and signs: two thousand people, or six hundred entitlements
	maxDepth  = 8      // brackets within brackets
)

// tree makes the bytes a tree of YAML, or notes why they are none.
func (r *reader) tree(source []byte) ast.Node {
	text, ok := r.decode(source)
	if !ok {
		return nil
	}
	r.lines = strings.Split(text, "\n")
	if r.refuseLines(); len(r.list) > 0 {
		return nil
	}
	tokens := r.scan(text)
	r.refuseSigns(tokens)
	if len(r.list) > 0 {
		return nil
	}
	parsed, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // which section tells, with all the others
	if err != nil {
		r.notYAML(err)
		return nil
	}
	return r.document(parsed)
}

// decode returns the source if it is text, without the mark that some editors of Windows begin it with.
func (r *reader) decode(source []byte) (string, bool) {
	if len(source) > maxBytes {
		r.note(place{1, 1}, "the file is larger than 1 MB, as no configuration is: look whether it is the right one")
		return "", false
	}
	if bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		r.note(place{1, 1}, "the file is UTF-16: save it as UTF-8")
		return "", false
	}
	source = bytes.TrimPrefix(source, []byte("\ufeff"))
	if !utf8.Valid(source) {
		r.lines = strings.Split(string(source), "\n")
		r.note(invalid(r.lines), "this character is not UTF-8: save the file as UTF-8")
		return "", false
	}
	return string(source), true
}

// invalid finds the first character that is not UTF-8.
func invalid(lines []string) place {
	for i, line := range lines {
		column := 0
		for rest := line; rest != ""; {
			column++
			c, size := utf8.DecodeRuneInString(rest)
			if c == utf8.RuneError && size == 1 {
				return place{i + 1, column}
			}
			rest = rest[size:]
		}
	}
	return place{1, 1}
}

// conflict is a line that git writes where two versions differ.
var conflict = regexp.MustCompile(`^(<{7} |={7}$|>{7} )`)

// refuseLines tells of lines that are indented with a tab, which YAML forbids in most places and a configuration in all,
// and of those that git has left behind.
func (r *reader) refuseLines() {
	for i := range r.lines {
		line := r.line(i + 1)
		if conflict.MatchString(line) {
			r.note(place{i + 1, 1}, "git has left this line behind in a merge that was not finished: write what shall hold, and take such lines away")
		}
		rest := strings.TrimLeft(line, " ")
		if strings.HasPrefix(rest, "\t") && strings.TrimSpace(rest) != "" {
			r.note(place{i + 1, len(line) - len(rest) + 1}, "a tab indents this line: write spaces, which is all that YAML takes")
		}
	}
}

// scan returns the words and signs of the text.
func (r *reader) scan(text string) token.Tokens {
	var s scanner.Scanner
	var tokens token.Tokens
	for s.Init(text); len(tokens) <= maxTokens; {
		more, err := s.Scan()
		if errors.Is(err, io.EOF) {
			break
		}
		tokens.Add(more...)
	}
	if len(tokens) > maxTokens {
		r.note(position(tokens[maxTokens]), "the file goes on after %d words and signs, as no configuration does: look whether it is the right one", maxTokens)
	}
	return tokens
}

// notYAML tells what the parser has found. Its own words come last: they name what it expected.
func (r *reader) notYAML(err error) {
	if syntax, ok := errors.AsType[*yaml.SyntaxError](err); ok && syntax.Token != nil {
		r.note(position(syntax.Token), "this is not YAML: look at the indentation, and for a bracket, comma, colon or quote "+
			"too many or too few, here and on the lines above (%s)", syntax.Message)
		return
	}
	r.note(place{1, 1}, "this is not YAML: %v", err)
}

// document returns the one that a file has.
func (r *reader) document(parsed *ast.File) ast.Node {
	if len(parsed.Docs) > 1 {
		second := parsed.Docs[1]
		at := place{1, 1}
		if second.Start != nil {
			at = position(second.Start)
		} else if second.Body != nil {
			at = position(start(second.Body))
		}
		r.note(at, "a second document begins here: write all into one, and take this line away")
		return nil
	}
	if len(parsed.Docs) == 0 || parsed.Docs[0].Body == nil {
		r.note(place{1, 1}, "the file is empty: begin with a copy of deploy/sekisho.yaml")
		return nil
	}
	return parsed.Docs[0].Body
}

// start returns the first token of a node; for a mapping in lines the parser itself names the first colon.
func start(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return n.GetToken()
}

func position(t *token.Token) place { return place{t.Position.Line, t.Position.Column} }
