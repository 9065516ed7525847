package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// all are the elements with a role that are not hidden, by their names.
func (v *visitor) all(ctx context.Context, role string) ([]named, error) {
	document, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("document"))
	if err != nil {
		return nil, err
	}
	found, err := chromedp.Call(ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: document.ObjectID, Role: role})
	if err != nil {
		return nil, err
	}
	var out []named
	for _, node := range found.Nodes {
		if !node.Ignored {
			out = append(out, named{textIn(node.Name), node.BackendDOMNodeID})
		}
	}
	return out, nil
}

type named struct {
	name string
	node cdp.BackendNodeID
}

func textIn(value *accessibility.Value) string {
	var text string
	if value != nil {
		_ = json.Unmarshal(value.Value, &text) // what is no text has no name
	}
	return text
}

// called tells how well a name is the one asked for: wholly, by its beginning, by its end, or not at all.
func called(name, asked string) (rank int) {
	switch {
	case name == asked:
		return 3
	case strings.HasPrefix(name, asked):
		return 2
	case strings.HasSuffix(name, asked):
		return 1
	}
	return 0
}

// find is the first of the things that are called so best.
func (v *visitor) find(ctx context.Context, what thing) (runtime.RemoteObjectID, error) {
	if what.role == "" {
		body, err := chromedp.Run(ctx, chromedp.Evaluate[*runtime.RemoteObject]("document.body"))
		if err != nil {
			return "", err
		}
		return body.ObjectID, nil
	}
	all, err := v.all(ctx, what.role)
	if err != nil {
		return "", err
	}
	var best named
	rank := 0
	for _, one := range all {
		if r := called(one.name, what.name); r > rank {
			best, rank = one, r
		}
	}
	if rank == 0 {
		return "", fmt.Errorf("there is no %s %q among %v", what.role, what.name, all)
	}
	found, err := chromedp.Call(ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: best.node})
	if err != nil {
		return "", err
	}
	return found.Object.ObjectID, nil
}

// on calls a function of JavaScript on a thing.
func on[T any](ctx context.Context, v *visitor, what thing, function string, args ...any) (T, error) {
	object, err := v.find(ctx, what)
	if err != nil {
		var none T
		return none, err
	}
	return call[T](ctx, object, function, args...)
}

func call[T any](ctx context.Context, object runtime.RemoteObjectID, function string, args ...any) (T, error) {
	return chromedp.Run(ctx, chromedp.CallFunctionOn[T](function, func(p *runtime.CallFunctionOnParams) {
		yes := true
		p.ObjectID, p.AwaitPromise = object, &yes
	}, args...))
}
