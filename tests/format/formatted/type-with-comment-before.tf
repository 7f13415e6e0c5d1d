variable "a" {
  type = /* legacy */ list(string)
}
