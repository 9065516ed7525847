package trail_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekisho/aws/trail"
)

// inSNS puts a body into a notification.
func inSNS(t *testing.T, body string) string {
	return string(encode(t, fields{"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:sign-ins", "Message": body}))
}

// An event in an SNS notification is the same event, with the same id. What else SNS sends is none.
func TestNotification(t *testing.T) {
	event := string(encode(t, envelope(signin())))
	if diff := cmp.Diff(trail.Parse([]byte(event), configured), check(t, []byte(inSNS(t, event)))); diff != "" {
		t.Errorf("-bare +wrapped:\n%s", diff)
	}
	for name, c := range map[string]struct{ body, why string }{
		"a notification in another":     {inSNS(t, inSNS(t, event)), "an SNS notification in another: turn on raw message delivery for the subscription of the queue"},
		"no event":                      {inSNS(t, "ALARM"), "the message of an SNS notification: not JSON: wrong at byte 1"},
		"no message":                    {`{"Type":"Notification","TopicArn":"x"}`, "the message of an SNS notification: not JSON: empty"},
		"an object":                     {`{"Type":"Notification","TopicArn":"x","Message":{}}`, "an SNS notification: Message is no string: turn on raw message delivery for the subscription of the queue"},
		"two messages":                  {`{"Type":"Notification","TopicArn":"x","Message":"{}","Message":"[]"}`, `the key "Message" stands twice in the body`},
		"a subscription to be accepted": {`{"Type":"SubscriptionConfirmation","TopicArn":"x","Message":"You"}`, "an SNS SubscriptionConfirmation, which is for the owner of the queue to act on"},
	} {
		if got := trail.Parse([]byte(c.body), nil); got.Class != trail.Invalid || got.Why != c.why {
			t.Errorf("%s: %s, %q; want %q", name, got.Class, got.Why, c.why)
		}
	}
}

// What people have as files is read, however it was written: each event in it is explained once.
func TestExplainWhatPeopleHave(t *testing.T) {
	one := string(encode(t, signin()))
	other := string(encode(t, with(signin(), "eventName", "PutObject")))
	pretty := func(body string) string {
		var out bytes.Buffer
		if err := json.Indent(&out, []byte(body), "", "  "); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	lookup := string(encode(t, fields{"Events": []fields{{"EventName": "ConsoleLogin", "CloudTrailEvent": one}, {"CloudTrailEvent": other}}}))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write([]byte(`{"Records":[` + one + "," + other + "]}"))
	_ = z.Close()
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"pretty", pretty(one), []string{"1.0 request"}},
		{"pretty, one after the other", pretty(one) + "\n" + pretty(other) + "\n" + one, []string{"1.0 request", fmt.Sprint(1+strings.Count(pretty(one)+"\n", "\n"), ".0 ignore"), fmt.Sprint(1+strings.Count(pretty(one)+pretty(other)+"\n\n", "\n"), ".0 request")}},
		{"an array", "[" + one + "," + other + "]", []string{"1.1 request", "1.2 ignore"}},
		{"a pretty array", "\n" + pretty("["+one+","+other+"]"), []string{"2.1 request", "2.2 ignore"}},
		{"lines in brackets", "[\n" + one + ",\n" + other + "\n]\n", []string{"1.1 request", "1.2 ignore"}},
		{"a log file", `{"Records":[` + one + "," + other + "]}\n", []string{"1.1 request", "1.2 ignore"}},
		{"a pretty log file", pretty(`{"Records":[` + one + "," + other + "]}"), []string{"1.1 request", "1.2 ignore"}},
		{"a compressed one", zipped.String(), []string{"1.1 request", "1.2 ignore"}},
		{"an answer of lookup-events", pretty(lookup), []string{"1.1 request", "1.2 ignore"}},
		{"one event of it", string(encode(t, fields{"CloudTrailEvent": one})), []string{"1.0 request"}},
		{"the events of it", "[" + string(encode(t, fields{"CloudTrailEvent": one})) + "," + string(encode(t, fields{"CloudTrailEvent": other})) + "]", []string{"1.1 request", "1.2 ignore"}},
		{"an answer of receive-message", pretty(string(encode(t, fields{"Messages": []fields{{"Body": inSNS(t, one)}, {"Body": other}}}))), []string{"1.1 request", "1.2 ignore"}},
		{"an empty log file", `{"Records":[]}`, nil},
		{"a notice of S3", `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put"}]}`, []string{"1.0 invalid"}},
		{"one that is cut off hides no other", one[:40] + "\n" + one + "\n" + pretty(other), []string{"1.0 invalid", "2.0 request", "3.0 ignore"}},
		{"cut off between two values", `{"Records":[` + "\n" + one + "\n" + other + "\n", []string{"1.0 invalid", "2.0 request", "3.0 ignore"}},
		{"words between", "hello\n" + one + "\n}\n" + other, []string{"1.0 invalid", "2.0 request", "3.0 invalid", "4.0 ignore"}},
		{"something behind a value", pretty(one) + "x\n" + one, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			done, err := trail.Explainer{}.Explain(&out, strings.NewReader(c.in), "")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			invalid := 0
			for dec := json.NewDecoder(&out); dec.More(); {
				var e explained
				if err := dec.Decode(&e); err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d.%d %s", e.Line, e.Item, e.Class))
				if e.Class == trail.Invalid {
					invalid++
				}
			}
			if c.name == "something behind a value" { // each of its lines is none
				if last := got[len(got)-1]; !strings.HasSuffix(last, " request") || invalid != len(got)-1 {
					t.Errorf("%v", got)
				}
				return
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if done.Bodies != len(got) || len(done.Unread) != invalid {
				t.Errorf("%+v, of %v", done, got)
			}
		})
	}
}

