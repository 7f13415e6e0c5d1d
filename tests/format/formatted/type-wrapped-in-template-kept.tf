variable "a" {
  type = "${list}"
}
