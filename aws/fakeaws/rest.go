package fakeaws

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// restProtocol is S3's: the action is the method and the path, parameters are headers and the query, XML comes out.
// https://docs.aws.amazon.com/AmazonS3/latest/API/Type_API_Reference.html
type restProtocol struct{}

// restAnswer is what an action of S3 returns.
type restAnswer struct {
	header map[string]string
	body   any // nil for none
}

// restParams are the headers and the query's keys that an action knows, with the names of its parameters. Any other that
// could change what is done is refused.
var restParams = map[string]map[string]string{
	"PutObject": {"If-None-Match": "IfNoneMatch",
		"X-Amz-Object-Lock-Mode": "ObjectLockMode", "X-Amz-Object-Lock-Retain-Until-Date": "ObjectLockRetainUntilDate",
		"X-Amz-Sdk-Checksum-Algorithm": "ChecksumAlgorithm", "X-Amz-Checksum-Sha256": "ChecksumSHA256",
		"X-Amz-Expected-Bucket-Owner": "ExpectedBucketOwner"},
	"HeadObject": {"X-Amz-Checksum-Mode": "ChecksumMode", "X-Amz-Expected-Bucket-Owner": "ExpectedBucketOwner"},
	"ListObjectVersions": {"X-Amz-Expected-Bucket-Owner": "ExpectedBucketOwner", "prefix": "Prefix", "max-keys": "MaxKeys",
		"key-marker": "KeyMarker", "version-id-marker": "VersionIdMarker", "versions": ""},
}

// harmless tells whether a header changes nothing of what is done: the signature's, and those of HTTP.
func harmless(header string) bool {
	switch header {
	case "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token", "X-Amz-User-Agent":
		return true
	}
	return !strings.HasPrefix(header, "X-Amz-") && !strings.HasPrefix(header, "If-") && header != "Content-Encoding"
}

func (restProtocol) parse(req *http.Request, _ []byte) (string, map[string]string, error) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
	query := req.URL.Query()
	action := ""
	switch {
	case req.Method == http.MethodPut && key != "":
		action = "PutObject"
	case req.Method == http.MethodHead && key != "":
		action = "HeadObject"
	case req.Method == http.MethodGet && key == "" && query.Has("versions"):
		action = "ListObjectVersions"
	default:
		return req.Method, nil, refuse("NotImplemented", "fakeaws does not know %s %s", req.Method, req.URL)
	}
	params := map[string]string{"Bucket": bucket}
	if key != "" {
		params["Key"] = key
	}
	known := restParams[action]
	for name := range req.Header {
		if param, ok := known[name]; ok {
			params[param] = req.Header.Get(name)
		} else if !harmless(name) {
			return action, params, refuse("NotImplemented", "A header you provided implies functionality that is not implemented: %s", name)
		}
	}
	for name := range query {
		if param, ok := known[name]; ok && param != "" {
			params[param] = query.Get(name)
		} else if !ok && name != "x-id" { // the SDK's name of the action
			return action, params, refuse("NotImplemented", "fakeaws does not know the parameter %s", name)
		}
	}
	return action, params, nil
}

func (restProtocol) answer(h http.Header, _, _ string, result any) ([]byte, error) {
	out := result.(*restAnswer)
	for name, value := range out.header {
		h.Set(name, value)
	}
	if out.body == nil {
		return nil, nil
	}
	h.Set("Content-Type", "application/xml")
	return xml.Marshal(out.body)
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (restProtocol) refuse(h http.Header, id string, no *refusal) ([]byte, error) {
	h.Set("Content-Type", "application/xml")
	return xml.Marshal(struct {
		XMLName                  xml.Name `xml:"Error"`
		Code, Message, RequestId string
	}{Code: no.code, Message: no.message, RequestId: id})
}
