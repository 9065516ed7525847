package handlers

import "time"

// TellTime is for all that one record has to say, each when it is its turn.
const TellTime = 5 * time.Minute
