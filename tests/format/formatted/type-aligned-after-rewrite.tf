variable "a" {
  type        = map(string)
  description = "The tags."
  default     = {}
}
