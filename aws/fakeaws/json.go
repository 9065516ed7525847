package fakeaws

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
)

// jsonProtocol is AWS's JSON protocol: the action in a header, JSON both ways.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
type jsonProtocol struct {
	version   string
	target    string // before the dot in X-Amz-Target
	namespace string // of the errors; "" for none
	// query: the service spoke the Query protocol before, and its errors still
	// carry their old codes in a header.
	// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#querycompatible-trait
	query bool
}

// shapes are the names that errors have in JSON, where they differ.
var shapes = map[string]string{
	"AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist",
	"AccessDenied":               "AccessDeniedException",
	"InvalidAction":              "UnknownOperationException",
	"InvalidClientTokenId":       "UnrecognizedClientException",
	"InvalidParameterValue":      "InvalidParameterValueException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException",
	"MissingParameter":           "MissingRequiredParameterException",
	"Throttling":                 "ThrottlingException",
}

func (j jsonProtocol) parse(req *http.Request, body []byte) (string, map[string]string, error) {
	h := req.Header
	target, action, _ := strings.Cut(h.Get("X-Amz-Target"), ".")
	if target != j.target || action == "" {
		return action, nil, refuse("InvalidAction", "The target %q is not one of %s", h.Get("X-Amz-Target"), j.target)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return action, nil, refuse("SerializationException", "The body is not an object in JSON")
	}
	params := make(map[string]string, len(members))
	for name, raw := range members {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		params[name] = text
	}
	return action, params, nil
}

func (j jsonProtocol) answer(h http.Header, _, _ string, result any) ([]byte, error) {
	h.Set("Content-Type", "application/x-amz-json-"+j.version)
	if result == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(result)
}

func (j jsonProtocol) refuse(h http.Header, _ string, no *refusal) ([]byte, error) {
	h.Set("Content-Type", "application/x-amz-json-"+j.version)
	if j.query {
		h.Set("X-Amzn-Query-Error", no.code+";"+no.blames())
	}
	shape := cmp.Or(shapes[no.code], no.code)
	if j.namespace != "" {
		shape = j.namespace + "#" + shape
	}
	return json.Marshal(map[string]string{"__type": shape, "message": no.message})
}

// seconds writes a time as the JSON protocol does; the zero time is 0, which no
// answer has.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

// decode reads the parameters of a JSON request. One that the action does not
// know is refused: ignoring it would let a caller believe that it works.
func (r *request) decode(into any) error {
	dec := json.NewDecoder(bytes.NewReader(r.body))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var mistyped *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &mistyped):
		return refuse("SerializationException", "%s can not be a %s", mistyped.Field, mistyped.Value)
	default:
		return refuse("UnsupportedOperation", "fakeaws does not know it: %v", err)
	}
}
