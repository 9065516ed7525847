package config

import (
	"net/url"
	"regexp"
	"strings"
)

const (
	slackExample = "{approvals: C01ABCDEF}"
	queueExample = "https://sqs.ap-northeast-1.amazonaws.com/123456789012/sekisho-sign-ins"
)

var (
	channelID = form{regexp.MustCompile(`^[CG][A-Z0-9]{2,20}$`), "a channel's id (in Slack: the channel's details, at the bottom)", "C01ABCDEF"}
	language  = form{regexp.MustCompile(`^(en|ja)$`), "a language of the cards, en or ja", "en"}
	zoneName  = form{regexp.MustCompile(`^[A-Za-z][\w+/-]{1,63}$`), "the name of a time zone", "Asia/Tokyo"}
	queueURL  = form{regexp.MustCompile(`^https?://`), "the URL of a queue, beginning with https://", queueExample}
)

func (r *reader) readSlack(c *Config, top section) {
	s, ok := top.section("slack", slackExample, "approvals", "security", "match_tag", "match_email", "language", "zone")
	if !ok {
		return
	}
	c.Channel = s.word("approvals", channelID).value
	c.Security = s.wordOr("security", "", channelID).value
	c.Policy.MatchTag = s.wordOr("match_tag", "false", truth).value == "true"
	c.Policy.MatchEmail = s.wordOr("match_email", "false", truth).value == "true"
	c.Language = s.wordOr("language", "en", language).value
	c.Zone = r.zone(s.wordOr("zone", "UTC", zoneName))
}

func (r *reader) readQueues(c *Config, top section) {
	s, ok := top.section("queues", "{sign_ins: "+queueExample+"}", "sign_ins", "requests", "replies", "roles")
	if !ok {
		return
	}
	signIns, requests, replies := s.word("sign_ins", queueURL), s.wordOr("requests", "", queueURL), s.wordOr("replies", "", queueURL)
	seen := map[string]string{}
	for _, q := range []struct {
		key string
		word
	}{{"sign_ins", signIns}, {"requests", requests}, {"replies", replies}} {
		u, err := url.Parse(q.value)
		switch other, twice := seen[q.value]; {
		case q.value == "":
			continue
		case err != nil || u.Host == "" || len(u.Path) < 2:
			r.note(q.at, "%s is not the URL of a queue: a host and a queue's path belong behind https://, such as %s", quote(q.value), queueExample)
		case twice:
			r.note(q.at, "%s is the queue of %s already: give %s a queue of its own", quote(q.value), other, q.key)
		case q.key == "replies" && strings.HasSuffix(q.value, ".fifo"):
			r.note(q.at, "%s is a FIFO queue: answers go to a standard one", quote(q.value))
		}
		seen[q.value] = q.key
	}
	r.roles = s.values["roles"]
	if _, asks := s.values["requests"]; !asks {
		if replies.value != "" {
			r.note(replies.at, "replies answer programs, and there are no requests of theirs: name their queue in requests too, or take replies away")
		}
		if r.roles.node != nil {
			r.note(r.roles.from, "roles ask by the queue of requests, and there is none: name it in requests too, or take roles away")
		}
	}
	c.SignIns, c.Requests, c.Replies = signIns.value, requests.value, replies.value
}
