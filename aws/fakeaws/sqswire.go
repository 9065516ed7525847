package fakeaws

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errNoQueue = refuse("AWS.SimpleQueueService.NonExistentQueue",
	"The specified queue does not exist or you do not have access to it.")

// queue decodes a request and finds the queue whose URL it then holds. Another
// account's queue is as good as none: no queue here has a policy.
func (r *request) queue(in any, queueURL *string) (*queue, error) {
	if err := r.decode(in); err != nil {
		return nil, err
	}
	if *queueURL == "" {
		return nil, refuse("MissingParameter", "The request must contain the parameter QueueUrl.")
	}
	q := r.caller.account.queueAt(*queueURL)
	if q == nil {
		return nil, errNoQueue
	}
	return q, nil
}

// queueAt finds a queue by its URL. The host is not looked at, so that one made up
// from AWS_ENDPOINT_URL is as good as AWS's.
func (acc *account) queueAt(queueURL string) *queue {
	u, err := url.Parse(queueURL)
	if err != nil {
		return nil
	}
	name, ok := strings.CutPrefix(u.Path, "/"+acc.id+"/")
	if !ok {
		return nil
	}
	return acc.queues[name]
}

// receipt is the handle of a message's latest receive: which queue, which message,
// which time.
func (q *queue) receipt(m *message) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s/%s/%d", q.name, m.id, m.received))
}

// latest returns the message that a handle is for, nil if it is gone or has been
// received again since, and an error if this queue cannot have given the handle.
func (q *queue) latest(handle string) (*message, error) {
	text, err := base64.StdEncoding.DecodeString(handle)
	parts := strings.Split(string(text), "/")
	if err != nil || len(parts) != 3 || parts[0] != q.name {
		return nil, refuse("ReceiptHandleIsInvalid", "The input receipt handle %q is not a valid receipt handle.", handle)
	}
	for _, m := range q.messages {
		if m.id == parts[1] && strconv.Itoa(m.received) == parts[2] {
			return m, nil
		}
	}
	return nil, nil
}

// md5 is what the SDK checks a body against.
func (m *message) md5() string {
	sum := md5.Sum([]byte(m.body))
	return hex.EncodeToString(sum[:])
}

// within reads a number that may be left out.
func within(name string, n *int, fallback, least, most int) (int, error) {
	switch {
	case n == nil:
		return fallback, nil
	case *n < least || *n > most:
		return 0, refuse("InvalidParameterValue", "Value %d for parameter %s is invalid. Reason: Must be between %d and %d, if provided.",
			*n, name, least, most)
	}
	return *n, nil
}

// pick returns the attributes named, or all, without those that have no value.
func pick(all map[string]string, names []string) (map[string]string, error) {
	every := slices.Contains(names, "All")
	out := make(map[string]string)
	for _, name := range names {
		if _, known := all[name]; !known && name != "All" {
			return nil, refuse("InvalidAttributeName", "Unknown Attribute %s.", name)
		}
	}
	for name, value := range all {
		if value != "" && (every || slices.Contains(names, name)) {
			out[name] = value
		}
	}
	return out, nil
}

// millis writes a time as SQS does.
func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
