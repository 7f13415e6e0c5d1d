variable "a" {
  type = map(any)
}
