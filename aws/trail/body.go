package trail

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MaxBody is the longest body that is read, in bytes. It is the most that SQS takes, so that no message is unreadable
// for its length alone.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const MaxBody = 1 << 20

var errTooLong = fmt.Errorf("longer than %d bytes", MaxBody)

// readBody reads the record out of a body. An error means that the body is no event; a field that is not as it should
// be is the record's flaw.
func readBody(body []byte) (record, error) {
	top, err := readDocument(body)
	if err != nil && bytes.HasPrefix(bytes.TrimSpace(body), []byte(`"`)) {
		return record{}, errors.New("text, and no event: an input transformer before the queue makes such, it must send the matched event")
	}
	if err != nil {
		return record{}, err
	}
	if top.has("TopicArn") && top.has("Type") {
		if body, err = readNotification(top); err != nil {
			return record{}, err
		}
		if top, err = readDocument(body); err != nil {
			return record{}, fmt.Errorf("the message of an SNS notification: %w", err)
		}
	}
	switch isRecord := top.has("eventName") || top.has("eventSource"); {
	case top.has("detail") || top.has("detail-type"):
		if isRecord {
			return record{}, errors.New("both an EventBridge event and a CloudTrail record")
		}
		return readEnvelope(top)
	case isRecord:
		return readRecord(record{raw: body}, top)
	case top.has("schemaVersion") && top.has("service"):
		// The one kind of event that is often stored without its envelope.
		// https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html
		var rd reading
		return record{other: "a GuardDuty finding", recipient: rd.text(top, "accountId")}, rd.flaw
	}
	return record{}, errors.New(noEvent(top))
}

// readNotification returns the message that SNS has put into an envelope, as it does where raw message delivery is off.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
func readNotification(top object) ([]byte, error) {
	var rd reading
	kind, message := rd.text(top, "Type"), rd.text(top, "Message")
	switch {
	case rd.flaw != nil:
		return nil, fmt.Errorf("an SNS notification: %w: turn on raw message delivery for the subscription of the queue", rd.flaw)
	case kind != "Notification":
		return nil, fmt.Errorf("an SNS %s, which is for the owner of the queue to act on", clean(kind, 32))
	}
	return []byte(message), nil
}

// noEvent says what an object is that is no event, and what to do about it.
func noEvent(top object) string {
	const events = "the bot reads single events, which deploy/sign-ins.sh has sent to the queue"
	switch {
	case top.has("s3Bucket") && top.has("s3ObjectKey"):
		return "CloudTrail's notice of a log file in S3: " + events
	case top.has("Records") && isOfS3(top["Records"]), top.has("Service") && top.has("Event"):
		return "an S3 notification of an object: " + events
	case top.has("Records"):
		return "a CloudTrail log file: " + events
	case top.has("digestStartTime") || top.has("digestS3Bucket"):
		return "a CloudTrail digest file, in which no events are: take the log files that it names"
	case top.has("CloudTrailEvent"), top.has("Events"):
		return "an answer of lookup-events: " + events
	case top.has("TopicArn"):
		return "an SNS notification in another: turn on raw message delivery for the subscription of the queue"
	}
	return "neither an EventBridge event nor a CloudTrail record"
}

// isOfS3 tells notifications of S3 from records of CloudTrail.
func isOfS3(records json.RawMessage) bool {
	var list []struct {
		Source string `json:"eventSource"`
	}
	return json.Unmarshal(records, &list) == nil && len(list) > 0 && list[0].Source == "aws:s3"
}

// readEnvelope reads an EventBridge event. Its own fields must be as documented, whatever it carries.
func readEnvelope(top object) (record, error) {
	var rd reading
	r := record{
		raw:        top["detail"],
		enveloped:  true,
		envSource:  rd.text(top, "source"),
		envAccount: rd.text(top, "account"),
	}
	kind := rd.text(top, "detail-type")
	detail := rd.object(top, "detail")
	switch {
	case rd.flaw != nil:
		return record{}, rd.flaw
	case detail == nil:
		return record{}, errors.New("an EventBridge event without a detail")
	case !detail.has("eventName") && !detail.has("eventSource"):
		r.other = clean(r.envSource, 64) + " " + clean(kind, 64)
		return r, nil
	}
	return readRecord(r, detail)
}

