module "outer" {
  source = "./outer"

  names = { a = "one" }
}

output "names" {
  value = module.outer.names["a"]
}
