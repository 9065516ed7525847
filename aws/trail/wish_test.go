package trail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"sekisho/aws/trail"
	"sekisho/handlers/access"
	"sekisho/handlers/policy"
)

// wished is the body of a program that fills in everything, with other fields or, for nil, without some.
func wished(t *testing.T, changes ...any) string {
	t.Helper()
	body := fields{"id": "deploy-4711", "entitlement": "prod-operator", "iam_user": "t.yamada", "reason": "リリースのため。",
		"duration": "1h30m", "ticket": "OPS-1"}
	for i := 0; i < len(changes); i += 2 {
		if key := changes[i].(string); changes[i+1] == nil {
			delete(body, key)
		} else {
			body[key] = changes[i+1]
		}
	}
	return string(encode(t, body))
}

func TestParseWish(t *testing.T) {
	f := trail.ParseWish([]byte(wished(t)), "AIDAYAMADA")
	want := access.Wish{ID: f.Wish.ID, Sender: "AIDAYAMADA", Entitlement: "prod-operator", User: "t.yamada",
		Duration: 90 * time.Minute, Reason: "リリースのため。", Ticket: "OPS-1"}
	if f.Class != trail.Request || f.Wish != want || f.Ref != "deploy-4711" || !strings.HasPrefix(f.Wish.ID, access.WishPrefix) {
		t.Errorf("%+v", f)
	}
	if f := trail.ParseWish([]byte(wished(t, "reason", nil, "duration", nil, "ticket", nil)), "AIDAYAMADA"); f.Class != trail.Request || f.Wish.Duration != 0 {
		t.Errorf("what is needed: %+v", f)
	}
	role := trail.ParseWish([]byte(wished(t)), "AROADEPLOYER:run-1")
	if again := trail.ParseWish([]byte(wished(t)), "AROADEPLOYER:run-2"); again.Wish.ID != role.Wish.ID || again.Wish.Sender != "AROADEPLOYER:run-2" {
		t.Errorf("another session of the role: %+v", again)
	}
	start := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	timed := trail.ParseWish([]byte(wished(t, "duration", nil, "start", "2026-11-23T09:00:00+09:00", "end", "2026-11-23T01:00:00Z")), "AIDAYAMADA")
	if timed.Class != trail.Request || timed.Wish.From != start || timed.Wish.To != start.Add(time.Hour) {
		t.Errorf("from a time to another: %+v", timed)
	}
	for name, other := range map[string]trail.Finding{
		"a role":                       role,
		"a session of the user's name": trail.ParseWish([]byte(wished(t)), "AROADEPLOYER2:AIDAYAMADA"),
		"another sender":               trail.ParseWish([]byte(wished(t)), "AIDASATO"),
		"another id":                   trail.ParseWish([]byte(wished(t, "id", "deploy-4712")), "AIDAYAMADA"),
		"moved over":                   trail.ParseWish([]byte(wished(t, "id", "A")), "AIDAYAMAD"),
	} {
		if other.Wish.ID == f.Wish.ID {
			t.Errorf("%s: the same request", name)
		}
	}
	if again := trail.ParseWish([]byte(wished(t, "reason", "Another one.")), "AIDAYAMADA"); again.Wish.ID != f.Wish.ID {
		t.Error("the same id is another request")
	}
}

