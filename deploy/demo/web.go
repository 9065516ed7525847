package demo

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"time"
)

// contentPolicy lets the page load its own files and talk to its own server, and nothing else
// (https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy).
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const mostBody = 256 << 10 // bytes of one action: a pasted record is the longest

// site is the page's web server. A request for another host name is refused, so that no name of somebody else's can be
// pointed here, and an action needs the token that stands in the page, which no other site can read.
type site struct {
	stage *stage
	host  []string // the names it is called by, with the port
	token string
	front *template.Template
	beat  time.Duration // a stream says something at least so often
}

func newSite(s *stage, host ...string) *site {
	front := template.Must(template.ParseFS(files, "page/index.html"))
	return &site{stage: s, host: host, token: rand.Text(), front: front, beat: 15 * time.Second}
}

// handler is everything the site answers.
func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("POST /do", s.act)
	mux.HandleFunc("GET /", s.file)
	return s.guarded(http.NewCrossOriginProtection().Handler(mux))
}

// guarded sets the headers of every answer and refuses other hosts.
func (s *site) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !slices.Contains(s.host, r.Host) {
			http.Error(w, "this is not a name of this page", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *site) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = s.front.Execute(w, struct{ Token, Lang string }{s.token, s.stage.language()}) // whoever has left does not read
}

// file serves what is embedded, under its own type: the machine's table of types may be wrong.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	types := map[string]string{".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
	kind := types[path.Ext(r.URL.Path)]
	body, err := fs.ReadFile(files, path.Join("page", path.Clean("/"+r.URL.Path)))
	if err != nil || kind == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	_, _ = w.Write(body)
}

// act does one action. It answers with an error sentence, with what was asked for, or with an empty object.
func (s *site) act(w http.ResponseWriter, r *http.Request) {
	if subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Token")), []byte(s.token)) != 1 {
		http.Error(w, "the token of the page is missing or old: reload the page", http.StatusForbidden)
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, mostBody))
	decoder.DisallowUnknownFields()
	var a action
	if kind != "application/json" || decoder.Decode(&a) != nil {
		http.Error(w, "not an action of this page", http.StatusBadRequest)
		return
	}
	answer, err := s.stage.do(a)
	out := struct {
		Error  string          `json:"error,omitempty"`
		Answer json.RawMessage `json:"answer,omitempty"`
	}{Error: s.stage.explain(err), Answer: answer}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(out)
}
