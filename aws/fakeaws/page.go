package fakeaws

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strconv"
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

// window is how many items are asked for, and how many may be.
type window struct {
	limit                 *int
	least, most, fallback int
}

// cut cuts out of items what a window and a token ask for. A token is a number of
// items, so that what comes and goes between two pages can be missed or come twice.
func cut[T any](items []T, w window, token, badToken string) ([]T, string, error) {
	n := w.fallback
	if w.limit != nil {
		n = *w.limit
	}
	if n < w.least || n > w.most {
		return nil, "", refuse("ValidationException",
			"Value %d at 'maxResults' failed to satisfy constraint: Member must have value between %d and %d", n, w.least, w.most)
	}
	from := 0
	if token != "" {
		var err error
		if from, err = strconv.Atoi(token); err != nil || from < 0 || from > len(items) {
			return nil, "", refuse(badToken, "The NextToken value is invalid.")
		}
	}
	items = items[from:]
	if len(items) <= n {
		return items, "", nil
	}
	return items[:n], strconv.Itoa(from + n), nil
}
