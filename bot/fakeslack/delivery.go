package fakeslack

import (
	"encoding/json"
	"fmt"
	"time"
)

// What a person reads when an action fails. Slack shows the first two after a slash command
// (https://github.com/slackapi/bolt-python/issues/951, https://github.com/Netflix/dispatch/pull/2848);
// it documents none of them, and the third is the fake's guess.
const (
	dispatchFailed   = "dispatch_failed"          // no socket was there
	operationTimeout = "operation_timeout"        // no acknowledgement came in time
	invalidResponse  = "invalid_command_response" // the acknowledgement's payload is unusable
)

// Delivery is one payload sent to the app and what became of it.
type Delivery struct {
	Envelope string // its id, new at each delivery
	Type     string // "interactive", "slash_commands" or "events_api"
	Payload  json.RawMessage

	Socket   int // which socket carried it, numbered from 1 as they connected; 0 for none
	Acked    bool
	Took     time.Duration   // until the acknowledgement, or until giving up
	Response json.RawMessage // the acknowledgement's payload, nil if it had none

	// Problem is the error code the person sees, "" when the action looks fine to them. An
	// acknowledged delivery has one when its payload was unusable.
	Problem string

	attempt int                             // redeliveries so far
	effect  func(raw json.RawMessage) error // of the acknowledgement's payload; nil when Slack takes none
}

// envelope is what a socket carries.
// https://docs.slack.dev/apis/events-api/using-socket-mode#events
type envelope struct {
	ID           string          `json:"envelope_id"`
	Type         string          `json:"type"`
	Payload      json.RawMessage `json:"payload"`
	Accepts      bool            `json:"accepts_response_payload"`
	RetryAttempt int             `json:"retry_attempt,omitempty"`
	RetryReason  string          `json:"retry_reason,omitempty"`
}

// Redeliver sends the payload of d again in a fresh envelope. Slack documents that for events
// only; for the rest it stands in for a person who presses twice.
// https://docs.slack.dev/apis/events-api/#retries
func (s *Server) Redeliver(d Delivery) Delivery {
	return s.deliver(Delivery{Type: d.Type, Payload: d.Payload, attempt: d.attempt + 1, effect: d.effect})
}

// Resubmit sends a form once more, as a double click does: the same view with what it said then, by a trigger of its own.
func (s *Server) Resubmit(d Delivery) (Delivery, error) {
	payload, err := decodeObject(string(d.Payload))
	if err != nil || payload["type"] != "view_submission" {
		return Delivery{}, fmt.Errorf("submit %v again: it is no form", payload["type"])
	}
	user, _ := payload["user"].(object)
	s.mu.Lock()
	payload["trigger_id"] = s.newTrigger(get(user, "id"))
	s.mu.Unlock()
	return s.deliver(Delivery{Type: d.Type, Payload: encode(payload), effect: d.effect}), nil
}

// deliver sends a payload to one socket and waits for the acknowledgement.
func (s *Server) deliver(d Delivery) Delivery {
	start := time.Now()
	ack := make(chan json.RawMessage, 1)
	k := s.route(&d, ack)
	if k == nil {
		d.Problem = dispatchFailed
		return d
	}
	timer := time.NewTimer(ackWithin)
	defer timer.Stop()
	select {
	case d.Response = <-ack:
		d.Acked = true
	case <-timer.C:
		d.Problem = operationTimeout
	case <-s.done:
		d.Problem = dispatchFailed
	}
	d.Took = time.Since(start)

	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	delete(k.waiting, d.Envelope)
	if d.Acked && d.effect != nil && d.effect(d.Response) != nil {
		d.Problem = invalidResponse
	}
	return d
}

// route gives the payload a fresh envelope and one of the sockets, in turn; nil if there is none.
func (s *Server) route(d *Delivery, ack chan<- json.RawMessage) *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.nextSocket()
	d.Envelope = s.id("e-")
	if k == nil {
		return nil
	}
	e := envelope{ID: d.Envelope, Type: d.Type, Payload: d.Payload, Accepts: d.effect != nil}
	if d.Type == "events_api" && d.attempt > 0 {
		e.RetryAttempt, e.RetryReason = d.attempt, "timeout"
	}
	d.Socket = k.number
	k.waiting[e.ID] = ack
	k.send(encode(e))
	return k
}

// verificationToken is in every payload, as Slack still sends one. No app should look at it.
const verificationToken = "deprecated-verification-token"

// interactive is the head that all interactive payloads share.
// https://docs.slack.dev/reference/interaction-payloads
func (s *Server) interactive(kind string, u User) object {
	return object{
		"type": kind,
		"user": object{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID},
		// Slack does not say whose team this is for a stranger; the fake takes the stranger's,
		// so an app that trusts it alone is found out.
		"team":                  object{"id": u.TeamID, "domain": "fake"},
		"api_app_id":            s.ws.AppID,
		"token":                 verificationToken,
		"enterprise":            nil,
		"is_enterprise_install": false,
	}
}

// decodeResponse reads an acknowledgement's payload; none is an empty object.
func decodeResponse(raw json.RawMessage) (object, error) {
	if len(raw) == 0 {
		return object{}, nil
	}
	o, err := decodeObject(string(raw))
	if err != nil {
		return nil, fmt.Errorf("decode response: %w", err)
	}
	return o, nil
}