// Each case says what it is, and what cannot be read says what to do about it.
func TestExplainCases(t *testing.T) {
	const path = "../../../shared/cases/events.jsonl"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: the cases are not here: %s", path)
	}
	var got []string
	for _, e := range explainFile(t, path) {
		got = append(got, fmt.Sprintf("%d %s: %s", e.Line, e.Class, e.Why))
	}
	if diff := cmp.Diff([]string{
		"1 request: a console sign-in by IAM user t.yamada",
		"2 invalid: an S3 notification of an object: the bot reads single events, which deploy/sign-ins.sh has sent to the queue",
		"3 invalid: a CloudTrail digest file, in which no events are: take the log files that it names",
		"4 ignore: the sign-in failed: an IAM user",
		"5 ignore: the tokens of an aws login, not a sign-in: signin.amazonaws.com CreateOAuth2Token",
		"6 ignore: an assumed role signed in, not an IAM user",
		"7 request: a console sign-in by IAM user yamada,taro+ops=x@example.com",
		"8 ignore: not a console sign-in: signin.amazonaws.com CheckMfa",
		"9 ignore: the root user signed in",
		"10 invalid: recipientAccountId is no string" + changed,
		"11 ignore: the record names no account",
		"12 invalid: text, and no event: an input transformer before the queue makes such, it must send the matched event",
		"13 request: a console sign-in by IAM user t.yamada",
		"14 request: a console sign-in by IAM user t.yamada",
	}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Sign-ins of 2026: an aws login is one, and what stands beside it in the same service is named.
func TestExplainSignInsOf2026(t *testing.T) {
	const path = "../../../shared/cases/signin-2026.jsonl"
	if _, err := os.Stat(path); err != nil {
		t.Skipf("SKIPPED: the cases are not here: %s", path)
	}
	var got []string
	for _, e := range explainFile(t, path) {
		got = append(got, fmt.Sprintf("%d %s: %s", e.Line, e.Class, e.Why))
	}
	if diff := cmp.Diff([]string{
		"1 request: an aws login by IAM user t.yamada",
		"2 ignore: the tokens of an aws login, not a sign-in: signin.amazonaws.com CreateOAuth2Token",
		"3 ignore: an alert of AWS Sign-In, not a sign-in: aws.signin Sign-in Anomaly Alert",
		"4 ignore: a change of users or groups in Identity Center, not a sign-in: aws.identitystore User Added To Group",
		"5 ignore: a change of from where people may sign in, not a sign-in: signin.amazonaws.com DeleteConsoleAuthorizationConfiguration",
	}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A program's request for an entitlement that there is not cannot be carried out.
func TestExplainUnknownEntitlement(t *testing.T) {
	for _, known := range []bool{true, false} {
		var out bytes.Buffer
		done, err := trail.Explainer{Entitlement: func(id string) bool { return known && id == "prod-operator" }}.Explain(&out, strings.NewReader(wished(t)), "f")
		if err != nil || (len(done.Unread) == 0) != known || strings.Contains(out.String(), `"class":"request"`) != known {
			t.Errorf("%v: %+v, %v\n%s", known, done, err, &out)
		}
		if !known && done.Unread[0] != `line 1: entitlement "prod-operator" is not in the configuration` {
			t.Errorf("%q", done.Unread)
		}
	}
}
