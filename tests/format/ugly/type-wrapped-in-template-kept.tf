variable "a" {
type="${list}"
}
