// Package demo is the wiring's other edges: a made-up Slack and AWS, a clock that can be moved, and the story that is
// played on them. The bot in it is the real one, put together by package app; nothing outside knows of this package.
package demo
