module "m" {
  source = "./m"
  v      = { a = 1 }
}
