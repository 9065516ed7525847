package demo

import (
	"slices"
	"sync"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
)

// hangs are what of AWS can be made to take calls and never answer: all of it, or one service.
var hangs = []string{allOfAWS, "iam", "secretsmanager", "ssm"}

const allOfAWS = "aws"

// outages are what is broken of AWS. The zero value is a well one.
type outages struct {
	mu   sync.Mutex
	down bool   // IAM answers with errors
	hung string // one of hangs, or "" for nothing
}

func (o *outages) set(how func(*outages)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	how(o)
}

// hanging returns what hangs, or "".
func (o *outages) hanging() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.hung
}

// hangsFor reports whether a service takes calls and never answers.
func (o *outages) hangsFor(service string) bool {
	hung := o.hanging()
	return hung == allOfAWS || hung == service
}

// failure returns how a call goes wrong, or nil.
func (o *outages) failure(c fakeaws.Call) *fakeaws.Failure {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.hung == allOfAWS || o.hung == c.Service:
		return &fakeaws.Failure{Hang: true}
	case o.down && c.Service == "iam":
		return &fakeaws.Failure{Code: "ServiceFailure"}
	}
	return nil
}

func (s *stage) fault(a action) error {
	if a.Name != "iam" && a.Name != "slack" {
		return say("error.action")
	}
	s.outage(a.Name, a.On)
	s.happen(a.Name+map[bool]string{false: ".up", true: ".down"}[a.On], nil)
	return nil
}

// outage switches a service off or on.
func (s *stage) outage(service string, off bool) {
	s.mu.Lock()
	s.down[service] = off
	s.mu.Unlock()
	switch {
	case service == "iam":
		s.broken.set(func(o *outages) { o.down = off })
	case off:
		cutOff(s.slack)
	default:
		s.slack.Fault(nil)
	}
	s.bell.ring()
}

// hang has AWS, or a service of it, take calls and never answer; an empty name ends that. Calls that hang already go on to,
// until their callers give them up.
func (s *stage) hang(a action) error {
	if a.Name != "" && !slices.Contains(hangs, a.Name) {
		return say("error.action")
	}
	before := ""
	s.broken.set(func(o *outages) { before, o.hung = o.hung, a.Name })
	switch {
	case before == a.Name:
	case a.Name == "":
		s.happen("answers", map[string]string{"hung": before})
	default:
		s.happen("hangs", map[string]string{"hung": a.Name})
	}
	return nil
}

// cutOff has Slack give no answer to anybody.
func cutOff(s *fakeslack.Server) {
	s.Fault(func(fakeslack.Call) *fakeslack.Failure { return &fakeslack.Failure{} })
	for s.Disconnect("") {
	}
}
