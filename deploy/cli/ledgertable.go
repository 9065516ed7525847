package cli

import (
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// table writes rows in columns as wide as their widest cell. The last one is as wide as it is.
func table(w io.Writer, rows [][]string) {
	var widest []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widest) {
				widest = append(widest, 0)
			}
			row[i] = visible(cell)
			widest[i] = max(widest[i], columns(row[i]))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widest[i]-columns(cell)+2))
			}
		}
		line(w, "%s", strings.TrimRight(b.String(), " "))
	}
}

// columns tells how wide a terminal draws a text: 漢 is two wide, and what is drawn onto a letter takes no room.
func columns(s string) int {
	n := 0
	for _, r := range s {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
