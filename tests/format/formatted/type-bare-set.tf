variable "a" {
  type = set(any)
}
