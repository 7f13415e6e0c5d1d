variable "a" {
type="list"# legacy
default=[]# none
}
