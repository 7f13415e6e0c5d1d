variable "a" {
  type    = list(string) # legacy
  default = []           # none
}
