package fakeslack

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
)

// method is one method of the Web API. run is called with mu held.
type method struct {
	appToken bool   // called with the app token, not the bot's
	scope    string // of the bot token, "" if none is needed
	run      func(*Server, Call) (object, *refusal)
}

// methods is what the fake serves; any other name is unknown_method.
// The scopes are those of https://docs.slack.dev/reference/methods
var methods = map[string]method{
	"apps.connections.open": {appToken: true, run: (*Server).openConnection},
	"auth.test":             {run: (*Server).authTest},
	"chat.getPermalink":     {run: (*Server).permalink},
	"chat.postEphemeral":    {scope: "chat:write", run: (*Server).postEphemeral},
	"chat.postMessage":      {scope: "chat:write", run: (*Server).postMessage},
	"chat.update":           {scope: "chat:write", run: (*Server).updateMessage},
	"conversations.info":    {scope: "channels:read", run: (*Server).conversationInfo},
	"conversations.open":    {scope: "im:write", run: (*Server).openConversation},
	"usergroups.list":       {scope: "usergroups:read", run: (*Server).listGroups},
	"usergroups.users.list": {scope: "usergroups:read", run: (*Server).listGroup},
	"users.info":            {scope: "users:read", run: (*Server).userInfo},
	"users.list":            {scope: "users:read", run: (*Server).listUsers},
	"users.lookupByEmail":   {scope: "users:read.email", run: (*Server).lookupByEmail},
	"views.open":            {run: (*Server).openView},
	"views.publish":         {run: (*Server).publishView},
	"views.update":          {run: (*Server).updateView},
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	c, refused := readCall(r)
	if refused != nil {
		writeRefusal(w, refused)
		return
	}
	failure := s.failureOf(&c)
	if failure != nil && !failure.After {
		s.fail(w, r, failure)
		return
	}
	out, refused := s.answer(c, originOf(r))
	switch {
	case failure != nil:
		s.fail(w, r, failure)
	case refused != nil:
		writeRefusal(w, refused)
	default:
		out["ok"] = true
		writeJSON(w, http.StatusOK, out)
	}
}

func (s *Server) answer(c Call, origin string) (object, *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	m, ok := methods[c.Method]
	if !ok {
		return nil, refuse("unknown_method")
	}
	if refused := s.authorize(m, c.Token); refused != nil {
		return nil, refused
	}
	if wait := s.limited(c.Method); wait > 0 {
		return nil, &refusal{code: "ratelimited", retryAfter: wait}
	}
	s.origin = origin
	return m.run(s, c)
}

func (s *Server) authorize(m method, token string) *refusal {
	want, other := s.ws.BotToken, s.ws.AppToken
	if m.appToken {
		want, other = other, want
	}
	switch {
	case token == "":
		return refuse("not_authed")
	case token != want && token != other:
		return refuse("invalid_auth")
	case s.revoked != "":
		return refuse(s.revoked)
	case token != want:
		return refuse("not_allowed_token_type")
	}
	if m.scope != "" && !s.hasScope(m.scope) {
		return &refusal{code: "missing_scope", needed: m.scope, provided: strings.Join(s.ws.Scopes, ",")}
	}
	return nil
}

func (s *Server) hasScope(scope string) bool { return slices.Contains(s.ws.Scopes, scope) }

func originOf(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// readCall takes the arguments from a form or a JSON body. A token in a JSON body does not count.
// https://docs.slack.dev/apis/web-api/#basics
func readCall(r *http.Request) (Call, *refusal) {
	c := Call{Method: r.PathValue("method"), Args: map[string]string{}}
	r.Body = http.MaxBytesReader(nil, r.Body, maxRequestLength)
	kind := "application/x-www-form-urlencoded"
	if given := r.Header.Get("Content-Type"); given != "" {
		kind, _, _ = mime.ParseMediaType(given) // "" when it is nonsense, and refused below
	}
	switch kind {
	case "application/json":
		if refused := c.readJSON(r.Body); refused != nil {
			return c, refused
		}
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil {
			return c, refuse("invalid_form_data")
		}
		for key := range r.Form {
			c.Args[key] = r.Form.Get(key)
		}
		c.Token = c.Args["token"]
		delete(c.Args, "token")
	default:
		return c, refuse("invalid_post_type")
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		c.Token = bearer
	}
	return c, nil
}

func (c *Call) readJSON(body io.Reader) *refusal {
	var args map[string]json.RawMessage
	// apps.connections.open is called with the type of JSON and no body at all.
	if err := json.NewDecoder(body).Decode(&args); err != nil && !errors.Is(err, io.EOF) {
		return refuse("invalid_json")
	}
	for key, raw := range args {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			c.Args[key] = text
		} else {
			c.Args[key] = string(raw)
		}
	}
	return nil
}
