package fakeaws

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
)

// refusal is an error as AWS answers it. Its code is the one of the Query
// protocol, which is also what the SDK's ErrorCode returns; json.go knows where
// the JSON protocol calls the same thing otherwise.
type refusal struct {
	code    string
	message string
	status  int
}

func (e *refusal) Error() string { return e.code + ": " + e.message }

// statuses are the HTTP statuses of the codes that are not 400.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the
// "Errors" of each action.
var statuses = map[string]int{
	"AccessDenied":                  http.StatusForbidden,
	"EntityTemporarilyUnmodifiable": http.StatusConflict,
	"InternalFailure":               http.StatusInternalServerError,
	"InternalServerError":           http.StatusInternalServerError,
	"InternalServiceError":          http.StatusInternalServerError,
	"InvalidClientTokenId":          http.StatusForbidden,
	"LimitExceeded":                 http.StatusConflict,
	"MissingAuthenticationToken":    http.StatusForbidden,
	"NoSuchBucket":                  http.StatusNotFound,
	"NoSuchEntity":                  http.StatusNotFound,
	"NoSuchKey":                     http.StatusNotFound,
	"NotImplemented":                http.StatusNotImplemented,
	"PreconditionFailed":            http.StatusPreconditionFailed,
	"ReportExpired":                 http.StatusGone,
	"ReportInProgress":              http.StatusNotFound,
	"ReportNotPresent":              http.StatusGone,
	"ServiceFailure":                http.StatusInternalServerError,
	"ServiceUnavailable":            http.StatusServiceUnavailable,
}

// refuse makes a refusal with the status that AWS gives the code.
func refuse(code, format string, args ...any) *refusal {
	return &refusal{code, fmt.Sprintf(format, args...), cmp.Or(statuses[code], http.StatusBadRequest)}
}

// blames says whose fault it is, in AWS's words.
func (e *refusal) blames() string {
	if e.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// codeOf returns what [Call].Err says of an error.
func codeOf(err error) string {
	var no *refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &no):
		return no.code
	default:
		return NoAnswer
	}
}
