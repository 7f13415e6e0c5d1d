variable "a" {
type = string
}
