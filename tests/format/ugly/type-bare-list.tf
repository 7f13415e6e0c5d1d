variable "a" {
type=list
}