func TestParseWishRefuses(t *testing.T) {
	for name, c := range map[string]struct{ body, why string }{
		"nothing":            {"", "not JSON: empty"},
		"a list":             {"[]", "the body is no JSON object"},
		"no id":              {wished(t, "id", nil), "id is missing"},
		"id of markup":       {wished(t, "id", "<!channel>"), "id is missing, or has what no id has"},
		"id of two lines":    {wished(t, "id", "a\nb"), "id is missing, or has what no id has"},
		"no entitlement":     {wished(t, "entitlement", ""), "entitlement is missing"},
		"no user":            {wished(t, "iam_user", nil), "iam_user is missing"},
		"a path for a user":  {wished(t, "iam_user", "../../root"), "iam_user is missing, or has"},
		"a number":           {wished(t, "duration", 3600), "duration is no string"},
		"no length":          {wished(t, "duration", "an hour"), "duration is no length of time such as 1h30m"},
		"less than nothing":  {wished(t, "duration", "-1h"), "duration is no length of time"},
		"nothing of time":    {wished(t, "duration", "0s"), "duration is no length of time"},
		"beyond all time":    {wished(t, "duration", "9999999h"), "duration is no length of time"},
		"no time":            {wished(t, "start", "tomorrow"), "start is no time such as 2026-11-23T09:00:00+09:00"},
		"a time of nowhere":  {wished(t, "start", "2026-11-23T09:00:00"), "start is no time"},
		"before all time":    {wished(t, "start", "0001-01-01T00:00:00Z"), "start is no time"},
		"two ends":           {wished(t, "end", "2026-11-23T09:00:00Z"), "there is a duration as well as an end"},
		"a long story":       {wished(t, "reason", strings.Repeat("漢", 1001)), "reason is longer than 1000 characters"},
		"a long ticket":      {wished(t, "ticket", strings.Repeat("x", 201)), "ticket is longer than 200 characters"},
		"a misspelt key":     {wished(t, "reasons", "x"), `unknown key "reasons"`},
		"who it is":          {wished(t, "sender", "AIDASATO"), `unknown key "sender"`},
		"a key twice":        {`{"iam_user":"a","iam_user":"b"}`, `the key "iam_user" stands twice`},
		"a key in capitals":  {strings.Replace(wished(t), "iam_user", "IAM_USER", 1), `unknown key "IAM_USER"`},
		"oversize":           {wished(t, "reason", strings.Repeat("x", trail.MaxBody)), "longer than 1048576 bytes"},
		"deep":               {strings.Replace(wished(t), `"OPS-1"`, strings.Repeat("[", 9000)+strings.Repeat("]", 9000), 1), "ticket is no string"},
		"too deep":           {strings.Repeat(`{"id":`, 20000) + "1" + strings.Repeat("}", 20000), "not JSON"},
		"half a character":   {`{"id":"` + "\xff" + `"}`, "not UTF-8"},
		"half a pair":        {strings.Replace(wished(t), "t.yamada", `\ud800`, 1), "iam_user is missing, or has"},
		"a sign-in":          {asking(t, "a"), "unknown key"},
		"something after it": {wished(t) + "{}", "something follows"},
	} {
		f := trail.ParseWish([]byte(c.body), "AIDAYAMADA")
		if f.Class != trail.Invalid || !strings.Contains(f.Why, c.why) || f.Wish != (access.Wish{}) || f.User != "" {
			t.Errorf("%s: %.200v, want %q", name, f, c.why)
		}
	}
}

// FuzzParseWish: whatever comes, it is a request of the sender with fields that are bounded, or none at all; and what is
// read is what a plain reader reads.
func FuzzParseWish(f *testing.F) {
	for _, body := range []string{`{"id":"1","entitlement":"a","iam_user":"b"}`, `{"id":"1","entitlement":"a","iam_user":"b","duration":"1h","reason":"\u202e","ticket":null}`, "[[[", `{"id":{}}`} {
		f.Add([]byte(body), "AIDAYAMADA")
	}
	f.Fuzz(func(t *testing.T, body []byte, sender string) {
		got := trail.ParseWish(body, sender)
		if !shown.MatchString(got.Why) || got.Request != (access.Request{}) {
			t.Errorf("%+v", got)
		}
		if got.Class == trail.Invalid {
			if got.Wish != (access.Wish{}) || got.Ref != "" {
				t.Errorf("invalid, and %+v", got)
			}
			return
		}
		var plain struct {
			ID, Entitlement, Reason, Ticket string
			User                            string `json:"iam_user"`
		}
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatal(err)
		}
		w := got.Wish
		if w.Sender != sender || w.By != "" || got.Ref != plain.ID || w.Entitlement != plain.Entitlement || w.User != plain.User || w.Reason != plain.Reason || w.Ticket != plain.Ticket {
			t.Errorf("%+v of %s", got, body)
		}
		if len(w.ID) > 64 || !iamName.MatchString(w.User) || len([]rune(w.Reason)) > 1000 || w.Duration < 0 {
			t.Errorf("out of bounds: %+v", got)
		}
	})
}

