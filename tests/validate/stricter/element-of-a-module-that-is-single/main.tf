module "m" {
  source = "./m"
}

output "o" {
  value = module.m[0].o
}
