package bot

import (
	"context"

	"github.com/slack-go/slack"

	"sekisho/store"
)

// Task draws a rotation: who wants what, each step as it happens, and what can be done now.
func (p Pen) Task(t store.Task) Message {
	blocks := []slack.Block{
		slack.NewHeaderBlock(plain(taskMark(t) + " " + p.Words.Say("task.title", data{"State": p.taskState(t), "User": clean(t.User, 64)}))),
		slack.NewSectionBlock(nil, p.taskFields(t), nil),
	}
	for _, note := range p.taskNotes(t) {
		blocks = append(blocks, slack.NewSectionBlock(markdown(note), nil, nil))
	}
	blocks = append(blocks, quoted(p.Words.Say("card.request_reason", data{"By": mention(t.By)}), t.Reason)...)
	if t.Outcome == store.Deny {
		blocks = append(blocks, quoted(p.Words.Say("card.reason", data{"By": mention(t.EndedBy)}), t.Note)...)
	}
	if buttons := p.taskButtons(t); len(buttons) > 0 {
		blocks = append(blocks, slack.NewActionBlock(buttonsBlock, buttons...))
	}
	rule := p.Words.Say("card.rule", data{"Rule": code(t.Rule)})
	blocks = append(blocks, slack.NewContextBlock("", markdown(rule+" · "+code(t.ID))))
	return Message{Blocks: blocks, Text: p.Words.Say("task.text", data{"State": p.taskState(t), "User": code(t.User), "Account": name(t.AccountName, t.Account)})}
}

// taskMark is the sign in front of the state.
func taskMark(t store.Task) string {
	switch {
	case t.State == store.Asked:
		return "⏳"
	case t.State == store.Rotated:
		return "✅"
	case !t.Open():
		return "⛔"
	case t.Trouble != "":
		return "⚠️"
	}
	return "🔄"
}

func (p Pen) taskState(t store.Task) string {
	switch n := store.Need(t.Steps); {
	case t.State == store.Asked && n > 1:
		return p.Words.Say("card.asked_of", data{"N": len(t.Approvals), "M": n})
	case t.State == store.Rotated && t.Back:
		return p.Words.Say("state.put_back", nil)
	}
	return p.stateOf(t.State, t.Outcome)
}

func (p Pen) taskFields(t store.Task) []*slack.TextBlockObject {
	fields := []*slack.TextBlockObject{
		p.fact("card.who", p.beginner(t.By)),
		p.fact("card.account", nameAndID(t.AccountName, t.Account)),
		p.fact("alert.user", code(t.User)),
		p.fact("task.secret", codeOf(t.Secret, nameLength)),
	}
	if len(t.Steps) > 0 {
		fields = append(fields, p.fact("card.approvals", p.given(t.Steps, t.Approvals, t.Voters(), t.State == store.Asked, []string{t.By})))
	}
	if len(t.Deletion) > 0 && len(t.Steps) > 0 {
		fields = append(fields, p.fact("task.deletion", p.given(t.Steps, t.Deletion, t.DeletionVoters(), t.State == store.Resting, nil)))
	}
	if t.State == store.Asked {
		fields = append(fields, p.fact("card.lapses", when(t.Lapses, p.Zone)))
	}
	return fields
}

// beginner is who wants a rotation: a person, or the schedule.
func (p Pen) beginner(by string) string {
	if by == store.Self {
		return p.Words.Say("task.by_schedule", nil)
	}
	return mention(by)
}

// taskNotes are what needs more room than a fact: what is going to happen while that is asked for, and from then on how far
// it is and what is in the way.
func (p Pen) taskNotes(t store.Task) []string {
	if t.State == store.Asked {
		out := []string{p.intent(t.Fleet, t.Proof, t.Grace)}
		if who := t.Escalated(); len(who) > 0 {
			out = append(out, p.Words.Say("card.escalated", data{"Who": mentions(who, t.By)}))
		}
		return out
	}
	var out []string
	if t.Holder != "" {
		out = append(out, p.Words.Say("task.holder", data{"Who": mention(t.Holder.Account()), "Old": codeOf(t.Old, keyLength)}))
	}
	if steps := p.taskSteps(t); steps != "" {
		out = append(out, steps)
	}
	if servers := p.lagging(t); servers != "" {
		out = append(out, servers)
	}
	switch {
	case t.State == store.Proving && !t.Used.IsZero() && t.Trouble == "":
		out = append(out, p.Words.Say("task.used", data{"Old": codeOf(t.Old, keyLength), "At": when(t.Used, p.Zone), "Proof": p.Words.Span(t.Proof)}))
	case t.State == store.Stopped:
		out = append(out, p.Words.Say("task.stopped", data{"Why": p.why(t.Note)}))
	case t.Open() && t.Trouble != "":
		out = append(out, p.trouble(t))
	}
	return out
}

// taskButtons are what can be done with a rotation as it stands. What cannot be taken back, or sends every server back to
// the other key, asks twice.
func (p Pen) taskButtons(t store.Task) []slack.BlockElement {
	button := func(verb store.Verb, key string) *slack.ButtonBlockElement {
		return slack.NewButtonBlockElement(string(verb), t.ID+" "+t.Terms(), p.label(key))
	}
	if t.State == store.Asked {
		return []slack.BlockElement{
			button(store.Approve, "button.approve").WithStyle(slack.StylePrimary),
			button(store.Deny, "button.deny").WithStyle(slack.StyleDanger),
			button(store.Withdraw, "button.withdraw"),
		}
	}
	var row []slack.BlockElement
	if t.State == store.Handing && (t.Trouble != "" || len(failing(t)) > 0) {
		row = append(row, button(store.Again, "button.again"))
	}
	if t.Reversible() {
		label, title := "button.put_back", "confirm.put_back.title"
		if t.Back {
			label, title = "button.put_new", "confirm.put_new.title"
		}
		row = append(row, button(store.PutBack, label).WithConfirm(p.confirmTask(t, title, "confirm.put_back.text", label)))
	}
	if t.State == store.Resting {
		text := "confirm.delete.text"
		if len(t.Steps) > 0 {
			text = "confirm.delete.text_of"
		}
		row = append(row, button(store.Delete, "button.delete").WithStyle(slack.StyleDanger).
			WithConfirm(p.confirmTask(t, "confirm.delete.title", text, "button.delete").WithStyle(slack.StyleDanger)))
	}
	return row
}

// confirmTask is the second question. New is the key that servers are to use as it stands, Old the other one.
func (p Pen) confirmTask(t store.Task, title, text, yes string) *slack.ConfirmationBlockObject {
	d := data{"New": clean(t.New, 40), "Old": clean(t.Old, 40), "N": len(t.Deletion), "M": store.Need(t.Steps)}
	return slack.NewConfirmationBlockObject(p.label(title), plain(p.Words.Say(text, d)), p.label(yes), p.label("confirm.cancel"))
}

// Task implements handlers.Voice. A card that is gone is posted anew.
func (v *Voice) Task(ctx context.Context, t store.Task) (store.Card, error) {
	card, err := v.draw(ctx, v.paceOf(t.Card, v.channel), t.Card, v.channel, v.pen.Task(t))
	return card, wrap(err, "draw task %s", t.ID)
}

// TaskThread implements handlers.Voice.
func (v *Voice) TaskThread(ctx context.Context, t store.Task, e store.Entry) (said bool, err error) {
	m, ok := v.pen.TaskSaid(t, e)
	if !ok {
		return false, nil
	}
	return true, wrap(v.reply(ctx, t.Card, m), "post entry %d of %s", e.Seq, t.ID)
}
