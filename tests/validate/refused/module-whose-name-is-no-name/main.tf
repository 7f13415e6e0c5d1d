module "9 x" {
  source = "./m"
}
