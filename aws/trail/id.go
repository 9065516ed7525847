package trail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// CloudTrail's eventID is a GUID, unique to the event; anything that is short and cannot hurt a key is taken for one.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
var eventID = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)

// requestID names the request that a record makes: by the eventID, or by a digest of the record where it has none of
// use. Either is the same for every delivery of the record, bare or in an envelope.
func requestID(r record) (string, error) {
	if eventID.MatchString(r.id) {
		return "login-" + r.id, nil
	}
	dec := json.NewDecoder(bytes.NewReader(r.raw))
	dec.UseNumber()
	sum, err := digest(dec)
	if err != nil {
		return "", err
	}
	return "login-" + hex.EncodeToString(sum[:16]), nil
}

// digest hashes the next value by what it means: the order of keys, white space and the way a string is escaped do not
// count. A number counts as it is written. The value must be valid JSON, which bounds the recursion too.
func digest(dec *json.Decoder) ([sha256.Size]byte, error) {
	token, err := dec.Token()
	if err != nil {
		return [sha256.Size]byte{}, fmt.Errorf("read the record: %w", err)
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return digestObject(dec)
		}
		return digestArray(dec)
	case string:
		return sha256.Sum256([]byte("string " + t)), nil
	case json.Number:
		return sha256.Sum256([]byte("number " + t)), nil
	}
	return sha256.Sum256(fmt.Append(nil, "literal ", token)), nil // true, false, null
}

func digestObject(dec *json.Decoder) (sum [sha256.Size]byte, err error) {
	type member struct{ key, value [sha256.Size]byte }
	var members []member
	for dec.More() {
		var m member
		if m.key, err = digest(dec); err != nil {
			return sum, err
		}
		if m.value, err = digest(dec); err != nil {
			return sum, err
		}
		members = append(members, m)
	}
	if _, err = dec.Token(); err != nil { // the closing bracket
		return sum, fmt.Errorf("read the record: %w", err)
	}
	slices.SortFunc(members, func(a, b member) int { return bytes.Compare(a.key[:], b.key[:]) })
	h := sha256.New()
	h.Write([]byte("object "))
	for i, m := range members {
		if i > 0 && m.key == members[i-1].key {
			return sum, errors.New("a key stands twice in a record without an eventID")
		}
		h.Write(m.key[:])
		h.Write(m.value[:])
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

func digestArray(dec *json.Decoder) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	h.Write([]byte("array "))
	for dec.More() {
		item, err := digest(dec)
		if err != nil {
			return sum, err
		}
		h.Write(item[:])
	}
	if _, err = dec.Token(); err != nil { // the closing bracket
		return sum, fmt.Errorf("read the record: %w", err)
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
