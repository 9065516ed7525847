package fakeaws

import (
	"cmp"
	"encoding/base64"
	"slices"
)

// page cuts out of sorted items what MaxItems and Marker ask for. A marker names
// the last item of the page before, so the next one neither repeats nor leaves
// out what was there all the time, whatever came and went meanwhile.
func page[T any](r *request, items []T, name func(T) string) ([]T, pageXML, error) {
	most, err := r.number("MaxItems", 100, 1, 1000)
	if err != nil {
		return nil, pageXML{}, err
	}
	if marker, ok := r.Params["Marker"]; ok {
		after, err := base64.URLEncoding.DecodeString(marker)
		if err != nil || len(after) == 0 {
			return nil, pageXML{}, refuse("ValidationError", "Invalid Marker.")
		}
		i, found := slices.BinarySearchFunc(items, string(after), func(item T, after string) int {
			return cmp.Compare(fold(name(item)), after)
		})
		if found {
			i++
		}
		items = items[i:]
	}
	if len(items) <= most {
		return items, pageXML{}, nil
	}
	items = items[:most]
	last := fold(name(items[most-1]))
	return items, pageXML{true, base64.URLEncoding.EncodeToString([]byte(last))}, nil
}

type pageXML struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}