// replies is a queue that takes answers, or not.
type replies struct {
	err  error
	sent []string
}

func (r *replies) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if r.err == nil {
		r.sent = append(r.sent, aws.ToString(in.MessageBody))
	}
	return &sqs.SendMessageOutput{}, r.err
}

func TestAnswerer(t *testing.T) {
	down := errors.New("down")
	for name, c := range map[string]struct {
		refusal      string
		asked, reply error
		url          string
		want         string
		err          error
	}{
		"accepted":               {url: "q", want: `{"id":"1","sender":"AIDA","state":"accepted","request":"request-queue-1"}`},
		"refused":                {url: "q", refusal: "too_long", want: `{"id":"1","sender":"AIDA","state":"refused","refusal":"too_long","says":"Because."}`},
		"told to nobody":         {refusal: "too_long"},
		"not decided":            {url: "q", asked: down, err: down},
		"the answer is not sent": {url: "q", reply: down, err: down},
	} {
		var log bytes.Buffer
		to := &replies{err: c.reply}
		a := trail.Answerer{SQS: to, URL: c.url, Log: slog.New(slog.NewTextHandler(&log, nil)),
			Ask: func(context.Context, access.Wish) (policy.Decision, error) {
				return policy.Decision{Refusal: c.refusal}, c.asked
			},
			Says: func(policy.Decision) string { return "Because." }}
		err := a.Sink(t.Context(), trail.Finding{Ref: "1", Wish: access.Wish{ID: "request-queue-1", Sender: "AIDA", Reason: "secret"}})
		if got := strings.Join(to.sent, "\n"); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if told := strings.Contains(log.String(), "program answered"); told != (c.asked == nil) || strings.Contains(log.String(), "secret") {
			t.Errorf("%s: log %s", name, log.String())
		}
	}
}

// Without SQS's word of who sent it nothing is read, and it ends among the dead letters.
func TestWishesWithoutASender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(t, wished(t))
		poll(t, q, 5*time.Minute, trail.Poller{Read: trail.Wishes, Sink: func(context.Context, trail.Finding) error {
			t.Error("taken")
			return nil
		}})
		if len(q.dead) != 1 {
			t.Errorf("dead letters: %v", q.dead)
		}
	})
	if f := trail.Wishes(types.Message{Body: aws.String(wished(t)), Attributes: map[string]string{"SenderId": "AIDAYAMADA"}}); f.Wish.Sender != "AIDAYAMADA" || !f.Wish.Sent.IsZero() {
		t.Errorf("%+v", f)
	}
}

// TestMessagesHaveTheTimeOfTheirQueue, whatever their bodies say: a sign-in as well as what a program asks for.
func TestMessagesHaveTheTimeOfTheirQueue(t *testing.T) {
	login := string(encode(t, signin()))
	for stamp, want := range map[string]time.Time{"1763787600123": time.UnixMilli(1763787600123).UTC(), "": {}, "x": {}, "-1": {}} {
		with := func(body string) types.Message {
			return types.Message{Body: aws.String(body), Attributes: map[string]string{"SenderId": "AIDAYAMADA", "SentTimestamp": stamp}}
		}
		if f := trail.Wishes(with(wished(t))); !f.Wish.Sent.Equal(want) {
			t.Errorf("%q: a program asked at %s, want %s", stamp, f.Wish.Sent, want)
		}
		if f := trail.SignIns(nil)(with(login)); !f.Request.Sent.Equal(want) {
			t.Errorf("%q: a sign-in came at %s, want %s", stamp, f.Request.Sent, want)
		}
	}
	if f := trail.SignIns(nil)(types.Message{Body: aws.String("{}"), Attributes: map[string]string{"SentTimestamp": "1763787600123"}}); f.Request != (access.Request{}) {
		t.Errorf("what is no request is %+v", f.Request)
	}
}
