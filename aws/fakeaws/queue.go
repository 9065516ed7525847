package fakeaws

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// QueueOptions say how a queue behaves; the zero value is AWS's default.
type QueueOptions struct {
	// Visibility is how long a received message is hidden; 0 means 30 s.
	Visibility time.Duration
	// MaxReceive is how often a message is received before it goes to the queue
	// called DeadLetter, which is in the same account. 0 means for ever.
	MaxReceive int
	DeadLetter string
	// Seed, unless 0, brings out what a standard queue may do and seldom does:
	// messages come in any order, and some are not hidden when they are received.
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
	Seed uint64
}

// queue is a standard queue.
type queue struct {
	name, url, arn string
	visibility     time.Duration
	maxReceive     int
	dead           *queue
	disorder       *rand.Rand // nil for none
	messages       []*message // in the order sent
}

type message struct {
	id, body, sender string
	sent, first      time.Time // when it was sent, when first received
	received         int       // how often; a receipt is good for the latest only
	hidden           time.Time // until then
	from             string    // ARN of the queue that gave it up
}

// AddQueue makes a queue and returns its URL.
func (a *AWS) AddQueue(account, name string, o QueueOptions) (url string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	acc := a.account(account)
	if acc.queues[name] != nil {
		panic("fakeaws: there is a queue " + name)
	}
	q := &queue{
		name:       name,
		url:        "https://sqs." + region + ".amazonaws.com/" + acc.id + "/" + name,
		arn:        "arn:aws:sqs:" + region + ":" + acc.id + ":" + name,
		visibility: cmp.Or(o.Visibility, 30*time.Second),
		maxReceive: o.MaxReceive,
		dead:       acc.queues[o.DeadLetter],
	}
	if o.MaxReceive > 0 && q.dead == nil {
		panic("fakeaws: no queue " + o.DeadLetter)
	}
	if o.Seed != 0 {
		q.disorder = rand.New(rand.NewPCG(o.Seed, 0))
	}
	acc.queues[name] = q
	return q.url
}

// Send puts a message into a queue as another service or program does, and returns
// its id. The sender is what SQS would attest as SenderId, the unique id of a user
// or "AROA...:session"; the body may be anything.
func (a *AWS) Send(url, sender, body string) (id string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer a.announce()
	a.settle()
	for _, acc := range a.accounts {
		if q := acc.queueAt(url); q != nil {
			return acc.send(q, sender, body, a.now()).id
		}
	}
	panic("fakeaws: no queue " + url)
}

// Depth returns how many messages of a queue can be received now, and how many are
// hidden because they were.
func (a *AWS) Depth(url string) (visible, hidden int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.settle()
	for _, acc := range a.accounts {
		if q := acc.queueAt(url); q != nil {
			return q.depth(a.now())
		}
	}
	panic("fakeaws: no queue " + url)
}

func (acc *account) send(q *queue, sender, body string, now time.Time) *message {
	m := &message{id: acc.messageID(), body: body, sender: sender, sent: now}
	q.messages = append(q.messages, m)
	return m
}

func (acc *account) messageID() string {
	acc.serial++
	return fmt.Sprintf("00000000-0000-4000-9000-%012d", acc.serial)
}

// redrive moves to the dead-letter queue what has been received too often, and
// reports whether there was any. As in SQS that happens not when a message's time
// is up, but when somebody asks for it again.
func (q *queue) redrive(now time.Time) (moved bool) {
	if q.maxReceive == 0 {
		return false
	}
	for _, m := range q.visible(now) {
		if m.received >= q.maxReceive {
			q.remove(m)
			m.from = q.arn
			q.dead.messages = append(q.dead.messages, m)
			moved = true
		}
	}
	return moved
}

// receive takes up to n messages and hides them for a time.
func (q *queue) receive(n int, hide time.Duration, now time.Time) []*message {
	messages := q.visible(now)
	if q.disorder != nil {
		q.disorder.Shuffle(len(messages), func(i, j int) {
			messages[i], messages[j] = messages[j], messages[i]
		})
	}
	messages = messages[:min(n, len(messages))]
	for _, m := range messages {
		m.received++
		if m.received == 1 {
			m.first = now
		}
		m.hidden = now.Add(hide)
		if q.disorder != nil && q.disorder.IntN(4) == 0 {
			m.hidden = now
		}
	}
	return messages
}

func (q *queue) remove(m *message) {
	q.messages = slices.DeleteFunc(q.messages, func(x *message) bool { return x == m })
}

// visible returns what can be received now.
func (q *queue) visible(now time.Time) []*message {
	var out []*message
	for _, m := range q.messages {
		if !m.hidden.After(now) {
			out = append(out, m)
		}
	}
	return out
}

func (q *queue) depth(now time.Time) (visible, hidden int) {
	for _, m := range q.messages {
		if m.hidden.After(now) {
			hidden++
		}
	}
	return len(q.messages) - hidden, hidden
}

// due returns when the next hidden message comes back; the zero time for never.
func (q *queue) due(now time.Time) time.Time {
	var due time.Time
	for _, m := range q.messages {
		if m.hidden.After(now) {
			due = earliest(due, m.hidden)
		}
	}
	return due
}
