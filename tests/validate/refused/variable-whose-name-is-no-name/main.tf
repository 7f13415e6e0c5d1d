variable "9x" {
  default = 1
}
