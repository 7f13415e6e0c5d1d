variable "a" {
type = set
}
