package fakeslack

import (
	"io"
	"net/http"
	"time"
)

// responseURL lets the app answer where the person acted, without being in the channel.
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
type responseURL struct {
	user    string
	source  *Message // what was pressed; with no TS after a command
	uses    int
	expires time.Time // by package time
}

// newResponseURL is a URL at the host by which the app last reached us. The caller holds mu.
func (s *Server) newResponseURL(user string, source *Message) string {
	id := s.id("r")
	s.responses[id] = &responseURL{user: user, source: source, expires: time.Now().Add(responseURLLife)}
	return s.origin + "/response/" + id
}

// serveResponse answers with the plain text "ok". Slack documents the limits of a response URL
// but not the refusals: status 404 and these codes are the fake's own.
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestLength))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"ok": false, "error": "invalid_payload"})
		return
	}
	if status, code := s.respond(r.PathValue("id"), raw); status != http.StatusOK {
		writeJSON(w, status, object{"ok": false, "error": code})
		return
	}
	_, _ = io.WriteString(w, "ok") // fails only when the caller has gone
}

func (s *Server) respond(id string, raw []byte) (status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.notify()
	u, ok := s.responses[id]
	switch {
	case !ok:
		return http.StatusNotFound, "no_such_url"
	case u.uses >= responseURLUses:
		return http.StatusNotFound, "used_url"
	case !time.Now().Before(u.expires):
		return http.StatusNotFound, "expired_url"
	}
	response, err := decodeObject(string(raw))
	if err != nil {
		return http.StatusBadRequest, "invalid_payload"
	}
	if refused := s.apply(u, response); refused != nil {
		return http.StatusBadRequest, refused.code
	}
	u.uses++
	return http.StatusOK, ""
}

// apply changes or deletes the message that was pressed, or says something new: to the person
// alone unless response_type is in_channel.
func (s *Server) apply(u *responseURL, response object) *refusal {
	pressed := u.source.TS != ""
	if pressed && response["delete_original"] == true {
		u.source.Deleted = true
		return nil
	}
	b, refused := s.readBody(bodyArgs(response), maxPostText)
	if refused != nil {
		return refused
	}
	if pressed && response["replace_original"] == true {
		u.source.redraw(b)
		return nil
	}
	m := Message{User: s.ws.BotUser, To: u.user, Text: b.text, Blocks: b.blocks}
	if response["response_type"] == "in_channel" {
		m.To = ""
	}
	m.ThreadTS, _ = response["thread_ts"].(string)
	s.add(s.channels[u.source.Channel], m)
	return nil
}
