package app

// Acting is what [Environment] makes of a configuration's roles, for simulations, whose AWS is in memory.
var Acting = acting
