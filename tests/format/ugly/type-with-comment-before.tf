variable "a" {
type=/* legacy */"list"
}
