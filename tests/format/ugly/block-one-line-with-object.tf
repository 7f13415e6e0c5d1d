variable "a" {default={b=1}}
