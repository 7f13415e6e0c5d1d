variable "a" {
type=map( list( object( { a=string } ) ) )
}
