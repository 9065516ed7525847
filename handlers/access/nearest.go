package access

import (
	"strings"
	"unicode/utf8"
)

// Nearest returns the word that was meant, if one is near: at most so many letters wrong, and not all. Case, _ and - do not
// count, so that onLogin finds on_login.
func Nearest(written string, words []string, wrong int) (string, bool) {
	const longest = 100 // nobody means one of ours by more
	if utf8.RuneCountInString(written) > longest {
		return "", false
	}
	best, least := "", wrong+1
	for _, w := range words {
		if d := distance(plain(written), plain(w)); d < least && d < utf8.RuneCountInString(w) {
			best, least = w, d
		}
	}
	return best, best != ""
}

func plain(word string) string {
	return strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(word))
}

// distance is Levenshtein's: letters to add, take away or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := above
			if a[i] != b[j] {
				change++
			}
			above = row[j+1]
			row[j+1] = min(change, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}
