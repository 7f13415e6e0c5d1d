variable "a" {
type = map
}
