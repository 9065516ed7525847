package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is a line and a column of the file, both from 1. Columns count characters.
type place struct{ line, column int }

// mistake is something that must be written differently.
type mistake struct {
	place
	text string
}

// mistakes is what is wrong with a file, and as an error the list of it.
type mistakes struct {
	file  string // its name, if it has one
	lines []string
	list  []mistake
}

// Mistake is what has to be written differently, for programs. Line and Column are from 1; columns count characters.
type Mistake struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Says   string `json:"says"`
}

// Mistakes returns the mistakes that an error of this package lists, in the order of the file, or nil if it lists none.
func Mistakes(err error) []Mistake {
	m, ok := errors.AsType[*mistakes](err)
	if !ok {
		return nil
	}
	var out []Mistake
	for _, one := range m.list {
		out = append(out, Mistake{one.line, one.column, one.text})
	}
	return out
}

// told is how many mistakes are listed: whoever has more has taken the wrong file.
const told = 100

func (m *mistakes) note(at place, format string, args ...any) {
	m.list = append(m.list, mistake{at, fmt.Sprintf(format, args...)})
}

// err returns nil if there is no mistake. The order is that of the file, however it was read.
func (m *mistakes) err() error {
	if len(m.list) == 0 {
		return nil
	}
	slices.SortStableFunc(m.list, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.column, b.column))
	})
	return m
}

// Error lists the mistakes. A line of it begins as a compiler's does, so that editors and terminals jump to the place.
func (m *mistakes) Error() string {
	var out strings.Builder
	out.WriteString(plural(len(m.list), "mistake"))
	prefix := ""
	if m.file != "" {
		out.WriteString(" in " + m.file)
		prefix = m.file + ":"
	}
	for i, one := range m.list {
		if i == told {
			fmt.Fprintf(&out, "\n\nand %d more", len(m.list)-told)
			break
		}
		fmt.Fprintf(&out, "\n\n%s%d:%d: %s%s", prefix, one.line, one.column, strings.Map(printable, one.text), m.excerpt(one.place))
	}
	return out.String()
}

// excerpt shows the line before, the line, and a mark under the column. Where nothing is written it shows nothing.
func (m *mistakes) excerpt(at place) string {
	var out strings.Builder
	if strings.TrimSpace(m.line(at.line)) == "" {
		return ""
	}
	if at.line > 1 && strings.TrimSpace(m.line(at.line-1)) != "" {
		before, _ := cut(m.line(at.line-1), 1)
		fmt.Fprintf(&out, "\n  %5d | %s", at.line-1, before)
	}
	text, column := cut(m.line(at.line), at.column)
	fmt.Fprintf(&out, "\n> %5d | %s\n        | %s^", at.line, text, strings.Repeat(" ", column-1))
	return out.String()
}

// line returns a line by its number, or "" where there is none: an empty file has no first one.
func (m *mistakes) line(n int) string {
	if n > len(m.lines) {
		return ""
	}
	return strings.TrimSuffix(m.lines[n-1], "\r")
}

// cut returns so much of a line that the column can be seen, and where that is now.
func cut(line string, column int) (string, int) {
	const before, width = 100, 140
	start := 0
	for skip := column - before; skip > 0 && start < len(line); skip-- {
		_, size := utf8.DecodeRuneInString(line[start:])
		start, column = start+size, column-1
	}
	var out strings.Builder
	if start > 0 {
		out.WriteString("...")
		column += 3
	}
	n := 0
	for _, c := range line[start:] {
		if n++; n > width {
			out.WriteString("...")
			break
		}
		out.WriteRune(printable(c))
	}
	return out.String(), column
}

// printable shows a tab, and nothing of what steers a terminal.
func printable(c rune) rune {
	switch {
	case c == '\t':
		return '→'
	case !unicode.IsPrint(c):
		return utf8.RuneError
	}
	return c
}

// quote is text of the file in a sentence.
func quote(text string) string { return strconv.Quote(brief(text)) }

// brief is as much of a text as fits a sentence.
func brief(text string) string {
	const most = 120
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "..."
		}
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// series writes a, b and c.
func series(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	end := len(words) - 1
	return strings.Join(words[:end], ", ") + " " + last + " " + words[end]
}
