   # nothing here yet
