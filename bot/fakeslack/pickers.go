package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// https://docs.slack.dev/reference/block-kit/block-elements/date-picker-element
func (c *checker) datePicker(e object, at string) {
	c.placeholder(e, at)
	c.clock(e, "initial_date", at, time.DateOnly)
}

// https://docs.slack.dev/reference/block-kit/block-elements/time-picker-element
func (c *checker) timePicker(e object, at string) {
	c.placeholder(e, at)
	c.clock(e, "initial_time", at, hourMinute)
}

const hourMinute = "15:04"

// clock checks a day or a time of the day that may be left out.
func (c *checker) clock(e object, key, at, layout string) {
	text := c.str(e, key, at, 0, len(layout))
	if _, err := time.Parse(layout, text); text != "" && err != nil {
		c.bad(at+"/"+key, "must be written as %s", layout)
	}
}

// https://docs.slack.dev/reference/block-kit/block-elements/number-input-element
func (c *checker) numberInput(e object, at string) {
	c.placeholder(e, at)
	if _, ok := e["is_decimal_allowed"].(bool); !ok {
		c.bad(at, "missing required field: is_decimal_allowed")
	}
	for _, key := range []string{"initial_value", "min_value", "max_value"} {
		if _, err := number(e, c.str(e, key, at, 0, maxInputText)); e[key] != nil && err != nil {
			c.bad(at+"/"+key, "%v", err)
		}
	}
	least, _ := number(e, get(e, "min_value"))
	most, _ := number(e, get(e, "max_value"))
	if least != nil && most != nil && least.Cmp(most) > 0 {
		c.bad(at+"/min_value", "must be no more than max_value")
	}
}

var errNoNumber = errors.New("must be a number, whole where no decimals are allowed")

// number reads what a number input takes.
func number(e object, text string) (*big.Rat, error) {
	n, ok := new(big.Rat).SetString(text)
	if !ok || json.Unmarshal([]byte(text), new(json.Number)) != nil || strings.ContainsAny(text, ".eE") && e["is_decimal_allowed"] != true {
		return nil, errNoNumber
	}
	return n, nil
}

// counted lets through what the number input's own bounds let a person send.
func counted(e object, value string) (string, error) {
	n, err := number(e, value)
	if err != nil {
		return "", fmt.Errorf("read %q: %w", value, err)
	}
	least, _ := number(e, get(e, "min_value"))
	most, _ := number(e, get(e, "max_value"))
	if least != nil && n.Cmp(least) < 0 || most != nil && n.Cmp(most) > 0 {
		return "", fmt.Errorf("%s is not from %s to %s", value, get(e, "min_value"), get(e, "max_value"))
	}
	return value, nil
}

// moment lets through a day or a time of the day.
func moment(value, layout string) (string, error) {
	_, err := time.Parse(layout, value)
	return value, err
}
