variable "a" {
type=object({name=string,port=optional(number,80)})
}
