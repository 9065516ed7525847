package access

import (
	"time"

	"sekisho/store"
)

// Request is a wish for access as it came in from outside: nothing in it has been checked against AWS, and all of it
// may be forged. It only ever asks.
type Request struct {
	ID      string // derived from the outside event, so that a redelivery is the same request
	Origin  store.Origin
	Account string // twelve digits
	User    string // IAM user name
	Signin  store.Signin
	Sent    time.Time // when it came into the queue, by SQS's clock
}