// readRecord fills r from the fields of a CloudTrail record.
func readRecord(r record, o object) (record, error) {
	var rd reading
	r.source = rd.text(o, "eventSource")
	r.name = rd.text(o, "eventName")
	if rd.flaw != nil { // then nobody knows what the record claims to be
		return record{}, rd.flaw
	}
	r.id = rd.text(o, "eventID")
	r.at = rd.text(o, "eventTime")
	r.address = rd.text(o, "sourceIPAddress")
	r.region = rd.text(o, "awsRegion")
	r.recipient = rd.text(o, "recipientAccountId")

	identity := rd.object(o, "userIdentity")
	r.kind = rd.text(identity, "type")
	r.user = rd.text(identity, "userName")
	r.principal = rd.text(identity, "principalId")
	r.owner = rd.text(identity, "accountId")

	more := rd.object(o, "additionalEventData")
	r.outcome = rd.text(rd.object(o, "responseElements"), "ConsoleLogin")
	if r.name == loginName {
		r.outcome = loginOutcome(rd.text(o, "errorCode"), more["success"])
	}
	r.mfa = rd.text(more, "MFAUsed")
	r.flaw = rd.flaw
	return r, nil
}

// loginOutcome returns how an `aws login` ended. A record that says nothing of it is of one that succeeded.
func loginOutcome(code string, said json.RawMessage) string {
	if text := strings.Trim(string(said), `"`); code != "" || said != nil && text != "true" && text != "null" {
		return failure
	}
	return success
}

// object is a JSON object by its exact keys, its values not yet read.
type object map[string]json.RawMessage

func (o object) has(key string) bool { _, ok := o[key]; return ok }

// reading takes fields out of objects and keeps the first flaw that it meets. An absent or null field is no flaw.
type reading struct{ flaw error }

func (rd *reading) text(o object, key string) string {
	var s *string
	if raw, ok := o[key]; ok && json.Unmarshal(raw, &s) != nil {
		rd.note(fmt.Errorf("%s is no string", key))
	}
	if s == nil {
		return ""
	}
	return *s
}

func (rd *reading) object(o object, key string) object {
	raw, ok := o[key]
	if !ok || string(raw) == "null" {
		return nil
	}
	value, err := readObject(key, raw)
	rd.note(err)
	return value
}

func (rd *reading) note(err error) {
	if rd.flaw == nil {
		rd.flaw = err
	}
}

// readDocument reads a body that is one JSON object and nothing more. The depth is bounded by encoding/json, which
// refuses more than 10,000 levels.
func readDocument(body []byte) (object, error) {
	switch {
	case len(body) > MaxBody:
		return nil, errTooLong
	case !utf8.Valid(body): // encoding/json would put U+FFFD there and go on
		return nil, errors.New("not JSON: not UTF-8")
	}
	var raw json.RawMessage
	var syntax *json.SyntaxError
	dec := json.NewDecoder(bytes.NewReader(body))
	switch err := dec.Decode(&raw); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("not JSON: empty")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, errors.New("not JSON: cut off")
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("not JSON: wrong at byte %d", syntax.Offset)
	case err != nil:
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("not JSON: something follows the first value")
	}
	return readObject("the body", raw)
}

// readObject reads one level of an object out of valid JSON. A key that stands twice is an error: which value counts
// is for every reader to choose.
func readObject(name string, raw json.RawMessage) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	token, err := dec.Token()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if token != json.Delim('{') {
		return nil, fmt.Errorf("%s is no JSON object", name)
	}
	o := object{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		key, _ := token.(string) // in valid JSON it is one
		if o.has(key) {
			return nil, doubled(name, key)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		o[key] = value
	}
	return o, nil
}

func doubled(name, key string) error {
	return fmt.Errorf("the key %q stands twice in %s", clean(key, 32), name)
}
