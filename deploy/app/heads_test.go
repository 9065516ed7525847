package app_test

import (
	"strings"
	"testing"
	"time"

	"sekisho/aws/fakeaws"
	"sekisho/bot/fakeslack"
	"sekisho/deploy/config"
	"sekisho/handlers"
	"sekisho/store"
)

const headBucket = "example-heads"

// withHeads has heads stored in a bucket of another account, which the bot's is let into.
func withHeads(c *config.Config) {
	c.Policy.Head = &handlers.Daily{At: 9 * 60, Zone: time.UTC}
	c.Heads = config.Heads{Bucket: headBucket, Account: account2, Prefix: "sekisho/", Days: 400}
}

// until waits until a time of the first day.
func (s *sim) until(hour, minute int) {
	s.wait(time.Until(s.begin.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)))
}

// heads are those posted in the security channel.
func (s *sim) heads() (out []fakeslack.Message) {
	for _, m := range s.slack.Messages(security) {
		if strings.Contains(m.Text, "Ledger seal ") {
			out = append(out, m)
		}
	}
	return out
}

// The head of the day is in the bucket under its lock, once, however often the bot is started.
func TestTheHeadOfTheDayIsInS3(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: withHeads}, func(s *sim) {
		s.aws.AddBucket(account2, headBucket, true, account)
		s.given("1")
		s.until(8, 59)
		if got := s.aws.Objects(headBucket); len(got) > 0 {
			t.Fatalf("too early: %+v", got)
		}
		s.until(9, 2)
		head, err := store.LastSeal(t.Context(), s.db())
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got := s.aws.Objects(headBucket)
			if len(got) != 1 || got[0].Body != head.String() || got[0].Mode != "COMPLIANCE" || got[0].Until.Sub(got[0].At).Round(time.Minute) != 400*24*time.Hour {
				t.Fatalf("stored %+v, the head is %s", got, head)
			}
			s.restart()
			s.wait(5 * time.Minute)
		}
		if n := len(s.heads()); n != 1 {
			t.Errorf("%d posted", n)
		}
	})
}

// While S3 hangs access ends in time and the head is posted; once it answers the head is stored within an hour.
func TestS3HoldsNothingUp(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: withHeads}, func(s *sim) {
		s.aws.AddBucket(account2, headBucket, true, account)
		s.fails(func(c fakeaws.Call) bool { return c.Service == "s3" }, fakeaws.Failure{Hang: true})
		s.until(8, 55)
		s.given("1")
		s.until(9, 2)
		if len(s.heads()) != 1 || len(s.aws.Objects(headBucket)) != 0 {
			t.Errorf("%d posted, %d stored", len(s.heads()), len(s.aws.Objects(headBucket)))
		}
		s.wait(time.Until(s.grant(s.db(), "1").Until.Add(overrun))) // the patrol looks as well
		s.is("1", store.Ended, false)
		asked := 0
		for _, c := range s.aws.Calls() {
			if c.Service == "s3" && c.Err != "" {
				asked++
			}
		}
		if asked == 0 {
			t.Error("S3 was not asked")
		}
		s.answering()
		s.wait(time.Hour + time.Minute)
		if n := len(s.aws.Objects(headBucket)); n != 1 {
			t.Errorf("%d stored", n)
		}
	})
}

// A head that the bucket does not take, as Object Lock is off, is told in the security channel after a day.
func TestTheBucketTakesNoHead(t *testing.T) {
	t.Parallel()
	alive(t, setup{config: withHeads}, func(s *sim) {
		s.aws.AddBucket(account2, headBucket, false, account)
		s.given("1")
		s.until(33, 2)
		said := s.heads()
		if n := len(said); n != 2 || strings.Contains(string(said[0].Blocks), "no seal") ||
			!strings.Contains(string(said[1].Blocks), "I have stored no seal in the S3 bucket. I try again") {
			t.Errorf("%d posted, the last one %s", n, said[n-1].Blocks)
		}
		if got := s.log.String(); !strings.Contains(got, "Bucket is missing ObjectLockConfiguration") {
			t.Error("the log does not say why")
		}
	})
}
