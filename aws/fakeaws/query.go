package fakeaws

import (
	"bytes"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"strconv"
)

// queryProtocol is AWS's Query protocol: a form goes in, XML comes out.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
type queryProtocol struct {
	version   string
	namespace string
}

func (q queryProtocol) parse(_ *http.Request, body []byte) (string, map[string]string, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", nil, refuse("MalformedQueryString", "The query string contains a syntax error.")
	}
	params := make(map[string]string)
	for name := range form {
		if name != "Action" && name != "Version" {
			params[name] = form.Get(name)
		}
	}
	action := form.Get("Action")
	switch {
	case action == "":
		return "", params, refuse("MissingAction", "Missing Action")
	case form.Get("Version") != q.version:
		return action, params, refuse("InvalidAction", "Could not find operation %s for version %s", action, form.Get("Version"))
	}
	return action, params, nil
}

func (q queryProtocol) answer(h http.Header, id, action string, result any) ([]byte, error) {
	h.Set("Content-Type", "text/xml")
	var out bytes.Buffer
	enc := xml.NewEncoder(&out)
	root := element(action + "Response")
	root.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: q.namespace}}
	err := enc.EncodeToken(root)
	if result != nil {
		err = errors.Join(err, enc.EncodeElement(result, element(action+"Result")))
	}
	metadata := struct{ RequestId string }{id}
	err = errors.Join(err,
		enc.EncodeElement(metadata, element("ResponseMetadata")),
		enc.EncodeToken(root.End()),
		enc.Close(),
	)
	return out.Bytes(), err
}

func (q queryProtocol) refuse(h http.Header, id string, no *refusal) ([]byte, error) {
	h.Set("Content-Type", "text/xml")
	type fault struct{ Type, Code, Message string }
	return xml.Marshal(struct {
		XMLName   xml.Name
		Error     fault
		RequestId string
	}{
		xml.Name{Space: q.namespace, Local: "ErrorResponse"},
		fault{no.blames(), no.code, no.message},
		id,
	})
}

func element(name string) xml.StartElement {
	return xml.StartElement{Name: xml.Name{Local: name}}
}

// number reads a whole number out of a form.
func (r *request) number(name string, fallback, least, most int) (int, error) {
	text, ok := r.Params[name]
	if !ok {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, refuse("ValidationError", "Value '%s' at '%s' failed to satisfy constraint: Member must have value between %d and %d",
			text, name, least, most)
	}
	return n, nil
}
