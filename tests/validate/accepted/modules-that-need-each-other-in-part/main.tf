module "a" {
  source = "./m"
  x      = 1
  z      = module.b.y
}

module "b" {
  source = "./m"
  x      = module.a.y
  z      = 2
}
