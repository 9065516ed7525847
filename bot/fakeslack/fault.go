package fakeslack

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Call is one call of a Web API method.
type Call struct {
	N      int // counts the calls from 1
	Method string
	Token  string
	Args   map[string]string // blocks, view and the like as their JSON text
}

// Failure is how a call goes wrong. The zero value drops the connection without an answer.
type Failure struct {
	After      bool          // let the call take effect first: only its answer is lost
	Hang       bool          // give no answer until the caller gives up
	Status     int           // answer with this HTTP status, such as 500
	Error      string        // answer {"ok":false} with this code
	RetryAfter time.Duration // answer 429, to be repeated after this long (in whole seconds)
}

// Fault makes f decide over every call before it is looked at, nil meaning that nothing is wrong.
// f must not block; it may call the Server. A nil f ends the faults.
func (s *Server) Fault(f func(Call) *Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// failureOf numbers the call and asks the fault hook, without holding mu.
func (s *Server) failureOf(c *Call) *Failure {
	s.mu.Lock()
	s.calls++
	c.N = s.calls
	hook := s.fault
	s.mu.Unlock()
	if hook == nil {
		return nil
	}
	return hook(*c)
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, f *Failure) {
	if f.Hang {
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	}
	switch {
	case f.RetryAfter > 0:
		writeRefusal(w, &refusal{code: "ratelimited", retryAfter: f.RetryAfter})
	case f.Error != "" && f.Status != 0:
		writeJSON(w, f.Status, object{"ok": false, "error": f.Error})
	case f.Error != "":
		writeRefusal(w, refuse(f.Error))
	case f.Status != 0:
		http.Error(w, http.StatusText(f.Status), f.Status)
	default:
		panic(http.ErrAbortHandler) // net/http drops the connection without a word
	}
}

// refusal is Slack's way of saying no: {"ok":false,"error":code}, with HTTP status 200 unless
// the caller is to slow down. https://docs.slack.dev/apis/web-api/#responses
type refusal struct {
	code       string
	problems   []string // what response_metadata.messages says of blocks
	needed     string   // the scope that is missing
	provided   string
	retryAfter time.Duration
}

func (e *refusal) Error() string { return e.code }

func refuse(code string) *refusal { return &refusal{code: code} }

func writeRefusal(w http.ResponseWriter, e *refusal) {
	out := object{"ok": false, "error": e.code}
	if e.problems != nil {
		messages := make([]string, len(e.problems))
		for i, p := range e.problems {
			messages[i] = "[ERROR] " + p
		}
		out["errors"] = e.problems
		out["response_metadata"] = object{"messages": messages}
	}
	if e.needed != "" {
		out["needed"], out["provided"] = e.needed, e.provided
	}
	status := http.StatusOK
	if e.retryAfter > 0 {
		status = http.StatusTooManyRequests
		seconds := (e.retryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
	}
	writeJSON(w, status, out)
}

func writeJSON(w http.ResponseWriter, status int, out object) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // fails only when the caller has gone
}
