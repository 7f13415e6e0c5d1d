variable "a" {type="list"}
