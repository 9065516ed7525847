package trail

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Explain reads events and programs' requests, one JSON object a line, and writes for each what [Parse] or [ParseWish] says
// of it, as one JSON object a line:
//
//	{"line":1,"class":"request","why":"...","id":"login-...","account":"111122223333","user":"anaya"}
//
// All keys are always there, in this order; id is empty unless the class is request, and for a program's request too, whose
// id depends on who sends it. A blank line is invalid, like any
// other that is no event: there is one answer for each line. A byte order mark at the start and carriage returns at line ends are no part of a line. A line longer than
// [MaxBody] is invalid, and reading goes on behind it. An error is one of reading or writing, never of an event; each
// line is written before the next is read.
func Explain(w io.Writer, r io.Reader, known func(account string) bool) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // for people at a terminal
	in := bufio.NewReaderSize(r, MaxBody+len(bom)+len("\r\n"))
	for n := 1; ; n++ {
		line, long, readErr := readLine(in)
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return fmt.Errorf("read events: %w", readErr)
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte(bom))
		}
		if long || len(line) > 0 || readErr == nil { // behind the last line end there is no line
			finding := Finding{Class: Invalid, Why: errTooLong.Error()}
			if !long {
				finding = parseAny(line, known)
			}
			if err := out.Encode(explain(n, finding)); err != nil {
				return fmt.Errorf("write finding: %w", err)
			}
		}
		if readErr != nil {
			return nil
		}
	}
}

func parseAny(line []byte, known func(account string) bool) Finding {
	if isWish(line) {
		return ParseWish(line, "")
	}
	return Parse(line, known)
}

// bom is what some programs put before UTF-8.
const bom = "\ufeff"

// explanation is one line of [Explain]'s answer.
type explanation struct {
	Line    int    `json:"line"`
	Class   Class  `json:"class"`
	Why     string `json:"why"`
	ID      string `json:"id"`
	Account string `json:"account"`
	User    string `json:"user"`
}

func explain(line int, f Finding) explanation {
	return explanation{line, f.Class, f.Why, f.Request.ID, f.Account, f.User}
}

// readLine returns the next line without its end, valid until the next call; the last one comes with io.EOF and may be
// empty. Of a line that does not fit the buffer it returns nothing but that it was long.
func readLine(in *bufio.Reader) (line []byte, long bool, err error) {
	line, err = in.ReadSlice('\n')
	for errors.Is(err, bufio.ErrBufferFull) {
		long = true
		_, err = in.ReadSlice('\n')
	}
	if long {
		return nil, true, err
	}
	return bytes.TrimRight(line, "\r\n"), false, err
}
