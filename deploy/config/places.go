package config

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// Places tells where in a file something stands.
type Places struct {
	file  string
	lines map[[2]string]int // section, text -> the first line
}

// PlacesOf reads the file at path, which [Load] has taken.
func PlacesOf(path string) (Places, error) {
	source, err := read(path)
	if err != nil {
		return Places{}, fmt.Errorf("read configuration: %w", err)
	}
	p, r := Places{path, map[[2]string]int{}}, &reader{}
	text, _ := r.decode(source)
	section := ""
	for _, t := range r.scan(text) {
		if t.Position.Column == 1 && t.Next != nil && t.Next.Type == token.MappingValueType {
			section = t.Value
		}
		if at := [2]string{section, t.Value}; p.lines[at] == 0 {
			p.lines[at] = t.Position.Line
		}
	}
	return p, nil
}

// Of returns FILE:LINE of the first place where a text stands in a section, or FILE alone. Of a user group (usergroup:S01) the id may
// stand alone, as in braces a colon parts it.
func (p Places) Of(section, text string) string {
	for _, each := range []string{text, strings.TrimPrefix(text, "usergroup:")} {
		if line := p.lines[[2]string{section, each}]; line > 0 {
			return fmt.Sprintf("%s:%d", p.file, line)
		}
	}
	return p.file
}
