package demo

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"
)

// served is a page on a real socket, until the test ends.
func served(t *testing.T) (*stage, *site, string) {
	t.Helper()
	s := onStage(t, "en")
	web := httptest.NewUnstartedServer(nil)
	host := web.Listener.Addr().String()
	site := newSite(s, host)
	web.Config.Handler = site.handler()
	web.Start()
	t.Cleanup(web.CloseClientConnections)
	return s, site, web.URL
}

// Another site, another name of this machine, or a program that has not read the page cannot act.
func TestOthersCannotAct(t *testing.T) {
	t.Parallel()
	s, site, url := served(t)
	good := map[string]string{"X-Token": site.token, "Content-Type": "application/json"}
	for _, c := range []struct {
		change map[string]string
		body   string
		want   int
	}{
		{nil, `{"do":"kill"}`, http.StatusOK},
		{map[string]string{"Origin": url, "Sec-Fetch-Site": "same-origin"}, `{"do":"start"}`, http.StatusOK},
		{map[string]string{"X-Token": ""}, `{"do":"kill"}`, http.StatusForbidden},
		{map[string]string{"X-Token": site.token + "x"}, `{"do":"kill"}`, http.StatusForbidden},
		{map[string]string{"Origin": "https://evil.example"}, `{"do":"kill"}`, http.StatusForbidden},
		{map[string]string{"Origin": "null"}, `{"do":"kill"}`, http.StatusForbidden},
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, `{"do":"kill"}`, http.StatusForbidden},
		{map[string]string{"Host": "evil.example"}, `{"do":"kill"}`, http.StatusMisdirectedRequest},
		{map[string]string{"Content-Type": "text/plain"}, `{"do":"kill"}`, http.StatusBadRequest},
		{nil, `{"do":"kill","and":1}`, http.StatusBadRequest},
		{nil, `{"do":`, http.StatusBadRequest},
		{nil, `{"do":"record","text":"` + strings.Repeat("x", mostBody) + `"}`, http.StatusBadRequest},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/do", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range []map[string]string{good, c.change} {
			for k, v := range list {
				req.Header.Set(k, v)
			}
		}
		if host := c.change["Host"]; host != "" {
			req.Host = host
		}
		if got := answer(t, req); got.StatusCode != c.want {
			t.Errorf("%v %.40s: %s, want %d", c.change, c.body, got.Status, c.want)
		}
	}
	if v := s.state(yamada); v.Bot == botDead {
		t.Error("somebody else has killed the bot")
	}
}

func answer(t *testing.T, req *http.Request) *http.Response {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res
}

// The page is small, comes whole from here, under its types and a strict policy, and the token is in no file.
func TestThePageItself(t *testing.T) {
	t.Parallel()
	_, site, url := served(t)
	weight := 0
	for path, text := range pageFiles(t, ".html", ".js", ".css", ".json", ".svg") {
		weight += len(text)
		path = strings.TrimPrefix(path, "page")
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+strings.TrimSuffix(path, "index.html"), nil)
		got := answer(t, req)
		if path == "/index.html" {
			body, _ := io.ReadAll(got.Body)
			if !strings.Contains(string(body), site.token) {
				t.Error("the page has no token")
			}
		}
		if got.StatusCode != http.StatusOK || got.Header.Get("Content-Security-Policy") != contentPolicy {
			t.Errorf("%s: %s, %v", path, got.Status, got.Header)
		}
		if external := regexp.MustCompile(`(?:src|href|url|import|from|fetch)[ (="']+(?:https?:)?//`).FindString(text); external != "" {
			t.Errorf("%s asks for something elsewhere: %s", path, external)
		}
	}
	if weight > 150_000 {
		t.Errorf("the page weighs %d bytes", weight)
	}
	for _, weak := range []string{"unsafe", "*", "http:", "https:"} {
		if strings.Contains(contentPolicy, weak) {
			t.Errorf("the policy allows %s", weak)
		}
	}
	for _, path := range []string{"/index.html", "/words", "/../page.go", "/nothing.js", "/%2e%2e/page.go"} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if got := answer(t, req); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, got.Status)
		}
	}
}

// Text from people is never parsed as markup or code, and modules stay small.
func TestNoMarkupFromText(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\b|new Function|javascript:|srcdoc|setTimeout\(["'` + "`" + `]`)
	inline := regexp.MustCompile(`(?i)\son[a-z]+\s*=|\sstyle\s*=|<style|<script(?:\s+type="module"\s+src="[a-z.]+")?>[^<]`)
	for path, text := range pageFiles(t, ".js", ".html", ".svg") {
		if found := forbidden.FindString(text); found != "" {
			t.Errorf("%s has %s", path, found)
		}
		if found := inline.FindString(text); found != "" && !strings.HasSuffix(path, ".js") {
			t.Errorf("%s has %s inline", path, found)
		}
		if n := strings.Count(text, "\n"); n >= 300 {
			t.Errorf("%s has %d lines", path, n)
		}
	}
}

// Who does not read holds up nobody else; who comes again is told all.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	s, _, url := served(t)
	slow, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = slow.Close() }()
	_, _ = io.WriteString(slow, "GET /events?as=U0SATO HTTP/1.1\r\nHost: "+strings.TrimPrefix(url, "http://")+"\r\n\r\n")

	states := stream(t, url)
	<-states
	long := strings.Repeat("a long message ", 200)
	for range 100 {
		s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: long})
	}
	s.must(t, action{Do: "say", As: yamada, Channel: approvals, Text: "the last"})
	late := time.After(20 * time.Second)
	for {
		select {
		case text := <-states:
			if strings.Contains(text, "the last") {
				if again := <-stream(t, url); !strings.Contains(again, "the last") {
					t.Error("a new stream does not begin with all there is")
				}
				return
			}
		case <-late:
			t.Fatal("a reader waits for another")
		}
	}
}

// stream reads the states of a person.
func stream(t *testing.T, url string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/events?as=U0SATO", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	states := make(chan string)
	go func() {
		defer func() { _ = res.Body.Close() }()
		for lines := bufio.NewReader(res.Body); ; {
			line, err := lines.ReadString('\n')
			if err != nil {
				return
			}
			if data, ok := strings.CutPrefix(line, "data: "); ok {
				select {
				case states <- data:
				case <-t.Context().Done():
					return
				}
			}
		}
	}()
	return states
}
