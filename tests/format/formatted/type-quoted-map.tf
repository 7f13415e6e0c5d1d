variable "a" {
  type = map(string)
}
