variable "a" {
type="number"
}
