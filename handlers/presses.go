package handlers

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sekisho/store"
)

// Refusals of any press. They are keys of the catalogues in package bot.
const (
	Gone     = "gone"     // there is no such record, or nothing to press on it
	Unusable = "unusable" // the record is not what its entries say
	TooOld   = "too_old"  // pressed, or sent by a program, too long ago to give anything
)

// OldPress is the age after which a press gives nothing: nobody expects it any more. It needs nothing of Slack, so that what was stuck for
// days is refused although Slack still does not answer. Ages are told by the machine's clock, also while it stands behind the ledger.
const OldPress = 15 * time.Minute

// ToldEvery is how often a person reads that their sign-ins are refused: it is for the same reason, more often than not.
const ToldEvery = time.Hour

// Press takes a press in. When it returns nil the press is durable, now or since an earlier delivery, and Slack can be
// told so: judging comes after.
func (e *Engine) Press(ctx context.Context, p store.Press) error {
	p.At = e.Time().UTC().Round(0)
	if err := e.Save(ctx, &p); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("receive press %s: %w", p.ID, err)
	}
	return nil
}

// judge lets a press do what it may, or refuses it. The press and what it does are one write, so it has its effect once,
// however often it is judged.
func (e *Engine) judge(ctx context.Context, id string) error {
	ctx, cancel := Outside(ctx, StepTime)
	defer cancel()
	for {
		err := e.judgeOnce(ctx, id)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

func (e *Engine) judgeOnce(ctx context.Context, id string) error {
	p, err := store.LoadPress(ctx, e.DB, id)
	if err != nil || p.Judged {
		return err
	}
	if _, err := e.Verify(ctx, id); err != nil {
		return err
	}
	on, err := e.VerifyIfThere(ctx, p.On)
	if len(store.BrokenIn(err)) > 0 {
		return errors.Join(e.ReportBroken(ctx, err), e.Refuse(ctx, p, Unusable, nil))
	} else if err != nil {
		return err
	}
	workflow := e.of(on)
	if workflow.Gives != nil && p.Age(e.Now()) > OldPress {
		if gives, facts := workflow.Gives(p, on, e.Time()); gives {
			return e.refuseOld(ctx, p, facts)
		}
	}
	by, refusal, err := e.Gate(ctx, p)
	switch {
	case err != nil:
		return e.JudgeLater(ctx, p, err)
	case refusal != "":
		return e.Refuse(ctx, p, refusal, nil)
	case workflow.Judge == nil:
		return e.Refuse(ctx, p, Gone, nil)
	}
	return workflow.Judge(ctx, p, by)
}

// JudgeLater is for a press of whose person Slack does not tell: neither yes nor no.
func (e *Engine) JudgeLater(ctx context.Context, p store.Press, cause error) error {
	e.Log.Warn("press will be judged again", "id", p.ID, "tries", p.Tries+1, "err", cause)
	p = p.Failed(e.Time())
	return e.Save(context.WithoutCancel(ctx), &p)
}

// Refuse refuses a press, for a reason that is a key of the catalogues in package bot, with what its sentence names.
func (e *Engine) Refuse(ctx context.Context, p store.Press, refusal string, facts map[string]string) error {
	e.Log.Info("press refused", "id", p.ID, "by", p.By, "verb", p.Verb, "on", p.On, "why", refusal)
	p = p.Judge(e.Time())
	p.Refusal, p.Facts = refusal, facts
	return e.Save(ctx, &p)
}

// refuseOld refuses a press that is too old. Whoever pressed reads so once for each card, however often they have pressed.
func (e *Engine) refuseOld(ctx context.Context, p store.Press, facts map[string]string) error {
	e.Log.Info("press refused", "id", p.ID, "by", p.By, "verb", p.Verb, "on", p.On, "why", TooOld, "age", p.Age(e.Now()))
	told, err := store.LoadMark(ctx, e.DB, "too-old-"+p.By+"-"+p.On)
	if err != nil {
		return err
	}
	now := e.Time().UTC().Round(0)
	facts["pressed"] = strconv.FormatInt(p.First().Unix(), 10)
	p = p.Judge(now)
	p.Refusal, p.Facts = TooOld, facts
	if p.Heard = now.Sub(told.At) < ToldEvery; p.Heard {
		return e.Save(ctx, &p)
	}
	told.At = now
	return e.Save(ctx, &p, &told)
}

// IgnoreUnknown passes over a record that is not there: the press is judged, and answered so.
func IgnoreUnknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
