package fakeaws

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var sqsActions = map[string]action{
	"GetQueueUrl":             {do: (*AWS).getQueueURL},
	"GetQueueAttributes":      {do: (*AWS).getQueueAttributes},
	"ReceiveMessage":          {do: (*AWS).receiveMessage},
	"SendMessage":             {do: (*AWS).sendMessage, write: true},
	"DeleteMessage":           {do: (*AWS).deleteMessage, write: true},
	"ChangeMessageVisibility": {do: (*AWS).changeMessageVisibility, write: true},
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
const (
	maxMessage    = 1 << 20 // bytes; it was 256 KiB until 2025
	maxVisibility = 43200   // seconds, which are 12 hours
	maxPatience   = 20      // seconds of a long poll
	maxReceived   = 10      // messages in one answer
)

// getQueueURL finds a queue of the caller's account by name.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html
func (a *AWS) getQueueURL(r *request) (any, error) {
	var in struct{ QueueName, QueueOwnerAWSAccountId string }
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	q := r.caller.account.queues[in.QueueName]
	if q == nil || in.QueueOwnerAWSAccountId != "" && in.QueueOwnerAWSAccountId != r.caller.account.id {
		return nil, errNoQueue
	}
	return struct{ QueueUrl string }{q.url}, nil
}

// sendMessage puts a message in, as sent by the caller. Its length counts in bytes.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
func (a *AWS) sendMessage(r *request) (any, error) {
	var in struct{ QueueUrl, MessageBody string }
	q, err := r.queue(&in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	switch {
	case in.MessageBody == "":
		return nil, refuse("MissingParameter", "The request must contain the parameter MessageBody.")
	case len(in.MessageBody) > maxMessage:
		return nil, refuse("InvalidParameterValue",
			"One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", maxMessage)
	case strings.ContainsFunc(in.MessageBody, forbidden):
		return nil, refuse("InvalidMessageContents", "Invalid characters were found in the message body.")
	}
	m := r.caller.account.send(q, r.caller.userID, in.MessageBody, r.now)
	return struct{ MessageId, MD5OfMessageBody string }{m.id, m.md5()}, nil
}

// forbidden reports whether a message may not contain a character: those that XML
// has no place for.
func forbidden(c rune) bool {
	switch c {
	case '\t', '\n', '\r':
		return false
	case 0xFFFE, 0xFFFF:
		return true
	}
	return c < ' '
}

// receiveMessage takes what is visible, or waits for it as long as asked.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
func (a *AWS) receiveMessage(r *request) (any, error) {
	var in struct {
		QueueUrl                    string
		MaxNumberOfMessages         *int
		VisibilityTimeout           *int
		WaitTimeSeconds             *int
		AttributeNames              []string // the old name of the next
		MessageSystemAttributeNames []string
		MessageAttributeNames       []string // no message has any
	}
	q, err := r.queue(&in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	most, err := within("MaxNumberOfMessages", in.MaxNumberOfMessages, 1, 1, maxReceived)
	if err != nil {
		return nil, err
	}
	hide, err := within("VisibilityTimeout", in.VisibilityTimeout, int(q.visibility/time.Second), 0, maxVisibility)
	if err != nil {
		return nil, err
	}
	patience, err := within("WaitTimeSeconds", in.WaitTimeSeconds, 0, 0, maxPatience)
	if err != nil {
		return nil, err
	}
	if q.redrive(r.now) {
		a.announce() // somebody may be waiting at the dead-letter queue
	}
	messages := q.receive(most, time.Duration(hide)*time.Second, r.now)
	if len(messages) == 0 && patience > 0 && !r.last {
		return nil, &notYet{time.Duration(patience) * time.Second}
	}
	var out struct{ Messages []messageJSON }
	for _, m := range messages {
		attributes, err := m.attributes(append(in.AttributeNames, in.MessageSystemAttributeNames...))
		if err != nil {
			return nil, err
		}
		out.Messages = append(out.Messages, messageJSON{m.id, q.receipt(m), m.body, m.md5(), attributes})
	}
	return out, nil
}

type messageJSON struct {
	MessageId, ReceiptHandle, Body, MD5OfBody string

	Attributes map[string]string `json:",omitempty"`
}

// attributes returns the system attributes asked for.
func (m *message) attributes(names []string) (map[string]string, error) {
	return pick(map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.received),
		"ApproximateFirstReceiveTimestamp": millis(m.first),
		"SenderId":                         m.sender,
		"SentTimestamp":                    millis(m.sent),
		"DeadLetterQueueSourceArn":         m.from,
	}, names)
}

// deleteMessage deletes by a message's latest receipt only; an older one succeeds
// and deletes nothing.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
func (a *AWS) deleteMessage(r *request) (any, error) {
	var in struct{ QueueUrl, ReceiptHandle string }
	q, err := r.queue(&in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	m, err := q.latest(in.ReceiptHandle)
	if m != nil {
		q.remove(m)
	}
	return nil, err
}

// changeMessageVisibility hides a hidden message for longer or shorter. One that is
// visible again is left so, without an error, as localstack's people saw on AWS:
// https://github.com/localstack/localstack/pull/9632
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
func (a *AWS) changeMessageVisibility(r *request) (any, error) {
	var in struct {
		QueueUrl, ReceiptHandle string
		VisibilityTimeout       *int
	}
	q, err := r.queue(&in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if in.VisibilityTimeout == nil {
		return nil, refuse("MissingParameter", "The request must contain the parameter VisibilityTimeout.")
	}
	hide, err := within("VisibilityTimeout", in.VisibilityTimeout, 0, 0, maxVisibility)
	if err != nil {
		return nil, err
	}
	m, err := q.latest(in.ReceiptHandle)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, refuse("InvalidParameterValue",
			"Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", in.ReceiptHandle)
	case m.hidden.After(r.now):
		m.hidden = r.now.Add(time.Duration(hide) * time.Second)
	}
	return nil, nil
}

// getQueueAttributes shows the depth of a queue and how it is set up.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
func (a *AWS) getQueueAttributes(r *request) (any, error) {
	var in struct {
		QueueUrl       string
		AttributeNames []string
	}
	q, err := r.queue(&in, &in.QueueUrl)
	if err != nil {
		return nil, err
	}
	visible, hidden := q.depth(r.now)
	redrive, err := q.redrivePolicy()
	if err != nil {
		return nil, err
	}
	attributes, err := pick(map[string]string{
		"ApproximateNumberOfMessages":           strconv.Itoa(visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(hidden),
		"ApproximateNumberOfMessagesDelayed":    "0",
		"MaximumMessageSize":                    strconv.Itoa(maxMessage),
		"QueueArn":                              q.arn,
		"RedrivePolicy":                         redrive,
		"VisibilityTimeout":                     strconv.Itoa(int(q.visibility / time.Second)),
	}, in.AttributeNames)
	if err != nil {
		return nil, err
	}
	return struct {
		Attributes map[string]string `json:",omitempty"`
	}{attributes}, nil
}

// redrivePolicy is the queue's dead-letter rule as SQS writes it; "" for none.
func (q *queue) redrivePolicy() (string, error) {
	if q.maxReceive == 0 {
		return "", nil
	}
	policy, err := json.Marshal(map[string]any{"deadLetterTargetArn": q.dead.arn, "maxReceiveCount": q.maxReceive})
	if err != nil {
		return "", fmt.Errorf("encode redrive policy: %w", err)
	}
	return string(policy), nil
}
