package trail

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// MaxValue is the longest text of a JSON value that [Explainer] reads, in bytes: CloudTrail's log files have tens of megabytes.
const MaxValue = 256 << 20

// Explainer says of events and programs' requests what the bot would do, without doing it.
type Explainer struct {
	Account     func(account string) bool // whether it is in the configuration; nil: every account is
	Entitlement func(id string) bool      // the same
}

// Explained is what came of some input.
type Explained struct {
	Bodies int
	Unread []string // where each body stands that could not be read, and why
}

// Explain reads JSON values, and writes for each body in them what [Parse] or [ParseWish] says of it, as one JSON object a line:
//
//	{"line":1,"class":"request","why":"...","id":"login-...","account":"111122223333","user":"anaya"}
//
// A value may stand on one line or on several. The bodies in it are the elements of an array, the Records of a log file of CloudTrail,
// each CloudTrailEvent of an answer of lookup-events, each Body of an answer of receive-message, or it is one body itself. line is where
// the value begins; "item" follows it where one value holds several bodies, and "file" stands first if the input has a name. id is empty
// unless the class is request, and for a program's request too, whose id depends on who sends it. What is compressed by gzip is read too.
//
// Blank lines, a byte order mark at the start and carriage returns at line ends are nothing. A line that is no JSON is one invalid body,
// and reading goes on behind it. An error is one of reading or writing, never of an event; each value is explained before the next
// is read.
func (e Explainer) Explain(w io.Writer, r io.Reader, file string) (Explained, error) {
	in := bufio.NewReaderSize(r, MaxBody)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return Explained{}, fmt.Errorf("read events: %w", err)
		}
		in = bufio.NewReaderSize(unzipped, MaxBody)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // for people at a terminal
	x := &explaining{Explainer: e, out: out, file: file}
	for {
		line, readErr := readLine(in)
		if readErr != nil && !errors.Is(readErr, io.EOF) {
			return x.done, fmt.Errorf("read events: %w", readErr)
		}
		if x.lines == 0 {
			line = bytes.TrimPrefix(line, []byte(bom))
		}
		x.lines++
		err := x.take(line)
		if err == nil && readErr != nil {
			err = x.flush()
		}
		if err != nil {
			return x.done, fmt.Errorf("write finding: %w", err)
		}
		if readErr != nil {
			return x.done, nil
		}
	}
}

// bom is what some programs put before UTF-8.
const bom = "\ufeff"

// explaining is one input while it is read.
type explaining struct {
	Explainer
	out   *json.Encoder
	file  string
	lines int // so many were read
	done  Explained

	value [][]byte // the lines of a value that has begun on an earlier line, and is not complete
	depth int      // so many brackets of it are open
	size  int
}

// take takes the next line.
func (x *explaining) take(line []byte) error {
	depth, open := brackets(line, x.depth)
	switch {
	case len(x.value) == 0 && len(bytes.TrimSpace(line)) == 0:
		return nil
	case len(x.value) == 0 && (depth <= 0 || open || len(line) > MaxValue || json.Valid(line)):
		return x.explain(x.lines, line)
	}
	x.value, x.depth, x.size = append(x.value, bytes.Clone(line)), depth, x.size+len(line)
	switch {
	case open || x.size > MaxValue: // no string goes over the end of a line
		return x.flush()
	case depth > 0:
		return nil
	}
	if whole := bytes.Join(x.value, []byte("\n")); json.Valid(whole) {
		first := x.lines - len(x.value) + 1
		x.value, x.depth, x.size = nil, 0, 0
		return x.explain(first, whole)
	}
	return x.flush()
}

// flush gives a value up that is none: its first line is an invalid body, and what follows is taken anew.
func (x *explaining) flush() error {
	for len(x.value) > 0 {
		lines, last := x.value, x.lines
		x.value, x.depth, x.size = nil, 0, 0
		x.lines = last - len(lines) + 1
		err := x.explain(x.lines, lines[0])
		for _, line := range lines[1:] {
			if err != nil {
				return err
			}
			x.lines++
			err = x.take(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// brackets counts how many are open behind a line, and tells whether a string is.
func brackets(line []byte, depth int) (_ int, open bool) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case open && c == '\\':
			i++
		case c == '"':
			open = !open
		case open:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	return depth, open
}

// explain explains all bodies of a value.
func (x *explaining) explain(line int, value []byte) error {
	bodies, several := bodiesOf(value)
	for i, body := range bodies {
		item := 0
		if several {
			item = i + 1
		}
		f := x.judge(body)
		x.done.Bodies++
		if f.Class == Invalid {
			where := "line " + strconv.Itoa(line)
			if several {
				where += ", item " + strconv.Itoa(item)
			}
			x.done.Unread = append(x.done.Unread, where+": "+f.Why)
		}
		if err := x.out.Encode(explanation{x.file, line, item, f.Class, f.Why, f.Request.ID, f.Account, f.User}); err != nil {
			return err
		}
	}
	return nil
}

// judge says of a body what the bot would do.
func (x *explaining) judge(body []byte) Finding {
	if !isWish(body) {
		return Parse(body, x.Account)
	}
	f := ParseWish(body, "")
	if f.Class == Request && x.Entitlement != nil && !x.Entitlement(f.Wish.Entitlement) {
		return Finding{Class: Invalid, Why: fmt.Sprintf("entitlement %q is not in the configuration", f.Wish.Entitlement)}
	}
	return f
}

// lists are the keys under which bodies stand in a list, and the key of an element whose text is the body, where it has that: in
// CloudTrail's log files and in what Lambda is given, in answers of lookup-events and of receive-message.
var lists = []struct{ key, text string }{{"Records", "body"}, {"Events", "CloudTrailEvent"}, {"Messages", "Body"}}

// bodiesOf returns the bodies of a value, and whether it can hold several.
func bodiesOf(value []byte) (bodies [][]byte, several bool) {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) == nil && list != nil {
		for _, element := range list {
			more, _ := bodiesOf(element)
			bodies = append(bodies, more...)
		}
		return bodies, true
	}
	top, err := readObject("value", value)
	if err != nil || !json.Valid(value) {
		return [][]byte{value}, false
	}
	for _, in := range lists {
		raw, ok := top[in.key]
		if !ok || isOfS3(raw) || json.Unmarshal(raw, &list) != nil {
			continue
		}
		for _, element := range list {
			bodies = append(bodies, textIn(element, in.text))
		}
		return bodies, true
	}
	return [][]byte{textIn(value, "CloudTrailEvent")}, false
}

// textIn returns the text under a key of an object, or the object itself if it has none.
func textIn(value []byte, key string) []byte {
	var rd reading
	o, err := readObject("value", value)
	if text := rd.text(o, key); err == nil && text != "" {
		return []byte(text)
	}
	return value
}

// explanation is one line of [Explainer.Explain]'s answer.
type explanation struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line"`
	Item    int    `json:"item,omitempty"`
	Class   Class  `json:"class"`
	Why     string `json:"why"`
	ID      string `json:"id"`
	Account string `json:"account"`
	User    string `json:"user"`
}

// readLine returns the next line without its end; the last one comes with io.EOF and may be empty. Of a line that is longer than
// MaxValue it keeps no more than that it is.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line) <= MaxValue {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimRight(line, "\r\n"), err
		}
	}
}
