varable "it" {
  type = string
}
