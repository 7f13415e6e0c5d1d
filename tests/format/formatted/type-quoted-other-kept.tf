variable "a" {
  type = "number"
}
