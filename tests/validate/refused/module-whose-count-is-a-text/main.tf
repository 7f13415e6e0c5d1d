module "m" {
  source = "./m"
  count  = "two"
}
