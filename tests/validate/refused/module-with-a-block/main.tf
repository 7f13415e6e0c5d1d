module "m" {
  source = "./m"

  nope {}
}
