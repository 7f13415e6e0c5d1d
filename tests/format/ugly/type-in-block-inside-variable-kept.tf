variable "a" {
nested {
type="list"
}
}
