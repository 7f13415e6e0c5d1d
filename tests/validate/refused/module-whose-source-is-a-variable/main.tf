variable "v" {
  type    = string
  default = "./m"
}

module "m" {
  source = var.v
}
